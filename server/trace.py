"""The way of the last commands through this server, kept in memory and never what they said.

Written when the answers of a batch are out, as plain tuples: a command costs about a microsecond, in a crowd far less.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

COMMANDS = 5_000  # that are remembered; then the oldest is forgotten

# What the commands of a batch have in common. About: room, epoch, the batch's id, base and number of records.
# How many commands; how many connections were told; when they were taken from the mailbox and decided; when the
# batch stood and had been told (None: nothing was stored); when they were acked.
About = tuple[str, str, str, int, int]
Way = tuple[About, int, int, tuple[float, float], tuple[float, float] | None, float]
# A command: its way, id, user and type, when it was received and queued, its seq or the code it was refused with.
Step = tuple[Way, str, str, str, float, float, int | str]


class Hops(NamedTuple):
    """One command's way; instants in ms since 1970. ``seq`` or ``refused`` is set; ``again``: it was known already."""

    id: str
    room: str
    user: str
    type: str
    epoch: str
    seq: int | None
    refused: str | None
    again: bool
    batch: str
    commands: int
    records: int
    connections: int
    received: float
    queued: float
    taken: float
    decided: float
    committed: float | None
    told: float | None
    acked: float


# A command that was forwarded: room, epoch, id, user, type, whose the room was, when it was received here and
# answered, its seq or the code it was refused with.
Sent = tuple[str, str, str, str, str, str, float, float, int | str]
# Records of another node's room that were told here: room, epoch, base and number of records, when, to how many.
Heard = tuple[str, str, int, int, float, int]


class Forwarding(NamedTuple):
    """One command's way to the node that decides, and back; instants in ms since 1970, by the clock of this node."""

    id: str
    room: str
    user: str
    type: str
    epoch: str
    seq: int | None
    refused: str | None
    to: str
    received: float
    answered: float


class Telling(NamedTuple):
    """When a record of another node's room was told here, in ms since 1970, and to how many connections."""

    room: str
    epoch: str
    seq: int
    told: float
    connections: int


class Trace:
    """The last commands, and the last records that were told. ``clock`` is the steady clock of their instants."""

    def __init__(self, *, limit: int = COMMANDS, clock: Callable[[], float] = time.monotonic) -> None:
        self.connections = 0  # whom the records that are being told just now went to; set by who tells them
        self.ring: deque[Step] = deque(maxlen=limit)
        self.sent: deque[Sent] = deque(maxlen=limit)
        self.heard: deque[Heard] = deque(maxlen=limit)
        self._clock = clock

    def find(self, command: str, room: str | None = None) -> Iterator[Hops]:
        """All commands of this id that are remembered, the oldest first: ids are a person's own."""
        offset = time.time() - self._clock()
        for step in tuple(self.ring):
            if step[1] == command and (room is None or step[0][0][0] == room):
                yield _hops(step, offset)

    def forwarded(self, command: str, room: str | None = None) -> Iterator[Forwarding]:
        """All commands of this id that were forwarded from here and answered, the oldest first."""
        offset = time.time() - self._clock()
        for in_room, epoch, id_, user, kind, to, received, answered, outcome in tuple(self.sent):
            if id_ == command and (room is None or in_room == room):
                seq, refused = (outcome, None) if isinstance(outcome, int) else (None, str(outcome))
                times = (_at(received, offset), _at(answered, offset))
                yield Forwarding(id_, in_room, user, kind, epoch, seq, refused, to, *times)

    def telling(self, room: str, epoch: str, seq: int) -> Telling | None:
        """When this record of another node's room was told here, if that is remembered."""
        offset = time.time() - self._clock()
        for in_room, in_epoch, base, count, told, connections in reversed(tuple(self.heard)):
            if (in_room, in_epoch) == (room, epoch) and base < seq <= base + count:
                return Telling(room, epoch, seq, _at(told, offset), connections)
        return None

    def statistics(self) -> Mapping[str, float]:
        """How many commands are remembered."""
        return {"commands": len(self.ring)}


def _at(instant: float, offset: float) -> float:
    return round((instant + offset) * 1000, 3)


def _hops(step: Step, offset: float) -> Hops:
    def at(instant: float) -> float:
        return _at(instant, offset)

    way, id_, user, kind, received, queued, outcome = step
    (room, epoch, batch, base, records), commands, connections, (taken, decided), times, acked = way
    seq = outcome if isinstance(outcome, int) else None
    return Hops(
        id=id_,
        room=room,
        user=user,
        type=kind,
        epoch=epoch,
        seq=seq,
        refused=None if isinstance(outcome, int) else str(outcome),
        again=seq is not None and seq <= base,
        batch=batch,
        commands=commands,
        records=records,
        connections=connections,
        received=at(received),
        queued=at(queued),
        taken=at(taken),
        decided=at(decided),
        committed=None if times is None else at(times[0]),
        told=None if times is None else at(times[1]),
        acked=at(acked),
    )
