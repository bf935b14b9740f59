"""The plain shapes around events: who, answers, volatile news. The schema is made from them."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from protocols.errors import Code
from protocols.messages import Audience, Record

RoleName = Literal["host", "moderator", "attendee", "wall", "bot"]


class Author(TypedDict):
    """Who did it; ``guest``, ``via`` (the network they write from) and ``shop`` (of those that take part, the one in
    which they are) only where they say something."""

    id: str
    name: str
    role: RoleName
    guest: NotRequired[bool]
    via: NotRequired[str]
    shop: NotRequired[str]


class PositionShape(TypedDict):
    """A place in a room's log."""

    epoch: str
    seq: int


class Fault(TypedDict):
    """Why not: translate by ``code``; ``message`` is an English sentence; ``retry``: the same may succeed later."""

    code: Code
    message: str
    retry: bool
    retry_after_ms: NotRequired[int]


class Nack(TypedDict):
    """The answer to what was refused."""

    ok: Literal[False]
    error: Fault


class Ack(TypedDict):
    """The answer to a command once it is stored: the place of its last event."""

    ok: Literal[True]
    position: PositionShape


Reason = Literal["first", "epoch", "future", "trimmed", "limit", "expired", "audience", "role"]


class You(TypedDict):
    """Who the server takes this connection for."""

    id: str
    name: str
    role: RoleName
    guest: bool
    shop: NotRequired[str]


class RoomName(TypedDict):
    """Which room was joined, and how many are in it, and in each of its shops."""

    id: str
    occupancy: int
    shops: NotRequired[dict[str, int]]


class Occupancy(TypedDict):
    """How many are in the room; ``shops``, where such take part: how many of them in each."""

    room: str
    count: int
    shops: NotRequired[dict[str, int]]


class ShedTold(TypedDict):
    """How much of what was sent to the room in the last minute was turned away because it was too much; for hosts."""

    room: str
    count: int


class PersonHere(Author):
    """Somebody in the room; ``away``: without a connection, but for less than half a minute."""

    away: NotRequired[bool]


class PeopleListed(TypedDict):
    """Who is in the room: all if ``whole``, else its staff alone. ``away`` says how many attendees have no
    connection and may come back; ``occupancy`` does not count them."""

    ok: Literal[True]
    number: int
    people: list[PersonHere]
    occupancy: int
    away: int
    whole: bool


class PeopleChanged(TypedDict):
    """What has changed in the list of people since ``after``, its number before; who holds another asks for it anew.

    ``came`` holds whoever is new or has changed, ``went`` ids; ``joined`` and ``left`` say how many people did.
    """

    room: str
    after: int
    number: int
    came: list[PersonHere]
    went: list[str]
    joined: int
    left: int
    away: int
    whole: bool


class ReactionCounts(TypedDict):
    """How many reactions of each kind came in since this was last told; kinds without any are left out."""

    room: str
    counts: dict[str, int]


class MineChanged(TypedDict):
    """What concerns this person alone, anew."""

    room: str
    mine: dict[str, Any]


class PositionTold(TypedDict):
    """Where the room stands, after a join."""

    room: str
    position: PositionShape


class RoleTold(TypedDict):
    """This person has another role from now on, and hears nothing more of the room: join again."""

    room: str
    role: RoleName


class ConnectionClosed(TypedDict):
    """Why this connection ends now: `kicked`, `banned`, `expired`. Or, after a CONNECT, why this person's last one was
    closed, where it could not be told then."""

    reason: str
    message: str


class StreamDelay(TypedDict):
    """How many watch the stream, and how far behind they are shown it: told to hosts alone.

    Null where none of them can tell.
    """

    room: str
    viewers: int
    median_ms: int | None
    p90_ms: int | None


class Left(TypedDict):
    """The answer to room.leave and to stream.report."""

    ok: Literal[True]


def told(room: str, epoch: str, record: Record, audience: Audience, *, typed: bool = False) -> dict[str, Any]:
    """A record as this audience is told of it; ``typed`` adds its type, for lists of events in an answer."""
    event: dict[str, Any] = {"type": record.type} if typed else {}
    event |= {
        "room": room,
        "epoch": epoch,
        "after": record.after_for(audience),
        "seq": record.seq,
        "at": record.at,
        "by": None if record.by is None else record.by.as_wire(),
        # orjson writes the frozen dataclass itself, which is cheaper than dump().
        "data": record.data,
    }
    return event
