"""How many people are in which room on the other nodes: once a second each tells the others what has changed.

All are told how many people of each room a node counts. Whoever is connected to two nodes must count once: each person
is looked after by one of the nodes, which is told who came and who went, and tells all nodes but one not to count them.
So a change costs the same however many people and rooms there are, and the counts are exact some seconds after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.attendance_letters import HERE, WHOLE, Counts, Part, Told, last_marked, portions, unpacked
from server.hosting.line import Letter
from server.hosting.post import Post
from server.logs import logger
from server.overlaps import SLOTS, Overlaps, number_of, slots_of

TELL_S: Final = 1.0
AT_ONCE: Final = 16_384  # people looked at before others may do something
UNKNOWN_TELLS: Final = 3  # without word of a node that is alive, before it is asked
UNSEEN_TELLS: Final = 10  # without a sign of life of a node that wrote, before it is forgotten
LETTERS: Final = 1 << 20  # more than a node is sent in one tell
PARTED_TELLS: Final = 60  # how long it is remembered when somebody went; no letter is under way for longer

log = logger(__name__)


@dataclass(slots=True)
class _Node:
    """Another node. ``told``: it was told everything; ``answered``: and whom of its people others count."""

    counts: dict[str, int] = field(default_factory=dict)
    sent: int = 0
    heard: int = 0
    told: bool = False
    answered: bool = False
    known: bool = False  # it has told everything
    coming: tuple[dict[str, int], list[int]] | None = None  # what it has told of everything so far
    unknown: int = 0
    unseen: int = 0


class Attendance:
    """``entered`` and ``left`` are told of whoever counts on this node; ``others()`` are the nodes that are alive.

    ``changed(room)`` is told that ``elsewhere(room)`` may be another number from now on.
    Somebody is counted twice, or a moment not at all, for some seconds after they moved or a node came or died.
    """

    def __init__(self, post: Post, *, me: str, others: Callable[[], Sequence[str]]) -> None:
        self._post = post
        self._me = me
        self._others = others
        self._nodes: dict[str, _Node] = {}
        self._live: frozenset[str] = frozenset()
        self._slots: Sequence[str] = [me] * SLOTS
        self._overlaps = Overlaps()
        self._here: dict[int, str] = {}  # person -> room
        self._people: dict[str, int] = {}  # room -> how many are here
        self._there: dict[str, int] = {}  # room -> how many the other nodes count
        self._elsewhere: set[int] = set()  # people here whom another node counts
        self._uncounted: dict[str, int] = {}  # room -> how many of them
        self._moved: dict[int, None] = {}  # who came or went since the last tell
        self._stirred: set[str] = set()  # rooms of which this node counts another number since
        self._parted: dict[int, tuple[str, int, int]] = {}  # who went -> whom that was told, in which letter, when
        self._tells = 0
        self.changed: Callable[[str], None] = lambda _room: None
        post.listen(HERE, self._heard)
        post.listen(WHOLE, lambda node, _letter: self._asked(node))

    def entered(self, room: str, user: str) -> None:
        """Somebody is on this node now."""
        person = number_of(room, user)
        self._here[person] = room
        self._change(person, room, 1)

    def left(self, room: str, user: str) -> None:
        """They are on this node no more."""
        person = number_of(room, user)
        self._here.pop(person, None)
        self._change(person, room, -1)

    def elsewhere(self, room: str) -> int:
        """How many people are in this room on other nodes, and not on this one."""
        return max(0, self._there.get(room, 0) - self._uncounted.get(room, 0))

    def gone(self, nodes: Iterable[str]) -> None:
        """Nobody is on these nodes any more."""
        for node in nodes:
            known = self._nodes.pop(node, None)
            if known is not None:
                self._count(known, dict.fromkeys(known.counts, 0))
                self._overlaps.gone(node)

    def statistics(self) -> Mapping[str, float]:
        """How many people this node looks after, and how many here are counted elsewhere."""
        return {"looked_after": len(self._overlaps), "elsewhere": len(self._elsewhere)}

    async def run(self) -> None:
        """Tell once a second, until cancelled."""
        while True:
            try:
                for _ in self.tell():
                    await asyncio.sleep(0)
            except Exception:
                log.exception("attendance not told")
                for known in self._nodes.values():
                    known.told = False
            await asyncio.sleep(TELL_S)

    def tell(self) -> Iterator[None]:
        """Tell the other nodes what they do not know; between two steps others may do something."""
        self._tells += 1
        moved = self._look()
        came, went = self._sorted_changes()
        counts = [(room, self._counted(room)) for room in self._stirred]
        self._moved, self._stirred = {}, set()
        unaware = [node for node in self._live if not self._nodes[node].told]
        for node in self._live.difference(unaware):
            self._tell_changes(node, counts, came.get(node, ()), went.get(node, ()))
        self._overlaps.went(self._me, went.get(self._me, ()))
        self._overlaps.came(self._me, came.get(self._me, ()))
        if unaware or moved:
            # Who comes or goes between two steps is told of next time, once more or for the first time.
            yield from self._tell_everything({*unaware, self._me})
        self._heed(self._me, *self._overlaps.news(self._me))

    def _node(self, node: str) -> _Node:
        known = self._nodes.get(node)
        if known is None:
            # Never a number again: it may answer a letter from before it was forgotten.
            known = self._nodes[node] = _Node(sent=self._tells * LETTERS)
        return known

    # What is told

    def _look(self) -> bool:
        """See who is alive; whether others look after people now."""
        live = frozenset(self._others())
        for node in live:
            known = self._node(node)
            known.unseen = 0
            known.unknown = 0 if known.known else known.unknown + 1
            if known.unknown and known.unknown % UNKNOWN_TELLS == 0:
                self._post.send(node, (WHOLE,))
        for node in self._nodes.keys() - live:
            self._nodes[node].unseen += 1
            if self._nodes[node].unseen >= UNSEEN_TELLS:
                self.gone([node])
        oldest = self._tells - PARTED_TELLS
        self._parted = {each: parting for each, parting in self._parted.items() if parting[2] > oldest}
        if live == self._live:
            return False
        self._live, self._slots = live, slots_of([self._me, *live])
        for node in live:
            self._nodes[node].told = False
        return True

    def _sorted_changes(self) -> tuple[Mapping[str, list[int]], Mapping[str, list[int]]]:
        """Who came and who went, by the node that looks after them."""
        came: dict[str, list[int]] = {}
        went: dict[str, list[int]] = {}
        for person in self._moved:
            node = self._slots[person % SLOTS]
            if person in self._here:
                came.setdefault(node, []).append(person)
                continue
            went.setdefault(node, []).append(person)
            self._elsewhere.discard(person)
            if node in self._nodes:
                self._parted[person] = (node, self._nodes[node].sent + 1, self._tells)
        return came, went

    def _tell_changes(self, node: str, counts: Counts, came: Sequence[int], went: Sequence[int]) -> None:
        known = self._nodes[node]
        only = not known.answered
        elsewhere, again = (self._overlaps.counted_elsewhere(node), []) if only else self._overlaps.news(node)
        known.answered = True
        if not (only or counts or came or went or elsewhere or again):
            return
        for rooms, people in portions(counts, came, went, elsewhere, again):
            if not self._send(node, rooms, Part.CHANGES, *people, only=only):
                return
            only = False

    def _tell_everything(self, nodes: Collection[str]) -> Iterator[None]:
        """Tell these nodes all, this one among them: it may look after others than before."""
        everybody = list(self._here)
        rooms = [(room, self._counted(room)) for room in self._people]
        portion: dict[str, list[int]] = {node: [] for node in nodes}
        for start in range(0, len(everybody), AT_ONCE):
            for person in everybody[start : start + AT_ONCE]:
                if (theirs := portion.get(self._slots[person % SLOTS])) is not None:
                    theirs.append(person)
            yield
        self._overlaps.replace(self._me, portion.pop(self._me))
        self._heed(self._me, self._overlaps.counted_elsewhere(self._me), (), only=True)
        for node, people in portion.items():
            if node in self._nodes:
                self._tell_whole(node, rooms, people)
            yield

    def _tell_whole(self, node: str, counts: Counts, people: Sequence[int]) -> None:
        # What it was told of those counted elsewhere may be lost with the rest.
        self._nodes[node].told, self._nodes[node].answered = True, False
        if not self._send(node, None, Part.FIRST):
            return
        for (rooms, packed), last in last_marked(portions(counts, people)):
            if not self._send(node, rooms, Part.LAST if last else Part.MIDDLE, *packed):
                return

    def _send(self, node: str, counts: Counts | None, part: Part, *people: bytes, only: bool = False) -> bool:
        known = self._nodes[node]
        known.sent += 1
        told = Told(HERE, counts, known.sent, int(part), known.heard, only, *people)
        if self._post.send(node, told):
            return True
        # Too much waits for it. What it missed it is told with everything.
        known.told = known.answered = False
        return False

    # What is heard

    def _asked(self, node: str) -> None:
        if node in self._nodes:
            self._nodes[node].told = False

    def _heard(self, node: str, letter: Letter) -> None:
        known = self._node(node)
        if len(letter) == 2:
            self._heard_earlier(known, letter[1])
            return
        told = Told(*letter)
        if told.part == Part.FIRST:
            known.coming = ({}, [])
        elif told.number != known.heard + 1 or not (known.known or known.coming):
            # Something was lost, as when one of the two thought that the other was dead: it is asked for all.
            known.known, known.coming = False, None
            return
        known.heard = told.number
        if told.part != Part.CHANGES:
            self._heard_everything(node, known, told)
            return
        self._count(known, dict(told.counts or ()))
        self._overlaps.went(node, unpacked(told.went))
        self._overlaps.came(node, unpacked(told.came))
        elsewhere = [person for person in unpacked(told.elsewhere) if not self._parted_since(person, node, told.heard)]
        self._heed(node, elsewhere, unpacked(told.again), only=told.only)

    def _heard_everything(self, node: str, known: _Node, told: Told) -> None:
        assert known.coming is not None
        counts, people = known.coming
        counts.update(told.counts or ())
        people.extend(unpacked(told.came))
        if told.part == Part.LAST:
            self._count(known, dict.fromkeys(known.counts, 0) | counts)
            self._overlaps.replace(node, people)
            known.known, known.coming, known.answered = True, None, False

    def _heard_earlier(self, known: _Node, counts: Counts | None) -> None:
        """From a node before version 0.3, whose people are not known one by one."""
        known.known = True
        self._count(known, dict.fromkeys(known.counts, 0) if counts is None else dict(counts))

    def _parted_since(self, person: int, node: str, heard: int) -> bool:
        """Whether the node did not know yet that somebody had gone, who may have come again."""
        told, number, _ = self._parted.get(person, ("", 0, 0))
        return told == node and heard < number

    def _heed(self, node: str, elsewhere: Collection[int], again: Iterable[int], *, only: bool = False) -> None:
        """What is said by the node that looks after these people; by another it is out of date."""
        theirs = {person for person in elsewhere if self._slots[person % SLOTS] == node}
        if only:
            again = [each for each in self._elsewhere if self._slots[each % SLOTS] == node and each not in theirs]
        for person in again:
            if person in self._elsewhere and self._slots[person % SLOTS] == node:
                self._elsewhere.discard(person)
                self._uncount(person, -1)
        for person in theirs:
            # Who went a moment ago may be back before that is told.
            if person not in self._elsewhere and (person in self._here or person in self._moved):
                self._elsewhere.add(person)
                self._uncount(person, 1)

    # Counting

    def _change(self, person: int, room: str, by: int) -> None:
        _add(self._people, room, by)
        if person in self._elsewhere:
            _add(self._uncounted, room, by)
        self._moved[person] = None
        self._stirred.add(room)

    def _uncount(self, person: int, by: int) -> None:
        room = self._here.get(person)
        if room is not None:
            _add(self._uncounted, room, by)
            self._stirred.add(room)
            self.changed(room)

    def _counted(self, room: str) -> int:
        return self._people.get(room, 0) - self._uncounted.get(room, 0)

    def _count(self, known: _Node, changes: Mapping[str, int]) -> None:
        """Another node counts these now."""
        for room, count in changes.items():
            _add(self._there, room, count - known.counts.get(room, 0))
            if count:
                known.counts[room] = count
            else:
                known.counts.pop(room, None)
            self.changed(room)


def _add(counts: dict[str, int], room: str, by: int) -> None:
    count = counts.get(room, 0) + by
    if count:
        counts[room] = count
    else:
        counts.pop(room, None)
