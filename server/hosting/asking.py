"""Asking a room at work and waiting for its answer, whoever decides for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from protocols.errors import Refused
from protocols.messages import Command, Position
from server.hosting.draft import Sender


class Asked(Protocol):
    """Takes commands: a host, or a follower."""

    def submit(self, command: Command, sender: Sender, answer: Callable[[Position | Refused], None], /) -> None:
        """Put a command into the mailbox; ``answer`` is called once."""


async def ask(at: Asked, command: Command, sender: Sender) -> Position:
    """Send a command and wait for its ack. Raises Refused."""
    answered: asyncio.Future[Position | Refused] = asyncio.get_running_loop().create_future()
    at.submit(command, sender, lambda outcome: None if answered.done() else answered.set_result(outcome))
    outcome = await answered
    if isinstance(outcome, Refused):
        raise outcome
    return outcome
