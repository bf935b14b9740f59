"""The seam: what the gateway asks of the application behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from protocols.closing import Closing
from protocols.frames import Prepared

if TYPE_CHECKING:
    from server.gateway.socket import Socket


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a stock client sends in CONNECT to be brought up to date: `offset` is None if it has had none."""

    pid: str
    offset: str | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The application takes the socket.

    `pid` goes into the CONNECT reply; the same pid as before tells a stock client that it recovered.
    `replay` is sent before that reply, as Node does, so that missed events come before new ones.
    """

    pid: str | None = None
    replay: Sequence[Prepared] = ()


class Ack(Protocol):
    """The answer to one event. Called at most once, at any later time; a later call is an error.

    After the socket has gone it does nothing.
    """

    def __call__(self, payload_json: bytes, /) -> None:
        """Answers with one JSON value, already encoded."""

    def answer(self, arguments: Sequence[Any], /) -> None:
        """Answers with any number of values; bytes among them become attachments."""


class Application(Protocol):
    """Implemented by what stands behind the gateway.

    Every socket for which `connect` returned gets exactly one `disconnected`, also if the peer was
    gone before it returned.
    """

    @property
    def namespaces(self) -> Collection[str]:
        """The namespaces it serves, as `{"/"}`; others are answered with `Invalid namespace`."""

    async def connect(self, socket: Socket, auth: Mapping[str, Any], recovery: Recovery | None) -> Accepted:
        """Decides about a CONNECT. Events sent to the socket meanwhile wait behind the reply.

        Raises ``protocols.errors.Refused``: it ends a stock client for good (packet 44), unless the same may
        succeed later; then the transport is closed, so that it comes back.
        """

    def receive(self, socket: Socket, name: str, args: list[Any], ack: Ack | None) -> None:
        """Takes one event. Never blocks. Events of one connection come in the order in which they were sent."""

    def disconnected(self, socket: Socket, closing: Closing) -> None:
        """The socket is gone and has left its channels."""
