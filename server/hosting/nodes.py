"""Which nodes are alive: what was heard of them, judged on this node's own steady clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

TTL_S = 2.5  # without a sign of life, before a node counts as dead
FRESH_S = 0.2  # since the last look, within which it is not asked again before somebody's rooms are taken
BLIND_S = 1.0  # since the last look, after which nothing is known of others


@dataclass(slots=True)
class Nodes:
    """The nodes as ``me`` knows them. An incarnation is ``<node id>.<random>``; a dead one never comes back.

    ``heard`` is given what the store knows each time that this node gives a sign of life itself.
    """

    me: str
    _until: dict[str, float] = field(default_factory=dict)
    _looked: float | None = None

    def heard(self, ages: Mapping[str, float], now: float) -> set[str]:
        """How old each node's last sign is, in seconds; who was alive before and is dead now."""
        before = set(self._until)
        # Who could not look for so long cannot know: perhaps nobody could give a sign. So all get the time anew; and
        # after a shorter while what is missing of it, or who looks first after the store stood still finds all others
        # dead.
        unseen = 0.0 if self._looked is None else max(0.0, now - self._looked - BLIND_S)
        blind = unseen > TTL_S - BLIND_S
        for node, age in ages.items():
            until = now + (TTL_S if blind else TTL_S - max(0.0, age - unseen))
            self._until[node] = max(until, self._until.get(node, 0.0))
        if blind:
            self._until = {node: max(until, now + TTL_S) for node, until in self._until.items()}
        self._looked = now
        self._until = {node: until for node, until in self._until.items() if until > now}
        return before - set(self._until)

    def alive(self, node: str, now: float) -> bool:
        """Whether a node is alive, as far as is known here; this one always is."""
        return node == self.me or self._until.get(node, 0.0) > self._known(now)

    def fresh(self, now: float) -> bool:
        """Whether the last look was a moment ago."""
        return self._looked is not None and now - self._looked <= FRESH_S

    def others(self, now: float) -> list[str]:
        """The other nodes that are alive."""
        known = self._known(now)
        return [node for node, until in self._until.items() if until > known and node != self.me]

    def _known(self, now: float) -> float:
        """The time up to which this node can judge: while it cannot look, nobody dies."""
        return now if self._looked is None else min(now, self._looked + BLIND_S)
