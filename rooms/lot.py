"""Drawing lots so that anybody can check it: pure functions of a seed and the tickets, the same in every language.

A ticket is a random id of no meaning, one for each entrant. All texts are joined in UTF-8, digests are lower-case hex:

    roll        SHA-256 of the tickets in the order of entering, one a line (no newline at the end)
    commitment  SHA-256 of four parts, one a line: the seed, the draw's id, how many win, the roll
    order       the tickets by SHA-256 of ``seed:ticket``: the first win, the next take the places of absent ones
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def roll_digest(tickets: Iterable[str]) -> str:
    """The digest of the entrants, frozen in this order."""
    return _digest("\n".join(tickets))


def commitment(seed: str, draw: str, winners: int, roll: str) -> str:
    """What is published before the draw: it binds the seed to these entrants, and says neither."""
    return _digest("\n".join((seed, draw, str(winners), roll)))


def drawn_order(seed: str, tickets: Sequence[str]) -> list[str]:
    """All tickets in the order in which they win."""
    return sorted(tickets, key=lambda ticket: (_digest(f"{seed}:{ticket}"), ticket))
