"""A room's mailbox: commands that wait until it is their turn, bounded by number and by bytes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from protocols.limits import BATCH_BYTES, BATCH_COMMANDS, MAILBOX_BYTES, MAILBOX_LIMIT
from server.hosting.draft import Waiting


class Mailbox:
    """Commands in the order in which they came. ``weight`` is how many bytes they are."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self.weight = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, waiting: Waiting) -> bool:
        """Take one more; False if too much waits."""
        if len(self._waiting) >= MAILBOX_LIMIT or self.weight >= MAILBOX_BYTES:
            return False
        self._waiting.append(waiting)
        self.weight += waiting.size
        return True

    def put_back(self, taken: Iterable[Waiting]) -> None:
        """What was taken goes before all others again, however much waits."""
        back = list(taken)
        self._waiting.extendleft(reversed(back))
        self.weight += sum([waiting.size for waiting in back])

    def take(self) -> list[Waiting]:
        """The next that are decided together.

        All of a batch is told at once: with more bytes it would find no room in the outbox of somebody who reads, and
        takes several times as much memory on its way to the log.
        """
        taken: list[Waiting] = []
        size = 0
        while self._waiting and len(taken) < BATCH_COMMANDS and size < BATCH_BYTES:
            taken.append(self._next())
            size += taken[-1].size
        return taken

    def take_since(self, latest: float) -> list[Waiting]:
        """Those at the front that came then or before."""
        taken: list[Waiting] = []
        while self._waiting and self._waiting[0].since <= latest:
            taken.append(self._next())
        return taken

    def take_all(self) -> list[Waiting]:
        """All."""
        taken = list(self._waiting)
        self._waiting.clear()
        self.weight = 0
        return taken

    def _next(self) -> Waiting:
        waiting = self._waiting.popleft()
        self.weight -= waiting.size
        return waiting
