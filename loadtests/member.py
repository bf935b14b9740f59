"""A room's member without I/O: packets in, packets out, and every fault in what it is told, in one sentence.

    member = Member("r1", "u7", token, Reader())
    send(member.connect())                       # once the Engine.IO session stands
    for reply in member.receive(packet): send(reply)
    send(*member.say(f"{time.time_ns()} hello", on_answer))

The diaries of ``client.py`` are judged after a run; a member judges at once and forgets, so that thousands fit into one
process. A chat message begins with ``#mark time``: who sent it under which id, and when.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

import orjson

from loadtests.diary import mark_of

FaultKind = Literal["gap", "duplicate", "order", "resume", "ack"]
OnAnswer = Callable[[str, dict[str, Any]], None]
NOTHING: Sequence[str] = ()
REMEMBERED = 64  # seqs a member can still tell a duplicate from a wrong order by


class Fault(NamedTuple):
    """Something the server must not do."""

    kind: FaultKind
    text: str


class Told(NamedTuple):
    """An event as it came; ``seq`` is -1 for one that is not logged, ``sent`` 0 if its text holds no time."""

    type: str
    epoch: str
    after: int
    seq: int
    mark: str
    sent: int
    data: Any


def told_of(kind: str, payload: Any) -> Told:
    """Reads an event's payload."""
    if not isinstance(payload, dict) or "seq" not in payload:
        return Told(kind, "", -1, -1, "", 0, payload)
    data = payload.get("data")
    mark = mark_of(kind, data)
    words = data["text"].split(" ", 2) if mark and data else []
    sent = int(words[1]) if len(words) > 1 and words[1].isdecimal() else 0
    return Told(kind, payload["epoch"], payload["after"], payload["seq"], mark, sent, data)


class Reader:
    """Reads each packet once, however many members it is told to; remembers the last ``most``."""

    def __init__(self, most: int = 512) -> None:
        self._most = most
        self._known: dict[str, Told] = {}

    def read(self, packet: str) -> Told:
        known = self._known.get(packet)
        if known is None:
            name, payload, *_ = orjson.loads(packet[packet.index("[") :])
            known = self._known[packet] = told_of(name, payload)
            if len(self._known) > self._most:
                del self._known[next(iter(self._known))]
        return known


class Pending:
    """A command without an answer; it is sent again after each reconnect, under the same id."""

    __slots__ = ("connection", "fields", "on_answer", "type")

    def __init__(self, kind: str, fields: dict[str, Any], on_answer: OnAnswer | None) -> None:
        self.type = kind
        self.fields = fields
        self.on_answer = on_answer
        self.connection = 0


class Member:
    """One person in one room, on one connection at a time.

    ``on_told`` sees each event that is in order, ``on_news`` what is not logged, ``on_fault`` each fault,
    ``on_joined`` each answer to a join (with the position that was asked for).
    """

    __slots__ = (
        "_acks",
        "_base",
        "_heard",
        "_last_ack",
        "_last_id",
        "_owed",
        "_recent",
        "connection",
        "epoch",
        "joined",
        "on_fault",
        "on_joined",
        "on_news",
        "on_told",
        "pending",
        "reader",
        "recovering",
        "refused",
        "room",
        "seq",
        "tag",
        "token",
        "told",
        "unproven",
    )

    def __init__(self, room: str, tag: str, token: str, reader: Reader) -> None:
        self.room = room
        self.tag = tag  # its commands' ids begin so; no two members have the same
        self.token = token
        self.reader = reader
        self.on_told: Callable[[Told], None] | None = None
        self.on_news: Callable[[Told], None] | None = None
        self.on_fault: Callable[[Fault], None] | None = None
        self.on_joined: Callable[[dict[str, Any], int], None] | None = None
        self.epoch = ""
        self.seq = -1
        self.told = 0
        self.joined = False
        self.recovering = False  # while what was missed is told, in a join's answer
        self.refused = ""
        self.connection = 0
        self.unproven = 0  # acked, and jumped over by a join that did not recover
        self.pending: dict[str, Pending] = {}
        self._acks: dict[int, Callable[[dict[str, Any]], Sequence[str]]] = {}
        self._last_ack = 0
        self._last_id = 0
        self._base = -1  # what lies before was given up by a join that did not recover
        self._owed: dict[int, tuple[str, float]] = {}  # acked at this seq, not told yet
        self._heard: dict[str, int] = {}  # told at this seq, not acked yet
        self._recent: deque[int] = deque(maxlen=REMEMBERED)

    # The connection

    def connect(self) -> str:
        """A new session stands: the packet that begins it."""
        self.connection += 1
        self.joined = False
        self._acks.clear()
        self._recent.clear()
        return "40" + orjson.dumps({"token": self.token, "protocol": 1}).decode()

    def lost(self) -> None:
        """The session is gone."""
        self.joined = False

    def receive(self, packet: str, now: float = 0.0) -> Sequence[str]:
        """Takes one Engine.IO packet; the packets to answer with. ``now`` in seconds dates what is acked."""
        kind = packet[:2]
        if kind == "42":
            told = self.reader.read(packet)
            if told.seq >= 0:
                return self._told(told)
            if self.on_news is not None:
                self.on_news(told)
        elif kind == "43":
            start = packet.index("[")
            answered = self._acks.pop(int(packet[2:start]), None)
            if answered is not None:
                ack = orjson.loads(packet[start:])[0]
                return answered(ack | {"at": now} if ack.get("ok") else ack)
        elif packet == "2":
            return ("3",)
        elif kind == "40":
            return (self._join(),)
        elif kind in ("44", "41"):
            self._refuse(packet)
        return NOTHING

    def _refuse(self, packet: str) -> None:
        error = orjson.loads(packet[2:]) if packet.startswith("44") else {}
        self.refused = str((error.get("data") or {}).get("code", "disconnected"))
        self.joined = False

    # Commands

    def say(self, text: str, on_answer: OnAnswer | None = None) -> Sequence[str]:
        """chat.send, with its id as the mark of its text."""
        name = self._id()
        return self.command("chat.send", {"text": f"#{name} {text}"}, on_answer, name)

    def command(
        self, kind: str, fields: dict[str, Any], on_answer: OnAnswer | None = None, name: str | None = None
    ) -> Sequence[str]:
        """The packets to send now; before a join there are none, and the command follows the join."""
        name = name or self._id()
        pending = self.pending[name] = Pending(kind, fields, on_answer)
        return (self._emit_pending(name, pending),) if self.joined else NOTHING

    def _id(self) -> str:
        self._last_id += 1
        return f"{self.tag}.{self._last_id}"

    def _emit_pending(self, name: str, pending: Pending) -> str:
        pending.connection = self.connection
        payload = {"id": name, "room": self.room, **pending.fields}
        return self._emit(pending.type, payload, partial(self._answered, name))

    def _emit(self, event: str, payload: dict[str, Any], answered: Callable[[dict[str, Any]], Sequence[str]]) -> str:
        self._last_ack += 1
        self._acks[self._last_ack] = answered
        return f"42{self._last_ack}{orjson.dumps([event, payload]).decode()}"

    def _answered(self, name: str, ack: dict[str, Any]) -> Sequence[str]:
        pending = self.pending.pop(name, None)
        if pending is None:
            return NOTHING
        if pending.type == "chat.send":
            heard = self._heard.pop(name, None)
            if ack.get("ok"):
                self._prove(name, ack["position"], heard, ack["at"])
            elif heard is not None:
                self._fault("ack", f"{name} was refused ({ack['error']['code']}) and told at {heard} all the same")
        if pending.on_answer is not None:
            pending.on_answer(name, ack)
        return NOTHING

    # What an ack promises

    def _prove(self, name: str, position: dict[str, Any], heard: int | None, now: float) -> None:
        seq = position["seq"]
        if heard is not None:
            if heard != seq:
                self._fault("ack", f"{name} was acked at {seq}, but told at {heard}")
        elif position["epoch"] != self.epoch or seq <= self._base:
            self.unproven += 1
        elif seq <= self.seq:
            self._fault("ack", f"{name} was acked at {seq}, which went by without it")
        else:
            self._owed[seq] = (name, now)

    def overdue(self, now: float, within: float = 0.0) -> Iterator[Fault]:
        """Acked messages that were not told ``within`` seconds; each is a fault once."""
        for seq, (name, since) in list(self._owed.items()):
            if now - since >= within:
                del self._owed[seq]
                fault = Fault("ack", f"{name} was acked at {seq}, but never told to {self.tag}")
                if self.on_fault is not None:
                    self.on_fault(fault)
                yield fault

    @property
    def owes(self) -> int:
        """How many acked messages have not been told yet."""
        return len(self._owed)

    # Joining

    def _join(self) -> str:
        asked = self.seq
        payload: dict[str, Any] = {"id": self._id(), "room": self.room}
        if asked >= 0:
            payload["position"] = {"epoch": self.epoch, "seq": asked}
        return self._emit("room.join", payload, partial(self._entered, asked))

    def _entered(self, asked: int, ack: dict[str, Any]) -> Sequence[str]:
        if not ack.get("ok"):
            error = ack.get("error") or {}
            if not error.get("retry"):
                self.refused = str(error.get("code"))
            if self.on_joined is not None:
                self.on_joined(ack, asked)
            return NOTHING
        position, self.joined = ack["position"], True
        if ack["recovered"]:
            if asked < 0 or position["epoch"] != self.epoch or position["seq"] < asked:
                self._fault("resume", f"{self.tag} asked from {self.epoch}:{asked} and was recovered at {position}")
            self.recovering = True
            for event in ack.get("events") or ():
                self._told(told_of(event["type"], event))
            self.recovering = False
        else:
            self.unproven += len(self._owed)
            self._owed.clear()
            self._base = position["seq"]
        self.epoch, self.seq = position["epoch"], max(position["seq"], self.seq if ack["recovered"] else -1)
        if self.on_joined is not None:
            self.on_joined(ack, asked)
        again = [(name, pending) for name, pending in self.pending.items() if pending.connection != self.connection]
        return [self._emit_pending(name, pending) for name, pending in again]

    # Being told

    def _told(self, told: Told) -> Sequence[str]:
        if not self.joined:
            return NOTHING  # a gap was met, and no join has answered since
        if told.epoch != self.epoch or told.after > self.seq:
            self._fault("gap", f"{self.tag} was told {told.seq} (after {told.after}) while at {self.seq}")
            self.joined = False
            return (self._join(),)
        if told.seq <= self.seq:
            kind: FaultKind = "duplicate" if told.seq in self._recent else "order"
            self._fault(kind, f"{self.tag} was told {told.seq} on connection {self.connection} while at {self.seq}")
            return NOTHING
        self.seq = told.seq
        self.told += 1
        self._recent.append(told.seq)
        if told.mark.startswith(f"{self.tag}."):
            self._own(told)
        if self.on_told is not None:
            self.on_told(told)
        return NOTHING

    def _own(self, told: Told) -> None:
        owed = self._owed.pop(told.seq, None)
        if owed is None:
            self._heard[told.mark] = told.seq
        elif owed[0] != told.mark:
            self._fault("ack", f"{owed[0]} was acked at {told.seq}, where {told.mark} was told")

    def _fault(self, kind: FaultKind, text: str) -> None:
        if self.on_fault is not None:
            self.on_fault(Fault(kind, text))
