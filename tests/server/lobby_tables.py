"""The tables of the lobby in memory, as the database keeps them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from server.lobby import Counted, Listed, Wanted
from server.seats import Seat
from server.templates import Template


class MemoryRooms:
    def __init__(self, *rows: Listed) -> None:
        self.rows = list(rows)
        self.totals = Counted(0, 0)
        self.hidden: dict[str, bool] = {}

    async def page(self, wanted: Wanted) -> tuple[Sequence[Listed], bool]:
        fitting = sorted(filter(wanted.fits, self.rows), key=lambda room: (-room.active_at, room.id))
        if len(fitting) <= wanted.limit:
            return fitting, False
        last = fitting[wanted.limit - 1].active_at
        page = [room for room in fitting if room.active_at >= last]
        return page, len(page) < len(fitting)

    async def counted(self, room: str) -> Counted:
        return self.totals

    async def first_hidden(self, room: str) -> Mapping[str, bool]:
        return self.hidden

    async def titles(self, ids: Collection[str]) -> Mapping[str, str]:
        return {room.id: room.title for room in self.rows if room.id in ids}


class MemoryTemplates:
    def __init__(self) -> None:
        self.rows: dict[str, Template] = {}

    async def add(self, template: Template, most: int) -> bool:
        if sum(each.shop == template.shop for each in self.rows.values()) >= most:
            return False
        self.rows[template.id] = template
        return True

    async def get(self, template_id: str) -> Template | None:
        return self.rows.get(template_id)

    async def of_shops(self, shops: Collection[str] | None, most: int) -> Sequence[Template]:
        return [each for each in reversed(self.rows.values()) if shops is None or each.shop in shops][:most]

    async def remove(self, template_id: str) -> None:
        self.rows.pop(template_id, None)


class MemorySeats:
    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Seat] = {}

    async def keep(self, seat: Seat, now: int, most: int) -> Seat:
        key = (seat.room, seat.user)
        known = self.rows.get(key)
        if known is not None and known.expires_at > now:
            seat = replace(known, name=seat.name, number=seat.number, link=seat.link)
        self.rows[key] = seat
        return seat

    async def find(self, digest: bytes, now: int) -> Seat | None:
        return next((each for each in self.rows.values() if each.digest == digest and each.expires_at > now), None)

    async def forget(self, room: str, user: str) -> bool:
        return self.rows.pop((room, user), None) is not None


class MemoryForgotten:
    def __init__(self) -> None:
        self.rows: dict[tuple[str, bytes], int] = {}

    async def add(self, room: str, digest: bytes, at: int) -> None:
        self.rows[room, digest] = at

    async def holds(self, room: str, digest: bytes) -> bool:
        return (room, digest) in self.rows
