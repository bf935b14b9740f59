"""Acknowledged records that the database may not have yet: should the log lose them, they are stored from here."""

from __future__ import annotations

from collections.abc import Sequence

from protocols.messages import Record
from server.hosting.archive import Archive
from server.hosting.shelf import Shelf

# With more the oldest are in the log alone.
KEPT_LIMIT = 20_000
KEPT_BYTES = 16 * 1024 * 1024


class KeptRecords:
    """Those of one room. ``unkept`` counts what found no place."""

    def __init__(self, room: str, archive: Archive, *, most: int | None = None, most_bytes: int | None = None) -> None:
        self._room = room
        self._archive = archive
        self._most = KEPT_LIMIT if most is None else most
        self._most_bytes = KEPT_BYTES if most_bytes is None else most_bytes
        self._records = Shelf()
        self.unkept = 0

    def __len__(self) -> int:
        return len(self._records)

    @property
    def weight(self) -> int:
        """About how many bytes of memory they take."""
        return self._records.weight

    def put(self, records: Sequence[Record]) -> None:
        """They are committed."""
        self.let_go()
        projected = self._archive.projected(self._room)
        for record in records:
            self._records.erase(record)
            if record.seq > projected:
                self._records.put(record)
        while self._records.over(self._most, self._most_bytes):
            self._records.drop()
            self.unkept += 1

    def let_go(self) -> None:
        """Keep no record any more that the database has by now."""
        if self._records:
            projected = self._archive.projected(self._room)
            while self._records and self._records.first <= projected:
                self._records.drop()

    async def rescue(self, epoch: str) -> None:
        """Store them in the database: the log has lost some of them. Raises Unavailable."""
        await self._archive.keep(self._room, epoch, list(self._records))
