"""Socket.IO v5: packets, and the server's side of one connection, without I/O.

Strict: a packet that a conforming client does not send raises an error of `faults`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from protocols import strict_json
from protocols.faults import BadPacket, OutOfTurn, TooLarge
from protocols.frames import Prepared, packet_head, prepare_packet

MAX_REFUSALS = 8
MAX_CONNECTS = 64  # of one connection in its whole life; each makes work that no rate is counted for
MAX_ASKED = 64
# Type, attachment count, namespace, ack id; all but the type may be missing. Plain digits only, and few:
# what does not match is left for the JSON that has to follow, which then is none. The comma after a namespace
# may be left out where nothing follows.
_HEAD = re.compile(r"([0-6])(?:([0-9]{1,15})-)?(?:(/[^,]{0,63})(?:,|\Z))?([0-9]{0,15})")
_RESERVED = frozenset(("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"))


class Connect(NamedTuple):
    """CONNECT (0): the client asks for a namespace."""

    namespace: str
    auth: Mapping[str, Any]


class Disconnect(NamedTuple):
    """DISCONNECT (1): the client leaves a namespace."""

    namespace: str


class Event(NamedTuple):
    """EVENT (2) or BINARY_EVENT (5)."""

    namespace: str
    ack_id: int | None
    name: str
    args: list[Any]


class Answer(NamedTuple):
    """ACK (3) or BINARY_ACK (6)."""

    namespace: str
    ack_id: int
    args: list[Any]


Packet = Connect | Disconnect | Event | Answer


class TooManyAsked(Exception):
    """More events wait for the client's ack than are kept."""


# Decoding


def decode(text: str, *, max_attachments: int = 8) -> tuple[Packet, int]:
    """A packet and the number of attachments that follow it; placeholders stay as they are until `attach`.

    Raises BadPacket (BadJson) or TooLarge.
    """
    head = _HEAD.match(text)
    if head is None:
        raise BadPacket("an unknown packet type")
    kind, attachments, namespace, digits = head.groups()
    if namespace is None:
        namespace = "/"
    elif not namespace.isprintable():
        raise BadPacket("not a namespace")
    body = text[head.end() :]
    count = 0
    if attachments is not None or kind in "56":
        count = _attachment_count(kind, attachments, max_attachments)
    if kind in "25":
        return _event(namespace, int(digits) if digits else None, strict_json.load(body)), count
    if kind in "36":
        args = strict_json.load(body)
        if not digits or not isinstance(args, list):
            raise BadPacket("not an ack")
        return Answer(namespace, int(digits), args), count
    if kind == "0" and not digits:
        auth = strict_json.load(body) if body else {}
        if not isinstance(auth, dict):
            raise BadPacket("auth is not an object")
        return Connect(namespace, auth), 0
    if kind == "1" and not digits and not body:
        return Disconnect(namespace), 0
    raise BadPacket("a packet that a client does not send")


def _event(namespace: str, ack_id: int | None, value: Any) -> Event:
    if not isinstance(value, list) or not value or not isinstance(value[0], str):
        raise BadPacket("an event without a name")
    name = value[0]
    if name in _RESERVED:
        raise BadPacket("a reserved event name")
    return Event(namespace, ack_id, name, value[1:])


def _attachment_count(kind: str, digits: str | None, limit: int) -> int:
    if digits is None or kind not in "56" or digits[0] == "0":
        raise BadPacket("not an attachment count")
    if int(digits) > limit:
        raise TooLarge("too many attachments")
    return int(digits)


# Binary


def attach(packet: Packet, attachments: Sequence[bytes]) -> Packet:
    """The packet with its placeholders filled. Raises BadPacket unless each attachment is used exactly once."""
    if not isinstance(packet, Event | Answer):
        raise BadPacket("a packet without attachments")
    used: set[int] = set()
    args = [_fill(value, attachments, used) for value in packet.args]
    if len(used) != len(attachments):
        raise BadPacket("an attachment that nothing refers to")
    if isinstance(packet, Event):
        return Event(packet.namespace, packet.ack_id, packet.name, args)
    return Answer(packet.namespace, packet.ack_id, args)


def _fill(value: Any, attachments: Sequence[bytes], used: set[int]) -> Any:
    if isinstance(value, list):
        return [_fill(item, attachments, used) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("_placeholder") is not True:
        return {key: _fill(item, attachments, used) for key, item in value.items()}
    number = value.get("num")
    if type(number) is not int or not 0 <= number < len(attachments) or number in used or len(value) != 2:
        raise BadPacket("a placeholder for nothing")
    used.add(number)
    return attachments[number]


def split_attachments(values: Sequence[Any]) -> tuple[bytes, list[bytes]]:
    """JSON with a placeholder for each bytes value, and those values."""
    attachments: list[bytes] = []

    def placeholder(value: Any) -> Any:
        if not isinstance(value, bytes | bytearray | memoryview):
            raise TypeError(f"{type(value).__name__} does not go over the wire")
        attachments.append(bytes(value))
        return {"_placeholder": True, "num": len(attachments) - 1}

    return orjson.dumps(list(values), default=placeholder), attachments


# Encoding, as Engine.IO messages ready to send


def encode_event(name: str, args: Sequence[Any], *, namespace: str = "/", ack_id: int | None = None) -> Prepared:
    """An event of Python values; bytes among them become attachments."""
    return _encode(b"2", b"5", [name, *args], namespace, ack_id)


def encode_answer(ack_id: int, args: Sequence[Any], *, namespace: str = "/") -> Prepared:
    """An ack of Python values; bytes among them become attachments."""
    return _encode(b"3", b"6", args, namespace, ack_id)


def _encode(plain: bytes, binary: bytes, values: Sequence[Any], namespace: str, ack_id: int | None) -> Prepared:
    body, attachments = split_attachments(values)
    kind = b"4" + plain
    if attachments:
        kind = b"4" + binary + str(len(attachments)).encode() + b"-"
    number = b"" if ack_id is None else str(ack_id).encode()
    return prepare_packet(packet_head(kind, namespace) + number + body, attachments)


def connect_reply(namespace: str, sid: str, pid: str | None) -> Prepared:
    """CONNECT, from the server: the namespace is open."""
    body = {"sid": sid} if pid is None else {"sid": sid, "pid": pid}
    return prepare_packet(packet_head(b"40", namespace) + orjson.dumps(body))


def refusal(namespace: str, message: str, code: str | None = None) -> Prepared:
    """CONNECT_ERROR (4): ends a stock client for good."""
    body: dict[str, Any] = {"message": message}
    if code is not None:
        body["data"] = {"code": code}
    return prepare_packet(packet_head(b"44", namespace) + orjson.dumps(body))


def disconnect_packet(namespace: str) -> Prepared:
    """DISCONNECT, from the server: a stock client does not come back."""
    return prepare_packet(packet_head(b"41", namespace))


class Session:
    """The server's side of Socket.IO on one connection.

    Each namespace is connecting, then connected, once. `due` is when the connection has to be closed
    because no namespace is connected, None while one is.
    """

    __slots__ = (
        "_asked",
        "_asked_last",
        "_attachments",
        "_connects",
        "_limits",
        "_missing",
        "_refusals",
        "_size",
        "_states",
        "_waiting",
        "connect_timeout",
        "due",
    )

    def __init__(self, *, now: int, connect_timeout: int, max_attachments: int, max_payload: int) -> None:
        self.connect_timeout = connect_timeout
        self.due: int | None = now + connect_timeout
        self._limits = (max_attachments, max_payload)
        self._states: dict[str, bool] = {}  # namespace: is it connected, or still connecting
        self._connects = 0
        self._refusals = 0
        self._waiting: Packet | None = None
        self._missing = 0
        self._attachments: list[bytes] = []
        self._size = 0
        self._asked: dict[tuple[str, int], None] = {}
        self._asked_last = -1

    def receive(self, message: str | bytes) -> Packet | None:
        """The packet that a message is or completes; None while attachments are missing.

        Raises BadPacket, OutOfTurn or TooLarge.
        """
        if isinstance(message, bytes):
            packet = self._attachment(message)
            if packet is None:
                return None
        else:
            if self._waiting is not None:
                raise OutOfTurn("text where an attachment is missing")
            packet, missing = decode(message, max_attachments=self._limits[0])
            self._check_turn(packet)
            if missing:
                self._waiting, self._missing, self._size = packet, missing, len(message)
                return None
        if isinstance(packet, Connect):
            self._connects += 1
            self._states[packet.namespace] = False
        elif isinstance(packet, Disconnect):
            self._states.pop(packet.namespace)
        return packet

    def _check_turn(self, packet: Packet) -> None:
        state = self._states.get(packet.namespace)
        if isinstance(packet, Connect):
            if state is not None:
                raise OutOfTurn("CONNECT twice")
            if self._connects >= MAX_CONNECTS:
                raise OutOfTurn("CONNECT again and again")
        elif state is None or (state is False and not isinstance(packet, Disconnect)):
            raise OutOfTurn("a packet for a namespace that is not connected")
        elif isinstance(packet, Answer) and packet.ack_id > self._asked_last:
            raise OutOfTurn("an answer to nothing")

    def _attachment(self, data: bytes) -> Packet | None:
        if self._waiting is None:
            raise OutOfTurn("an attachment of nothing")
        self._size += len(data)
        if self._size > self._limits[1]:
            raise TooLarge("attachments over the limit")
        self._attachments.append(data)
        if len(self._attachments) < self._missing:
            return None
        attachments, self._attachments = self._attachments, []
        packet, self._waiting = self._waiting, None
        return attach(packet, attachments)

    # What the server decides about a namespace.

    def accept(self, namespace: str) -> bool:
        """Connects a namespace; False if the client has left it meanwhile."""
        if namespace not in self._states:
            return False
        self._states[namespace] = True
        self.due = None
        return True

    def refuse(self, namespace: str, *, now: int) -> None:
        """Refuses a namespace. Raises OutOfTurn for a client that is refused again and again."""
        self.leave(namespace, now=now)
        self._refusals += 1
        if self._refusals > MAX_REFUSALS:
            raise OutOfTurn("refused too often")

    def leave(self, namespace: str, *, now: int) -> None:
        """A namespace was left, by either side."""
        self._states.pop(namespace, None)
        if self.due is None and not any(self._states.values()):
            self.due = now + self.connect_timeout

    # Events that ask the client for an ack.

    def ask(self, namespace: str) -> int:
        """An id for an event that the client has to answer. Raises TooManyAsked."""
        if len(self._asked) >= MAX_ASKED:
            raise TooManyAsked
        self._asked_last += 1
        self._asked[namespace, self._asked_last] = None
        return self._asked_last

    def answered(self, answer: Answer) -> bool:
        """True for the first answer to an event that asked; a repeat means nothing."""
        try:
            del self._asked[answer.namespace, answer.ack_id]
        except KeyError:
            return False
        return True
