import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from protocols.engineio import decode_payload
from protocols.frames import (
    Prepared,
    close_frame,
    join_frames,
    join_payload,
    parts,
    prepare_ack,
    prepare_binary,
    prepare_event,
    prepare_packet,
    text_frame,
)


def read(data: bytes) -> list[Frame]:
    """The frames that a client of another make reads."""
    client = ClientProtocol(parse_uri("ws://example"), state=OPEN, max_size=None)
    client.receive_data(data)
    assert client.parser_exc is None
    return [event for event in client.events_received() if isinstance(event, Frame)]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 70000])
def test_frame_of_any_length_is_read_by_a_peer(size: int) -> None:
    frames = read(text_frame(b"x" * size))

    assert [(frame.opcode, bytes(frame.data), frame.fin) for frame in frames] == [(Opcode.TEXT, b"x" * size, True)]


def test_binary_goes_as_a_binary_frame_and_as_base64() -> None:
    prepared = prepare_binary(b"\x01\x02")

    assert read(prepared.frame)[0].opcode is Opcode.BINARY
    assert prepared.payload == b"bAQI="


def test_attachments_follow_their_packet_on_both_transports() -> None:
    prepared = prepare_packet(b"451-[]", [b"\x01"])

    assert [bytes(frame.data) for frame in read(prepared.frame)] == [b"451-[]", b"\x01"]
    assert decode_payload(prepared.payload) == ["451-[]", b"\x01"]


def test_event_with_offset_ends_in_that_string() -> None:
    prepared = prepare_event("chat.sent", [b'{"a":1}'], offset="r1:k:42:everyone")

    assert prepared.payload == b'42["chat.sent",{"a":1},"r1:k:42:everyone"]'
    assert prepare_event("chat.sent", [b'{"a":1}']).payload == b'42["chat.sent",{"a":1}]'


def test_other_namespaces_are_named() -> None:
    assert prepare_event("a", [], namespace="/x").payload == b'42/x,["a"]'
    assert prepare_ack(7, [b"1"], namespace="/x").payload == b"43/x,7[1]"


@given(st.text(), st.text())
def test_names_and_offsets_are_escaped(name: str, offset: str) -> None:
    assert json.loads(prepare_event(name, [], offset=offset).payload[2:]) == [name, offset]


def test_close_frame_fits_a_control_frame() -> None:
    (frame,) = read(close_frame(4005, "x" * 500))

    assert frame.opcode is Opcode.CLOSE
    assert len(frame.data) == 125


@given(st.lists(st.binary(max_size=40), max_size=30), st.integers(1, 60))
def test_parts_keep_all_in_order_and_within_the_limit(messages: list[bytes], limit: int) -> None:
    batch = [Prepared(b"", message) for message in messages]

    runs = parts(batch, limit)

    assert [prepared for run in runs for prepared in run] == batch
    assert all(len(run) == 1 or len(join_frames(run)) <= limit for run in runs)


def test_joined_payload_is_split_by_the_peer() -> None:
    body = join_payload([prepare_packet(b"4a"), prepare_binary(b"b"), prepare_packet(b"2")])

    assert decode_payload(body) == ["4a", b"b", "2"]
