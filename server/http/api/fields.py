"""Field types of paths, queries and bodies, and the shape of every body."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from protocols.limits import HISTORY_PAGE, ID_LENGTH
from protocols.messages import Id, Position, UserId

PREFIX = "/api/v1"
SEQ_MAXIMUM = 2**53 - 1  # beyond it numbers lose their last digit in JavaScript
INSTANT_MAXIMUM = 253_402_300_799_999  # the last millisecond of the year 9999

RoomPath = Annotated[Id, Path(description="The room's id.")]
UserPath = Annotated[UserId, Path(description="The person's id in this room.")]
LinkPath = Annotated[Id, Path(description="The link's id.")]

Before = Annotated[int | None, Query(ge=1, le=SEQ_MAXIMUM, description="Only events before this seq.")]
Limit = Annotated[int, Query(ge=1, le=HISTORY_PAGE, description="At most so many events.")]

# Room ids stand in addresses and are read out: no dots that lead elsewhere, no sign at the start.
NewRoomId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=ID_LENGTH)]
Instant = Annotated[int, Field(ge=0, le=INSTANT_MAXIMUM, description="Milliseconds since 1970.")]


class Body(BaseModel):
    """What is sent: fields that are not asked for are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Answer(BaseModel):
    """What is answered."""

    model_config = ConfigDict(frozen=True)


class Place(Answer):
    """A place in a room's log."""

    epoch: str
    seq: int

    @classmethod
    def of(cls, position: Position) -> Place:
        """The same place, to be answered."""
        return cls(epoch=position.epoch, seq=position.seq)


class Done(Answer):
    """It is stored: ``position`` is that of the last event it led to, or the log's end if it led to none."""

    position: Place
