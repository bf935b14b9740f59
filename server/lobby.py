"""The lobby: which rooms there are, and what came of one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from rooms.activities.room import Status
from rooms.room import Room

PAGE: Final = 50
PAGE_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """A room in a list; instants in ms. ``shop`` is None for the house's own."""

    id: str
    title: str
    status: Status
    shop: str | None
    created_at: int
    active_at: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rooms: of these shops (None: all, and the house's own), with this status, active before ``before``."""

    shops: Collection[str] | None = None
    status: Status | None = None
    before: int | None = None
    limit: int = PAGE

    def fits(self, room: Listed) -> bool:
        """Whether this room is one of them."""
        return (
            (self.shops is None or room.shop in self.shops)
            and self.status in {None, room.status}
            and (self.before is None or room.active_at < self.before)
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """How much was said in a room and by how many: messages that are still there, attendees who wrote or voted."""

    messages: int
    people: int


class RoomTable(Protocol):
    """The rooms as they are kept, a moment behind their logs. All raise Refused: unavailable."""

    async def page(self, wanted: Wanted) -> tuple[Sequence[Listed], bool]:
        """The rooms wanted, the one active last first; whether there are more.

        Those active at the same instant are never parted by the end of a page, which may be longer for it.
        """

    async def counted(self, room: str) -> Counted:
        """What was said in this room, up to the end of its log."""

    async def first_hidden(self, room: str) -> Mapping[str, bool]:
        """Which polls of this room were drafted with a hidden result."""

    async def titles(self, ids: Collection[str]) -> Mapping[str, str]:
        """The titles of those of these rooms that there are."""


def listed(room: Room) -> Listed:
    """A room at work, as it stands in a list."""
    return Listed(room.id, room.title, room.status, room.shop, room.created_at, room.at)


class Lobby:
    """Lists rooms as they are now: those at work as they are in memory, the others as they are kept.

    ``at_work`` gives the rooms at work here, ``people`` how many attendees are in one now.
    """

    def __init__(
        self,
        table: RoomTable,
        *,
        at_work: Callable[[], Iterable[Room]],
        people: Callable[[str], int] = lambda _room: 0,
    ) -> None:
        self._table = table
        self._at_work = at_work
        self.people = people

    async def page(self, wanted: Wanted) -> tuple[Sequence[Listed], bool]:
        """The rooms wanted, the one active last first; whether there are more. Raises Refused: unavailable."""
        kept, more = await self._table.page(wanted)
        fresh = {room.id: listed(room) for room in self._at_work()}
        # A room at work that was active since the last of this page belongs to a later one.
        floor = kept[-1].active_at if more else 0
        now = [room for room in fresh.values() if room.active_at >= floor]
        rooms = [room for room in (*now, *(each for each in kept if each.id not in fresh)) if wanted.fits(room)]
        rooms.sort(key=lambda room: (-room.active_at, room.id))
        if len(rooms) <= wanted.limit:
            return rooms, more
        last = rooms[wanted.limit - 1].active_at
        shown = [room for room in rooms if room.active_at >= last]
        return shown, more or len(shown) < len(rooms)

    async def counted(self, room: str) -> Counted:
        """How much was said, and by how many. Raises Refused: unavailable."""
        return await self._table.counted(room)

    async def first_hidden(self, room: str) -> Mapping[str, bool]:
        """Which polls were drafted with a hidden result. Raises Refused: unavailable."""
        return await self._table.first_hidden(room)

    async def titles(self, ids: Collection[str]) -> Mapping[str, str]:
        """What these rooms are called, without those that are no more. Raises Refused: unavailable."""
        here = {room.id: room.title for room in self._at_work() if room.id in ids}
        asleep = set(ids) - here.keys()
        return {**(await self._table.titles(asleep)), **here} if asleep else here


def results(polls: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What came of the polls that hosts see, without drafts: what the room itself shows, and nothing counted anew."""
    return [_result(poll) for poll in polls if poll["status"] != "draft" and poll["result"] is not None]


def drafts(polls: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The polls of these that wait to be opened."""
    return [
        {"id": poll["poll"], "question": poll["question"], "kind": poll["kind"]}
        for poll in polls
        if poll["status"] == "draft"
    ]


def _result(poll: Mapping[str, Any]) -> dict[str, Any]:
    counts = poll["result"]["counts"]
    first = 1 if poll["kind"] == "rating" else 0
    texts = poll["options"] or [str(first + place) for place in range(len(counts))]
    photos = poll["photos"] or [None] * len(counts)
    options = [
        {"id": first + place, "text": text, "votes": votes} | ({} if photo is None else {"photo": photo})
        for place, (text, votes, photo) in enumerate(zip(texts, counts, photos, strict=True))
    ]
    shops = poll["result"].get("shops", {})
    for place, option in enumerate(options) if shops else ():
        option["shops"] = {shop: count["counts"][place] for shop, count in shops.items()}
    told = {name: poll[name] for name in ("question", "kind", "status", "opened_at", "closed_at")}
    voters = {"voters": poll["result"]["voters"]}
    if shops:
        voters["shops"] = {shop: count["voters"] for shop, count in shops.items()}
    return {"id": poll["poll"], **told, "options": options, **voters}
