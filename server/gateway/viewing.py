"""How far behind the room the viewers of its stream are: what they report, as a count for hosts.

Each report counts for some seconds, on the node that it came to. Every node tells the others how many it counts by
steps of delay, never who; so a room's hosts are told of all viewers, wherever they are connected.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import orjson
import structlog

from protocols.frames import prepare_event
from protocols.messages import Audience
from rooms.activities.stream import Stream

if TYPE_CHECKING:
    from server.gateway.members import Members, RoomMembers

log = structlog.get_logger(__name__)

KIND: Final = "viewing"  # of the letters between nodes
VALID_S: Final = 25.0  # players report every ten
TELL_S: Final = 2.0
LETTER_TELLS: Final = 2  # the other nodes are told as often as this says
HEARD_S: Final = 12.0
REPORTS: Final = 20_000  # viewers counted on one node
ROOMS: Final = 2_000  # counted of one other node
LETTER_ROOMS: Final = 100
NODES: Final = 64

# Tenths of a second up to twenty, then seconds: a letter stays short, and nobody needs more.
FINE_MS, FINE_UP_TO_MS, COARSE_MS = 100, 20_000, 1_000
UNKNOWN: Final = -1

Steps = Counter[int]  # step of delay -> viewers


def step_of(delay_ms: int | None) -> int:
    """The step that a delay counts in."""
    if delay_ms is None:
        return UNKNOWN
    if delay_ms < FINE_UP_TO_MS:
        return delay_ms // FINE_MS
    return FINE_UP_TO_MS // FINE_MS + (delay_ms - FINE_UP_TO_MS) // COARSE_MS


def delay_of(step: int) -> int:
    """What the delays of a step are at least, in ms."""
    fine = FINE_UP_TO_MS // FINE_MS
    return step * FINE_MS if step < fine else FINE_UP_TO_MS + (step - fine) * COARSE_MS


@dataclass(frozen=True, slots=True)
class Summary:
    """How many watch, and the delay that half and that nine in ten of those who can tell do not exceed."""

    viewers: int
    median_ms: int | None
    p90_ms: int | None


def summary_of(steps: Mapping[int, int]) -> Summary:
    """The same from the counts."""
    known = sorted((step, count) for step, count in steps.items() if step != UNKNOWN)
    return Summary(sum(steps.values()), _quantile(known, 0.5), _quantile(known, 0.9))


def _quantile(known: Sequence[tuple[int, int]], part: float) -> int | None:
    left = part * sum(count for _, count in known)
    for step, count in known:
        left -= count
        if left <= 0:
            return delay_of(step)
    return None


class Viewing:
    """What viewers report. ``send_all`` writes a letter to the other nodes, ``heard`` takes theirs."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._reports: dict[tuple[str, str], tuple[int, float]] = {}  # room and user -> step, when
        self._here: dict[str, Steps] = {}
        self._there: dict[str, dict[str, tuple[Steps, float]]] = {}  # node -> room -> what it counts, when
        self._turn = 0
        self.send_all: Callable[[Sequence[Any]], None] | None = None

    def statistics(self) -> Mapping[str, float]:
        """How much is remembered."""
        return {"viewers": len(self._reports), "rooms_elsewhere": sum(map(len, self._there.values()))}

    def report(self, room: str, user: str, delay_ms: int | None) -> None:
        """A viewer is shown the stream, so far behind. Several pages of one person are one viewer.

        With too many of them the newest are not counted: the figures of the others are as good.
        """
        viewer = (room, user)
        if viewer in self._reports or len(self._reports) < REPORTS:
            self._reports[viewer] = (step_of(delay_ms), self._clock())

    def heard(self, node: str, letter: Sequence[Any]) -> None:
        """What another node counts."""
        if node not in self._there and len(self._there) >= NODES:
            return
        rooms = self._there.setdefault(node, {})
        now = self._clock()
        for room, steps in letter[1]:
            if room in rooms or len(rooms) < ROOMS:
                rooms[room] = (Counter(dict(steps)), now)

    def count(self) -> None:
        """Count anew, without those who have said nothing for long; and tell the other nodes from time to time."""
        now = self._clock()
        self._reports = {viewer: each for viewer, each in self._reports.items() if now - each[1] <= VALID_S}
        self._here = {}
        for (room, _), (step, _) in self._reports.items():
            self._here.setdefault(room, Counter())[step] += 1
        fresh = {
            node: {room: told for room, told in rooms.items() if now - told[1] <= HEARD_S}
            for node, rooms in self._there.items()
        }
        self._there = {node: rooms for node, rooms in fresh.items() if rooms}
        self._turn += 1
        if self.send_all is not None and self._turn % LETTER_TELLS == 0:
            told = [(room, sorted(steps.items())) for room, steps in self._here.items()]
            for start in range(0, len(told), LETTER_ROOMS):
                self.send_all((KIND, told[start : start + LETTER_ROOMS]))

    def summary(self, room: str) -> Summary:
        """Of all viewers of a room, as they were counted last."""
        steps = Counter(self._here.get(room, {}))
        for rooms in self._there.values():
            if room in rooms:
                steps += rooms[room][0]
        return summary_of(steps)


async def tell_delays(members: Members, viewing: Viewing) -> None:
    """Runs until cancelled: hosts of a room with a stream are told how it reaches people."""
    while True:
        await asyncio.sleep(TELL_S)
        try:
            viewing.count()
            for room in members.watched():
                tell_delay(room, viewing)
        except Exception:
            log.exception("delays_not_told")


def tell_delay(room: RoomMembers, viewing: Viewing) -> None:
    """Tells the hosts who are here. Also what has not changed: one of them may just have come."""
    hosts = room.channels[Audience.HOSTS]
    stream = cast(Stream, room.host.live.room.activities[Stream.name])
    if not len(hosts) or not stream.on:
        return
    found = viewing.summary(room.room)
    told = {"room": room.room, "viewers": found.viewers, "median_ms": found.median_ms, "p90_ms": found.p90_ms}
    hosts.send_volatile("stream.delay", prepare_event("stream.delay", [orjson.dumps(told)]))
