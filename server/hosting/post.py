"""The port of the post: letters between nodes, in order and once while both live. Adapter: ``RedisPost``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from server.hosting.line import Letter

Heard = Callable[[str, Letter], None]  # who wrote, and what


class Post(Protocol):
    """Letters to other nodes. What is for a node that dies is lost."""

    def send(self, node: str, letter: Letter) -> bool:
        """Write to a node; False if too much waits for it."""

    def send_all(self, letter: Letter) -> None:
        """Write to all other nodes that are alive."""

    def listen(self, kind: str, heard: Heard) -> None:
        """Call ``heard`` with each letter of this kind, which is its first value."""
