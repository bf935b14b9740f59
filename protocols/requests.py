"""Requests: what a client asks of the gateway itself; answered, never logged."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from protocols.limits import HISTORY_PAGE, STREAM_DELAY_MS
from protocols.messages import Id

Epoch = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9_-]+$")]
# Up to 2^53 - 1: what a client in JavaScript can hold.
Seq = Annotated[int, Field(ge=0, le=9_007_199_254_740_991)]


class Place(BaseModel):
    """The last position that a client holds."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    epoch: Epoch
    seq: Seq


class Request(BaseModel):
    """What every request has."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    type: ClassVar[str]

    id: Id
    room: Id


class RoomJoin(Request):
    """Enter a room; with ``position``, and get what was missed since.

    ``audience`` is what the client listened as when it got there: as another audience it was told other events.
    """

    type: ClassVar[str] = "room.join"

    position: Place | None = None
    audience: Literal["everyone", "hosts"] | None = None


class RoomLeave(Request):
    """Stop listening to a room."""

    type: ClassVar[str] = "room.leave"


class RoomHistory(Request):
    """The page of events before ``before`` (a seq), newest page if it is left out."""

    type: ClassVar[str] = "room.history"

    before: Seq | None = None
    limit: Annotated[int, Field(ge=1, le=HISTORY_PAGE)] = HISTORY_PAGE


class PeopleList(Request):
    """Who is in the room; for hosts, once they have joined. What changes is told as ``room.people``."""

    type: ClassVar[str] = "people.list"


class StreamReport(Request):
    """A viewer says every ten seconds or so how far behind the room's stream is shown; null: that cannot be told.

    Kept for half a minute, and told to hosts as a count alone: ``stream.delay``.
    """

    type: ClassVar[str] = "stream.report"

    delay_ms: Annotated[int, Field(ge=0, le=STREAM_DELAY_MS)] | None = None


REQUESTS: dict[str, type[Request]] = {
    request.type: request for request in (RoomJoin, RoomLeave, RoomHistory, PeopleList, StreamReport)
}
