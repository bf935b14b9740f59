"""The audit: who of the staff did what, where and when. Entries are only ever added."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from protocols.messages import By
from server.staff.roles import Standing

KEPT_MS: Final = 2 * 365 * 86_400_000
PAGE: Final = 100
ACTS: Final = 1_000
TARGET_LENGTH: Final = 128


class Acting(Protocol):
    """Whoever does something; a ``Caller`` is one."""

    @property
    def by(self) -> By:
        """How what they do is signed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act; ``id`` counts up. ``shop`` is None for what concerns the whole house, or several shops."""

    id: int
    at: int
    who: str
    name: str
    shop: str | None
    action: str
    target: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the audit: they are shown what concerns their shops, and what they did themselves."""

    member: str
    standing: Standing


class AuditTable(Protocol):
    """Where entries are kept."""

    async def add(self, entry: Entry) -> None:
        """Store an entry; its id is given to it here."""

    async def page(self, reader: Reader | None, before: int | None, limit: int) -> Sequence[Entry]:
        """The last entries with ``id < before``, the newest first; all of them without a reader."""

    async def of(self, who: str, action: str, limit: int) -> Sequence[Entry]:
        """The last such acts of one, the newest first."""

    async def prune(self, before: int) -> None:
        """Remove entries made before this instant."""


class Audit:
    """Notes and shows who did what. ``clock`` gives Unix seconds."""

    def __init__(self, table: AuditTable, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    async def note(
        self,
        caller: Acting,
        action: str,
        target: str,
        *,
        shop: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Note an act that has just been done: ``action`` as ``room.created``, ``target`` an id.

        ``details`` is a little JSON without secrets and without what people wrote.
        """
        by = caller.by
        await self._table.add(
            Entry(0, self._now(), by.id, by.name, shop, action, target[:TARGET_LENGTH], dict(details or {}))
        )

    async def page(self, reader: Reader | None, *, before: int | None = None, limit: int = PAGE) -> Sequence[Entry]:
        """The last entries that this reader may know, the newest first; a program with an API key reads all."""
        return await self._table.page(reader, before, limit)

    async def of(self, who: str, action: str) -> Sequence[Entry]:
        """Such acts of one, the newest first; at most a thousand."""
        return await self._table.of(who, action, ACTS)

    async def prune(self) -> None:
        """Remove what is older than two years."""
        await self._table.prune(self._now() - KEPT_MS)

    def _now(self) -> int:
        return int(self._clock() * 1000)
