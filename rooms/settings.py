"""What a room's hosts may set; the defaults are those of ``protocols.limits``."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetPydanticSchema,
    StringConstraints,
    with_config,
)
from typing_extensions import TypedDict

from protocols import limits
from protocols.messages import Id
from protocols.text import Name

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]


@with_config(ConfigDict(extra="forbid"))
class ShopNamed(TypedDict):
    """A shop that takes part in a room; ``id`` stands in addresses and with what people do."""

    id: Id
    name: Name


def _distinct(shops: list[ShopNamed]) -> list[ShopNamed]:
    if len({shop["id"] for shop in shops}) < len(shops):
        raise ValueError("two shops have one id")
    return shops


class RoomSettings(BaseModel):
    """The settings of a room. In ``room.configure`` those that are given change, the others stay."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, json_schema_serialization_defaults_required=True
    )

    text_length: int = Field(limits.TEXT_LENGTH, ge=1, le=limits.TEXT_MAXIMUM, description="Characters of a message.")
    slow_mode_ms: int = Field(
        0, ge=0, le=limits.SLOW_MODE_MAXIMUM_MS, description="Time between two messages of one person; staff is exempt."
    )
    room_rate: int = Field(
        limits.ROOM_RATE,
        ge=1,
        le=100_000,
        description="Messages a second in the room; the least urgent are shed first.",
    )
    person_rate: int = Field(limits.PERSON_RATE, ge=1, le=100_000, description="Messages a second from one person.")
    person_burst: int = Field(
        limits.PERSON_BURST, ge=1, le=100_000, description="Messages one person may send at once."
    )
    retention_days: int = Field(
        limits.RETENTION_DAYS, ge=0, le=3_650, description="After how many days the room's records go; 0 for never."
    )
    approve_questions: bool = Field(
        default=False, description="Attendees' questions wait for a host before others see them."
    )
    recovery_window_ms: int = Field(
        limits.RECOVERY_WINDOW_MS, ge=0, le=3_600_000, description="How long ago a client may have left and recover."
    )
    recovery_events: int = Field(
        limits.RECOVERY_EVENTS, ge=0, le=100_000, description="Events kept at hand for those who come back."
    )
    photos_open: bool = Field(default=True, description="Whether attendees may add photos.")
    photos_approved: bool = Field(
        default=True, description="Whether photos of attendees wait until staff approves them."
    )
    reactions_open: bool = Field(limits.REACTIONS_OPEN, description="Whether people may send reactions.")
    approve_chat: bool = Field(limits.APPROVE_CHAT, description="Messages wait until staff lets them through.")
    filter_common: bool = Field(
        limits.FILTER_COMMON, description="The small list of words that comes with the software is filtered too."
    )
    filter_holds: bool = Field(
        limits.FILTER_HOLDS,
        description="Where it can, what holds a filtered word waits for staff.",
    )
    languages: list[Language] = Field(
        default=["zh-CN", "en"], min_length=1, max_length=10, description="The room's languages, the first one first."
    )

    shops: Annotated[list[ShopNamed], AfterValidator(_distinct)] = Field(
        default=[],
        max_length=limits.SHOPS,
        description="The shops that take part; people say in which they are, and votes are counted for each too.",
    )

    def known_shop(self, shop: str | None) -> str | None:
        """This shop, if it takes part."""
        return shop if shop is not None and shop in self.shop_ids else None

    @property
    def shop_ids(self) -> Collection[str]:
        """The ids of the shops that take part, in their order."""
        return [shop["id"] for shop in self.shops]

    def changed(self, patch: RoomSettings) -> RoomSettings:
        """These settings with those of ``patch`` that were given."""
        return self.model_copy(update=patch.model_dump(exclude_unset=True))


DEFAULTS: Final = RoomSettings()

# Events carry plain values; the schema still says which.
PlainSettings = Annotated[dict[str, Any], GetPydanticSchema(lambda _source, handler: handler(RoomSettings))]
