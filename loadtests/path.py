"""One client's way through one room, read from its diary: what it covered, and what it was told on each connection."""

from __future__ import annotations

from dataclasses import dataclass, field

from loadtests.diary import Delivered, Diary, Ended, Joined, Left, Opened


@dataclass(slots=True)
class Stretch:
    """Positions ``(lo, hi]`` of an epoch that a client claims to have been told whole."""

    epoch: str
    audience: str
    lo: int
    hi: int


@dataclass(slots=True)
class Walk:
    """A client's stretches in a room, the seqs delivered, faults on a connection, and where it ended."""

    user: str
    room: str
    stretches: list[Stretch] = field(default_factory=list)
    delivered: dict[tuple[str, int], Delivered] = field(default_factory=dict)
    audience_of: dict[tuple[str, int], str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    resumes: list[tuple[Joined, Delivered]] = field(default_factory=list)
    gaps: int = 0
    left: bool = False


def walks_of(diary: Diary) -> dict[str, Walk]:
    """The walks of one client by room."""
    walker = _Walker(diary.user)
    for entry in diary.entries:
        if isinstance(entry, Opened | Ended):
            walker.moved()
        elif isinstance(entry, Joined):
            walker.joined(entry)
        elif isinstance(entry, Delivered):
            walker.delivered(entry)
        elif isinstance(entry, Left):
            walker.left(entry)
    return walker.walks


@dataclass(slots=True)
class _Stand:
    """Where a connection stands in a room."""

    epoch: str
    last: int
    audience: str
    resumed: Joined | None
    seen: set[int] = field(default_factory=set)
    lost: bool = False  # a gap was met, and no join has answered since


class _Walker:
    def __init__(self, user: str) -> None:
        self.user = user
        self.walks: dict[str, Walk] = {}
        self.stands: dict[str, _Stand] = {}

    def walk(self, room: str) -> Walk:
        return self.walks.setdefault(room, Walk(self.user, room))

    def moved(self) -> None:
        self.stands.clear()

    def left(self, entry: Left) -> None:
        self.walk(entry.room).left = True
        self.stands.pop(entry.room, None)

    def joined(self, entry: Joined) -> None:
        walk = self.walk(entry.room)
        walk.left = False
        if entry.recovered and (not walk.stretches or entry.since < 0):
            walk.faults.append(f"{self.user} was told recovered: true in {entry.room} without having had a position")
        earlier = self.stands.get(entry.room)
        if entry.recovered and walk.stretches:
            stretch = walk.stretches[-1]
            if entry.epoch != stretch.epoch:
                walk.faults.append(f"{self.user} was told recovered: true across epochs in {entry.room}")
            if entry.seq < entry.since:
                walk.faults.append(
                    f"{self.user} resumed {entry.room} from {entry.since} and was told recovered: true at {entry.seq}"
                )
            stretch.hi = max(stretch.hi, entry.seq)
            stand = _Stand(entry.epoch, entry.since, entry.audience, entry)
        else:
            walk.stretches.append(Stretch(entry.epoch, entry.audience, entry.seq, entry.seq))
            stand = _Stand(entry.epoch, entry.seq, entry.audience, None)
        if earlier is not None and earlier.epoch == entry.epoch:
            stand.seen = earlier.seen
        self.stands[entry.room] = stand

    def delivered(self, entry: Delivered) -> None:
        walk, stand = self.walk(entry.room), self.stands.get(entry.room)
        where = f"{entry.room} {entry.epoch}:{entry.seq}"
        if stand is None:
            walk.strangers.append(f"{self.user} was told {where} without having joined on that connection")
            return
        if entry.epoch != stand.epoch or entry.after > stand.last:
            if stand.resumed is not None:
                came = f"{entry.seq} (after {entry.after})"
                walk.faults.append(f"{self.user} resumed {entry.room} from {stand.last}, but {came} came first")
            walk.gaps += 1
            stand.lost = True
            return
        if stand.lost:
            return  # the client waits for its join's answer and ignores these
        if entry.seq in stand.seen:
            walk.faults.append(f"{self.user} was told {where} twice on connection {entry.connection}")
        elif entry.seq <= stand.last:
            walk.faults.append(f"{self.user} was told {where} after {stand.last} on connection {entry.connection}")
        if stand.resumed is not None:
            walk.resumes.append((stand.resumed, entry))
            stand.resumed = None
        stand.seen.add(entry.seq)
        stand.last = max(stand.last, entry.seq)
        walk.delivered[(entry.epoch, entry.seq)] = entry
        walk.audience_of[(entry.epoch, entry.seq)] = stand.audience
        walk.stretches[-1].hi = max(walk.stretches[-1].hi, entry.seq)
