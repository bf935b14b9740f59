"""The plain shapes around commands and events: who, acks, requests beside the log, join answers, volatile news.

Models check what clients send; TypedDicts say what the server sends.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, NotRequired

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from protocols.errors import Code
from protocols.limits import HISTORY_PAGE
from protocols.messages import Id

RoleName = Literal["host", "moderator", "attendee", "wall", "bot"]


class Author(TypedDict):
    """Who did it; ``guest`` and ``via`` (the network they write from) only where they say something."""

    id: str
    name: str
    role: RoleName
    guest: NotRequired[bool]
    via: NotRequired[str]


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


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    type: ClassVar[str]

    id: Id
    room: Id


class PositionModel(BaseModel):
    """A place in a room's log, as a client gives it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    epoch: Annotated[str, Field(min_length=1, max_length=64)]
    seq: Annotated[int, Field(ge=0, le=2**53)]


class RoomJoin(_Request):
    """Take part from here on; with a position: be told what was missed since."""

    type = "room.join"

    position: PositionModel | None = None


class RoomLeave(_Request):
    """Be told nothing more."""

    type = "room.leave"


class RoomHistory(_Request):
    """Read older events."""

    type = "room.history"

    before: Annotated[int, Field(ge=1, le=2**53)] | None = None
    limit: Annotated[int, Field(ge=1, le=HISTORY_PAGE)] | None = None


REQUESTS = (RoomJoin, RoomLeave, RoomHistory)

Reason = Literal["first", "epoch", "future", "trimmed", "limit", "expired", "audience"]


class You(TypedDict):
    """Who the server takes this connection for."""

    id: str
    name: str
    role: RoleName
    guest: bool


class RoomName(TypedDict):
    """Which room was joined."""

    id: str


class Occupancy(TypedDict):
    """How many are in the room."""

    room: str
    count: int


class MineChanged(TypedDict):
    """What concerns this person alone, anew."""

    room: str
    mine: dict[str, Any]


class PositionTold(TypedDict):
    """Where the room stands, after a join."""

    room: str
    position: PositionShape
