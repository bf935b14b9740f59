"""What waits for a connection that cannot take it now."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from protocols.frames import Prepared


class Outbox:
    """A queue with a bound in bytes.

    A volatile message has a key and is replaced by the next one with that key. When the queue is over its
    limit, volatile messages go first; if that is not enough, `push` says so and the connection must end.
    """

    __slots__ = ("_entries", "_next", "_volatile", "size")

    def __init__(self) -> None:
        # Keys: numbers for messages that must arrive, strings for volatile ones.
        self._entries: OrderedDict[int | str, Prepared] = OrderedDict()
        self._volatile = 0
        self._next = 0
        self.size = 0

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Prepared]:
        return iter(self._entries.values())

    def push(self, prepared: Prepared, *, room: int) -> bool:
        """Queues a message; False if `room` bytes are not enough even without the volatile ones."""
        self._entries[self._next] = prepared
        self._next += 1
        self.size += len(prepared.frame)
        if self.size > room and self._volatile:
            self._drop_volatile()
        return self.size <= room

    def push_volatile(self, key: str, prepared: Prepared, *, room: int) -> None:
        """Queues a volatile message in place of the last with its key, at the end; drops it if there is no room."""
        old = self._entries.pop(key, None)
        if old is not None:
            self.size -= len(old.frame)
            self._volatile -= 1
        if self.size + len(prepared.frame) <= room:
            self._entries[key] = prepared
            self._volatile += 1
            self.size += len(prepared.frame)

    def take(self, limit: int) -> list[Prepared]:
        """Takes messages from the front: at least one, and about `limit` bytes."""
        taken: list[Prepared] = []
        size = 0
        while self._entries and size < limit:
            key, prepared = self._entries.popitem(last=False)
            size += len(prepared.frame)
            if isinstance(key, str):
                self._volatile -= 1
            taken.append(prepared)
        self.size -= size
        return taken

    def clear(self) -> None:
        """Drops everything."""
        self._entries.clear()
        self._volatile = 0
        self.size = 0

    def _drop_volatile(self) -> None:
        for key in [key for key in self._entries if isinstance(key, str)]:
            self.size -= len(self._entries.pop(key).frame)
        self._volatile = 0
