"""Engine.IO v4 from the client's side, so lightly that a thousand fit on one core.

It shares no code with the server: a fault in the server's own codec cannot hide in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

PATH = "/socket.io/"
SEPARATOR = "\x1e"
OnText = Callable[[str], None]
OnEnd = Callable[[str], None]


class WireError(Exception):
    """The transport could not be opened, or the server broke the protocol."""


class Wire(Protocol):
    """An open Engine.IO session."""

    handshake: dict[str, Any]

    def send(self, packet: str) -> None:
        """Send one Engine.IO packet; a closed wire drops it."""

    def abort(self) -> None:
        """Cut the transport without a goodbye."""

    async def close(self) -> None:
        """Say goodbye and let go."""
