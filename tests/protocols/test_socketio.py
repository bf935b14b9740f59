import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.faults import BadPacket, OutOfTurn, ProtocolError, TooLarge
from protocols.frames import Prepared
from protocols.socketio import (
    MAX_ASKED,
    MAX_CONNECTS,
    MAX_REFUSALS,
    Answer,
    Connect,
    Disconnect,
    Event,
    Session,
    TooManyAsked,
    attach,
    connect_reply,
    decode,
    disconnect_packet,
    encode_answer,
    encode_event,
    refusal,
)
from tests.protocols.test_frames import read

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
ARGUMENTS = st.lists(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS | st.binary(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(TEXTS.filter(lambda key: key != "_placeholder"), inner, max_size=3)
        ),
        max_leaves=6,
    ),
    max_size=4,
)
NAMES = TEXTS.filter(
    lambda name: (
        name not in ("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener")
    )
)
NAMESPACES = st.sampled_from(["/", "/custom", "/a/b"])


def session() -> Session:
    return Session(now=0, connect_timeout=1000, max_attachments=3, max_payload=100)


def connected(namespace: str = "/") -> Session:
    machine = session()
    machine.receive("0" if namespace == "/" else f"0{namespace},")
    assert machine.accept(namespace)
    return machine


def messages(prepared: Prepared) -> tuple[str, list[bytes]]:
    first, *rest = read(prepared.frame)
    text = bytes(first.data).decode()
    assert text[0] == "4"
    return text[1:], [bytes(frame.data) for frame in rest]


# Packets


@given(NAMESPACES, NAMES, ARGUMENTS, st.none() | st.integers(0, 10**15 - 1))
def test_event_is_read_as_written(namespace: str, name: str, args: list[Any], ack_id: int | None) -> None:
    text, attachments = messages(encode_event(name, args, namespace=namespace, ack_id=ack_id))

    packet, count = decode(text, max_attachments=99)

    assert count == len(attachments)
    assert (attach(packet, attachments) if count else packet) == Event(namespace, ack_id, name, args)


@given(NAMESPACES, ARGUMENTS, st.integers(0, 10**15 - 1))
def test_answer_is_read_as_written(namespace: str, args: list[Any], ack_id: int) -> None:
    text, attachments = messages(encode_answer(ack_id, args, namespace=namespace))

    packet, count = decode(text, max_attachments=99)

    assert (attach(packet, attachments) if count else packet) == Answer(namespace, ack_id, args)


@pytest.mark.parametrize(
    ("text", "packet"),
    [
        ("0", Connect("/", {})),
        ('0{"token":"x"}', Connect("/", {"token": "x"})),
        ("0/custom", Connect("/custom", {})),
        ("0/custom,", Connect("/custom", {})),
        ('0/custom,{"a":1}', Connect("/custom", {"a": 1})),
        ("1", Disconnect("/")),
        ("1/custom", Disconnect("/custom")),
        ("1/custom,", Disconnect("/custom")),
        ('2["a",1]', Event("/", None, "a", [1])),
        ('2/x,7["a"]', Event("/x", 7, "a", [])),
        ("37[]", Answer("/", 7, [])),
    ],
)
def test_decode(text: str, packet: object) -> None:
    assert decode(text) == (packet, 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "7",
        "4{}",
        "0abc",
        "0[]",
        '0"x"',
        "1x",
        "2",
        "2{}",
        "2[]",
        "2[1]",
        "2[null]",
        '2["a"',
        '2abc["a"]',
        '2-1["a"]',
        '2٣["a"]',
        '21234567890123456["a"]',
        '2["connect"]',
        '2["disconnect"]',
        '2["newListener"]',
        "3[]",
        "37{}",
        '5["a"]',
        '5-["a"]',
        "5" + "9" * 30 + '-["a"]',
        '50-["a"]',
        '501-["a"]',
        "2/" + "x" * 80 + ',["a"]',
        '2/\x00,["a"]',
        '2["a",NaN]',
        '2["a",{"b":1,"b":2}]',
    ],
)
def test_bad_packet(text: str) -> None:
    with pytest.raises(BadPacket):
        decode(text)


@pytest.mark.parametrize("count", ["9", "999999"])
def test_too_many_attachments(count: str) -> None:
    with pytest.raises(TooLarge):
        decode(f'5{count}-["a"]', max_attachments=8)


@given(st.text() | st.text(alphabet='0123456-/,[]{}"a:', max_size=30))
def test_any_text_is_a_packet_or_a_fault(text: str) -> None:
    try:
        decode(text)
    except ProtocolError:
        return


@pytest.mark.parametrize(
    "args",
    [
        '{"_placeholder":true,"num":1}',
        '{"_placeholder":true,"num":-1}',
        '{"_placeholder":true,"num":"0"}',
        '{"_placeholder":true,"num":true}',
        '{"_placeholder":true}',
        '{"_placeholder":true,"num":0,"more":1}',
        '{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}',
        "1",
    ],
)
def test_attachments_that_do_not_fit(args: str) -> None:
    packet, _ = decode(f'51-["a",{args}]')

    with pytest.raises(BadPacket):
        attach(packet, [b"x"])


def test_what_the_server_says_of_a_namespace() -> None:
    assert connect_reply("/", "s1", None).payload == b'40{"sid":"s1"}'
    assert connect_reply("/x", "s1", "p1").payload == b'40/x,{"sid":"s1","pid":"p1"}'
    assert refusal("/x", "Invalid namespace").payload == b'44/x,{"message":"Invalid namespace"}'
    assert json.loads(refusal("/", "No.", "banned").payload[2:]) == {
        "message": "No.",
        "data": {"code": "banned"},
    }
    assert disconnect_packet("/").payload == b"41"


# The session


def test_event_before_connect() -> None:
    with pytest.raises(OutOfTurn):
        session().receive('2["a"]')


def test_event_before_the_reply_to_connect() -> None:
    machine = session()
    machine.receive("0")

    with pytest.raises(OutOfTurn):
        machine.receive('2["a"]')


def test_connect_twice() -> None:
    machine = connected()

    with pytest.raises(OutOfTurn):
        machine.receive("0")


def test_other_namespace_is_not_connected() -> None:
    machine = connected("/custom")

    assert machine.receive('2/custom,["a"]') == Event("/custom", None, "a", [])
    with pytest.raises(OutOfTurn):
        machine.receive('2["a"]')


def test_left_namespace_can_be_entered_again() -> None:
    machine = connected()

    assert machine.receive("1") == Disconnect("/")
    machine.leave("/", now=10)

    assert machine.due == 1010
    assert machine.receive("0") == Connect("/", {})


def test_client_leaves_before_the_reply() -> None:
    machine = session()
    machine.receive("0")
    machine.receive("1")

    assert not machine.accept("/")


def test_connect_is_due_until_a_namespace_is_open() -> None:
    machine = session()
    assert machine.due == 1000
    machine.receive("0")
    assert machine.due == 1000
    machine.accept("/")
    assert machine.due is None


def test_coming_and_going_again_and_again() -> None:
    machine = session()
    for _ in range(MAX_CONNECTS):
        machine.receive("0")
        machine.receive("1")

    with pytest.raises(OutOfTurn):
        machine.receive("0")


def test_refused_again_and_again() -> None:
    machine = session()
    for _ in range(MAX_REFUSALS):
        machine.receive("0/random")
        machine.refuse("/random", now=1)
    machine.receive("0/random")

    with pytest.raises(OutOfTurn):
        machine.refuse("/random", now=1)


def test_attachments_complete_a_packet() -> None:
    machine = connected()

    assert machine.receive('52-7["a",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]') is None
    assert machine.receive(b"x") is None
    assert machine.receive(b"y") == Event("/", 7, "a", [b"y", b"x"])
    assert machine.receive('2["b"]') == Event("/", None, "b", [])


def test_text_where_an_attachment_is_missing() -> None:
    machine = connected()
    machine.receive('51-["a",{"_placeholder":true,"num":0}]')

    with pytest.raises(OutOfTurn):
        machine.receive('2["b"]')


def test_attachment_of_nothing() -> None:
    with pytest.raises(OutOfTurn):
        connected().receive(b"x")


def test_attachments_over_the_limit_in_all() -> None:
    machine = connected()
    machine.receive('52-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]')

    with pytest.raises(TooLarge):
        machine.receive(b"x" * 60)


def test_answers_to_what_was_asked() -> None:
    machine = connected()
    ack_id = machine.ask("/")

    packet = machine.receive(f"3{ack_id}[1]")

    assert isinstance(packet, Answer)
    assert machine.answered(packet)
    assert not machine.answered(packet)


def test_answer_to_nothing() -> None:
    with pytest.raises(OutOfTurn):
        connected().receive("30[]")


def test_open_questions_are_bounded() -> None:
    machine = connected()
    for _ in range(MAX_ASKED):
        machine.ask("/")

    with pytest.raises(TooManyAsked):
        machine.ask("/")


@given(
    st.lists(
        st.sampled_from(["0", "1", '2["a"]', '51-["a",{"_placeholder":true,"num":0}]', "0/x", b"x", "30[]", "2{}"])
        | st.text(max_size=6)
        | st.binary(max_size=6),
        max_size=12,
    )
)
def test_any_messages_raise_only_own_faults(stream: list[str | bytes]) -> None:
    machine = session()
    for message in stream:
        try:
            packet = machine.receive(message)
        except ProtocolError:
            return
        if isinstance(packet, Connect):
            machine.accept(packet.namespace)
