"""A WebSocket frame, built once per fan-out.

A server never masks, so one event has the same bytes for every peer: they are made here once and written
to each transport as they are. Nothing else in the house builds data frames.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import orjson

_TEXT, _BINARY, _CLOSE = 0x81, 0x82, 0x88
_SEPARATOR = b"\x1e"


class Prepared(NamedTuple):
    """One message, ready for either transport.

    `payload` is what HTTP long-polling carries (Engine.IO packets, split by 0x1E);
    `frame` is one or more whole WebSocket frames.
    """

    payload: bytes
    frame: bytes


def websocket_frame(opcode: int, data: bytes) -> bytes:
    """One final, unmasked frame. `opcode` is the whole first byte, FIN bit included."""
    size = len(data)
    if size < 126:
        return bytes((opcode, size)) + data
    if size < 0x10000:
        return bytes((opcode, 126, size >> 8, size & 0xFF)) + data
    return bytes((opcode, 127)) + size.to_bytes(8, "big") + data


def text_frame(data: bytes) -> bytes:
    """A text frame; `data` must be UTF-8."""
    return websocket_frame(_TEXT, data)


def binary_frame(data: bytes) -> bytes:
    """A binary frame."""
    return websocket_frame(_BINARY, data)


def close_frame(code: int, reason: str) -> bytes:
    """A close frame; the reason is cut to the 123 bytes that a control frame has room for."""
    return websocket_frame(_CLOSE, code.to_bytes(2, "big") + reason.encode()[:123])


def prepare_packet(packet: bytes, attachments: Sequence[bytes] = ()) -> Prepared:
    """An Engine.IO text packet (`b"2"`, `b"42[…]"`) and the binary messages that follow it."""
    if not attachments:
        return Prepared(packet, text_frame(packet))
    payload = [packet, *(b"b" + base64.b64encode(data) for data in attachments)]
    frames = [text_frame(packet), *(binary_frame(data) for data in attachments)]
    return Prepared(_SEPARATOR.join(payload), b"".join(frames))


def prepare_binary(data: bytes) -> Prepared:
    """A binary Engine.IO message."""
    return Prepared(b"b" + base64.b64encode(data), binary_frame(data))


def prepare_event(
    name: str, arguments: Sequence[bytes], *, offset: str | None = None, namespace: str = "/"
) -> Prepared:
    """A Socket.IO event of already encoded JSON arguments.

    `offset` is added as one more string at the end: a stock client takes the trailing string of an event as
    its place in the stream, so only logged events may have one.
    """
    parts = [orjson.dumps(name), *arguments]
    if offset is not None:
        parts.append(orjson.dumps(offset))
    return prepare_packet(packet_head(b"42", namespace) + b"[" + b",".join(parts) + b"]")


def prepare_ack(ack_id: int, arguments: Iterable[bytes], *, namespace: str = "/") -> Prepared:
    """The answer to an event that asked for one; `arguments` are already encoded JSON values."""
    head = packet_head(b"43", namespace) + str(ack_id).encode()
    return prepare_packet(head + b"[" + b",".join(arguments) + b"]")


def packet_head(kind: bytes, namespace: str) -> bytes:
    """Packet type and namespace; the main namespace is left out, as the protocol says."""
    return kind if namespace == "/" else kind + namespace.encode() + b","


def join_payload(batch: Iterable[Prepared]) -> bytes:
    """Several messages as the body of one poll."""
    return _SEPARATOR.join([prepared.payload for prepared in batch])


def join_frames(batch: Iterable[Prepared]) -> bytes:
    """Several messages as the bytes of one write."""
    return b"".join([prepared.frame for prepared in batch])


def parts(batch: Sequence[Prepared], limit: int) -> list[Sequence[Prepared]]:
    """The batch in runs of at most `limit` bytes of frames; a longer message is a run of its own."""
    if sum([len(prepared.frame) for prepared in batch]) <= limit:
        return [batch]
    runs: list[Sequence[Prepared]] = []
    run: list[Prepared] = []
    size = 0
    for prepared in batch:
        if run and size + len(prepared.frame) > limit:
            runs.append(run)
            run, size = [], 0
        run.append(prepared)
        size += len(prepared.frame)
    runs.append(run)
    return runs
