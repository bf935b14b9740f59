"""What the checker judges from: clients' diaries, stored records, the server's output and exits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from loadtests.diary import Diary


class Stored(NamedTuple):
    """A record as the database holds it; ``digest`` is empty for a stub, ``by`` for one without an author."""

    room: str
    epoch: str
    seq: int
    type: str
    audience: str
    by: str
    mark: str
    digest: str


class Exit(NamedTuple):
    """How a server process ended; ``caused`` says that the rig did it."""

    code: int
    caused: bool


class Idle(NamedTuple):
    """What a server holds while nobody is there; memory in bytes."""

    sockets: int
    rooms: int
    descriptors: int
    memory: int
    tasks: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything about one run. Without ``stored`` what concerns the database is not judged."""

    diaries: Sequence[Diary]
    stored: Sequence[Stored] | None = None
    output: str = ""
    exits: Sequence[Exit] = ()
    before: Idle | None = None
    after: Idle | None = None
    # Command types whose ack's position is an event of their own, even if their text bears no mark.
    ordered: frozenset[str] = frozenset({"chat.send"})


@dataclass(slots=True)
class Verdict:
    """``faults`` by invariant, each a sentence; ``figures`` count what was judged."""

    faults: dict[str, list[str]] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        return not any(self.faults.values())

    def sentences(self, most: int = 5) -> list[str]:
        """The faults for people: at most ``most`` of each invariant, and how many more there are."""
        lines = []
        for name, faults in sorted(self.faults.items()):
            lines += [f"{name}: {fault}" for fault in faults[:most]]
            if len(faults) > most:
                lines.append(f"{name}: … and {len(faults) - most} more")
        return lines

    def counted(self) -> Mapping[str, int]:
        return {name: len(faults) for name, faults in self.faults.items() if faults}
