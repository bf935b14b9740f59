"""Engine.IO v4: packets, polling payloads, and the server's side of one session, without I/O.

Time is passed in, in milliseconds of any steady clock.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Literal

import orjson

from protocols.faults import BadPacket, OutOfTurn, TooLarge

Message = str | bytes
Transport = Literal["polling", "websocket"]

PING, PONG, NOOP, CLOSE, PROBE_ANSWER = b"2", b"3", b"6", b"1", b"3probe"
MAX_PACKETS = 4096
_SEPARATOR = "\x1e"
_TYPES = frozenset("0123456")


def encode_payload(packets: Iterable[Message]) -> bytes:
    """Packets as the body of one polling request: text packets as they are, binary ones as `b` + base64."""
    parts = [p.encode() if isinstance(p, str) else b"b" + base64.b64encode(p) for p in packets]
    return b"\x1e".join(parts)


def decode_payload(body: bytes) -> list[Message]:
    """The packets of one polling request. Raises BadPacket or TooLarge."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadPacket("a body that is not UTF-8") from None
    if text.count(_SEPARATOR) >= MAX_PACKETS:
        raise TooLarge("too many packets in one body")
    return [_decode_part(part) for part in text.split(_SEPARATOR)]


def _decode_part(part: str) -> Message:
    if part[:1] == "b":
        try:
            return base64.b64decode(part[1:], validate=True)
        except (binascii.Error, ValueError):
            raise BadPacket("not base64") from None
    if part[:1] not in _TYPES:
        raise BadPacket("an unknown packet type")
    return part


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the open packet tells the client; times in ms, size in bytes."""

    ping_interval: int
    ping_timeout: int
    max_payload: int


class Beat(Enum):
    """What a look at the clock asks for."""

    NOTHING = "nothing"
    PING = "ping"
    TIMEOUT = "timeout"


class Poll(Enum):
    """How a GET is to be answered."""

    WAIT = "wait"
    NOOP = "noop"


class Session:
    """The server's side of one Engine.IO session.

    The shell owns transports and queues; the session says what a packet means and when a heartbeat is due.
    `due` is the time of the next `tick`, None while the heartbeat is suspended.
    """

    __slots__ = (
        "_asked_at",
        "_awaiting_pong",
        "_probed",
        "_settings",
        "closed",
        "due",
        "polling",
        "probing",
        "sid",
        "transport",
    )

    def __init__(self, sid: str, transport: Transport, settings: Settings, *, now: int) -> None:
        self.sid = sid
        self.transport: Transport = transport
        self.closed = False
        self.polling = False
        self.probing = False
        self._probed = False
        self._settings = settings
        self._awaiting_pong = False
        self._asked_at = now
        self.due: int | None = now + settings.ping_interval

    def handshake(self) -> bytes:
        """The open packet."""
        settings = self._settings
        return b"0" + orjson.dumps(
            {
                "sid": self.sid,
                "upgrades": ["websocket"] if self.transport == "polling" else [],
                "pingInterval": settings.ping_interval,
                "pingTimeout": settings.ping_timeout,
                "maxPayload": settings.max_payload,
            }
        )

    # What the client sends on its transport.

    def receive(self, packet: Message, *, now: int) -> Message | None:
        """The message in a packet, or None for a control packet; `closed` is set by a close packet.

        Raises BadPacket or OutOfTurn.
        """
        if self.closed:
            raise OutOfTurn("a packet after the end")
        if isinstance(packet, bytes):
            return packet
        if packet[:1] == "4":
            return packet[1:]
        if packet == "3":
            self._pong(now)
        elif packet == "1":
            self.close()
        elif packet[:1] in _TYPES:
            raise OutOfTurn("a packet that a client does not send here")
        else:
            raise BadPacket("an unknown packet type")
        return None

    # The heartbeat: the server asks, the client answers.

    def tick(self, now: int) -> Beat:
        """What is due at `now`."""
        if self.closed or self.due is None or now < self.due:
            return Beat.NOTHING
        if self._awaiting_pong:
            return Beat.TIMEOUT
        self._awaiting_pong = True
        self._asked_at = self.due
        # From when the ping was due, so that a slightly late look at the clock gives nobody longer. After a
        # very late one nobody has been asked yet, so all get the whole time.
        self.due += self._settings.ping_timeout
        if now >= self.due:
            self.due = now + self._settings.ping_timeout
        return Beat.PING

    def suspend(self) -> None:
        """Stops the heartbeat: what is not read cannot answer."""
        self.due = None

    def resume(self, *, now: int) -> None:
        """Starts the heartbeat again, with the whole time for an open ping."""
        settings = self._settings
        self.due = now + (settings.ping_timeout if self._awaiting_pong else settings.ping_interval)

    def _pong(self, now: int) -> None:
        if self._awaiting_pong:
            self._awaiting_pong = False
            if self.due is not None:
                # From ping to ping, whatever a pong takes: the beat does not drift with the round trip.
                self.due = max(now, self._asked_at + self._settings.ping_interval)

    # Polling: one GET at a time.

    def start_poll(self, *, waiting: int) -> Poll | None:
        """How to answer a GET while `waiting` messages are queued; None: with the queue.

        Raises OutOfTurn for a second GET: the session is broken then.
        """
        self._require_polling()
        if self.polling:
            raise OutOfTurn("two polls at a time")
        if waiting:
            return None
        if self._probed:
            return Poll.NOOP
        self.polling = True
        return Poll.WAIT

    def end_poll(self) -> None:
        """The waiting GET is being answered."""
        self.polling = False

    def _require_polling(self) -> None:
        if self.closed or self.transport != "polling":
            raise OutOfTurn("not a polling session")

    # Upgrade: a second transport is probed, then takes over.

    def start_probe(self) -> bool:
        """A websocket came for this session; False if it is too late for one."""
        if self.closed or self.probing or self.transport != "polling":
            return False
        self.probing = True
        return True

    def receive_probe(self, packet: Message) -> bytes | None:
        """The answer to a packet on the probed transport, or None once it has taken over.

        Raises OutOfTurn.
        """
        if self.closed or not self.probing:
            raise OutOfTurn("no upgrade is going on")
        if packet == "2probe":
            # From here polls are answered at once, so that the client can end the polling cleanly.
            self._probed = True
            return PROBE_ANSWER
        if packet == "5" and self._probed:
            self.probing = False
            self.transport = "websocket"
            return None
        raise OutOfTurn("not a packet of an upgrade")

    def end_probe(self) -> None:
        """The probed transport is gone; polling goes on."""
        self.probing = self._probed = False

    def close(self) -> None:
        """Ends the session."""
        self.closed = True
        self.due = None
