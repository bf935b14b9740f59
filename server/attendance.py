"""How many people are in which room on the other nodes: each tells all others, once a second, what has changed.

Somebody who is connected to two nodes at once counts twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from server.hosting.line import Letter
from server.hosting.post import Post
from server.logs import logger

TELL_S = 1.0
WHOLE_TELLS = 10  # tells between two of everything: what a node forgot that was thought dead comes back by them
ROOMS = 1000  # in one letter
HERE = "here"

log = logger(__name__)


class Attendance:
    """``here()`` counts the people on this node by room, ``others()`` are the nodes that are told."""

    def __init__(
        self, post: Post, *, here: Callable[[], Mapping[str, int]], others: Callable[[], Sequence[str]]
    ) -> None:
        self._post = post
        self._here = here
        self._others = others
        self._told: dict[str, Mapping[str, int]] = {}  # node -> what it knows of here
        self._there: dict[str, dict[str, int]] = {}  # node -> what is known of there
        self._tells = 0
        post.listen(HERE, self._heard)

    def elsewhere(self, room: str) -> int:
        """How many people are in this room on other nodes."""
        return sum([counts.get(room, 0) for counts in self._there.values()])

    def gone(self, nodes: Iterable[str]) -> None:
        """Nobody is on these nodes any more."""
        for node in nodes:
            self._there.pop(node, None)
            self._told.pop(node, None)

    def tell(self) -> None:
        """Tell the other nodes what they do not know."""
        now = dict(self._here())
        for node in self._others():
            told = self._told.get(node)
            whole = told is None or self._tells % WHOLE_TELLS == 0
            known: Mapping[str, int] = {} if told is None or whole else told
            changes = [[room, count] for room, count in now.items() if known.get(room) != count]
            changes += [[room, 0] for room in known if room not in now]
            letters: list[Letter] = [(HERE, changes[start : start + ROOMS]) for start in range(0, len(changes), ROOMS)]
            if whole:
                letters.insert(0, (HERE, None))
            if all(self._post.send(node, letter) for letter in letters):
                self._told[node] = now
            else:
                self._told.pop(node, None)
        self._tells += 1

    async def run(self) -> None:
        """Tell once a second, until cancelled."""
        while True:
            try:
                self.tell()
            except Exception:
                log.exception("attendance not told")
            await asyncio.sleep(TELL_S)

    def _heard(self, node: str, letter: Letter) -> None:
        changes = letter[1]
        if changes is None:
            self._there[node] = {}
            return
        counts = self._there.setdefault(node, {})
        for room, count in changes:
            if count:
                counts[room] = count
            else:
                counts.pop(room, None)
