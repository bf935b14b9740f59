"""How a client behaves, and what it holds in its hands."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal

TransportName = Literal["websocket", "polling", "upgrade"]


class ConnectRefused(Exception):
    """The server answered CONNECT or room.join with an error: there is no point in coming again."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"{code}: {message}")


@dataclass(slots=True)
class Pending:
    """A command without an answer yet."""

    type: str
    fields: dict[str, Any]
    answer: asyncio.Future[dict[str, Any]]
    attempts: int = 0
    connection: int = 0  # the one it was sent on last


def settle(answer: asyncio.Future[dict[str, Any]], ack: dict[str, Any]) -> None:
    """Set a future that may have been given up."""
    if not answer.done():
        answer.set_result(ack)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a client behaves: waits in seconds.

    With ``restless`` it opens a new connection when a command, or a step of opening, is unanswered for so long and
    nothing at all was heard since, as our pages do: on a lossy network TCP waits longer after each loss, up to minutes.
    With ``insists`` what is refused as ``unavailable`` is asked again after so long, under its id, as our pages do.
    """

    transport: TransportName = "websocket"
    answer_within: float = 20.0
    open_within: float = 10.0
    reconnect: bool = True
    backoff: tuple[float, float] = (0.05, 1.0)  # first and longest wait before coming again
    diary: bool = True
    restless: float | None = None
    insists: float | None = None


@dataclass(slots=True)
class Place:
    """Where a client stands in the room's log."""

    epoch: str = ""
    seq: int = -1

    def wire(self) -> dict[str, Any] | None:
        return {"epoch": self.epoch, "seq": self.seq} if self.seq >= 0 else None


@dataclass(slots=True)
class Seen:
    """What the last join answered, beside its events."""

    view: dict[str, Any] = field(default_factory=dict)
    mine: dict[str, Any] = field(default_factory=dict)
    audience: str = ""
    answer: dict[str, Any] = field(default_factory=dict)
