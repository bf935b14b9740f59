"""Small events, and records of them, for tests of what carries records without knowing activities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from protocols.messages import Audience, By, Event, Position, Record, Role
from server.broker.port import Batch


@dataclass(frozen=True, slots=True)
class Said(Event):
    type: ClassVar[str] = "test.said"
    text: str


@dataclass(frozen=True, slots=True)
class Counted(Event):
    """Stays when erased, as a ballot does."""

    type: ClassVar[str] = "test.counted"
    choice: int

    def erased(self) -> Event:
        return self


@dataclass(frozen=True, slots=True)
class Gone(Event):
    type: ClassVar[str] = "test.gone"
    pseudonym: str | None = None


CATALOGUE: dict[str, type[Event]] = {event.type: event for event in (Said, Counted, Gone)}
ANN = By("ann", "Ann", Role.ATTENDEE, guest=True)


def said(seq: int, text: str = "hello", **changes: Any) -> Record:
    return recorded(seq, Said(text), **changes)


def recorded(seq: int, event: Event, **changes: Any) -> Record:
    values: dict[str, Any] = {
        "seq": seq,
        "at": 1_000 + seq,
        "type": event.type,
        "version": event.version,
        "audience": Audience.EVERYONE,
        "by": ANN,
        "data": event,
        "after": (seq - 1, seq - 1),
    }
    return Record(**(values | changes))


def batch(room: str, base: Position, records: Sequence[Record], **more: Any) -> Batch:
    values: dict[str, Any] = {"room": room, "id": f"b{base.seq}", "term": 0, "base": base, "records": records}
    return Batch(**(values | more))
