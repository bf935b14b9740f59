"""Tables of links and keys in memory, as the database keeps them."""

from collections.abc import Sequence
from dataclasses import replace

from server.keys import ApiKey
from server.links import Link


class MemoryLinks:
    def __init__(self) -> None:
        self.rows: dict[str, Link] = {}
        self.seen: list[str] = []
        self.reads = 0

    async def add(self, link: Link) -> None:
        self.rows[link.id] = link

    async def get(self, link_id: str) -> Link | None:
        self.reads += 1
        return self.rows.get(link_id)

    async def of_room(self, room: str) -> Sequence[Link]:
        self.reads += 1
        return sorted((link for link in self.rows.values() if link.room == room), key=lambda link: -link.created_at)

    async def revoke(self, link_id: str, at: int) -> None:
        link = self.rows[link_id]
        if link.revoked_at is None:
            self.rows[link_id] = replace(link, revoked_at=at)

    async def revoked_since(self, at: int) -> Sequence[str]:
        return [link.id for link in self.rows.values() if link.revoked_at is not None and link.revoked_at >= at]

    async def staff_seen(self, room: str, most: int) -> Sequence[str]:
        return self.seen[:most]


class MemoryKeys:
    def __init__(self) -> None:
        self.rows: dict[str, ApiKey] = {}

    async def add(self, key: ApiKey) -> None:
        self.rows[key.id] = key

    async def get(self, key_id: str) -> ApiKey | None:
        return self.rows.get(key_id)

    async def all(self) -> Sequence[ApiKey]:
        return sorted(self.rows.values(), key=lambda key: -key.created_at)

    async def revoke(self, key_id: str, at: int) -> None:
        key = self.rows[key_id]
        if key.revoked_at is None:
            self.rows[key_id] = replace(key, revoked_at=at)
