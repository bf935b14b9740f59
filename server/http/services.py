"""What the HTTP side needs, put together in ``server/app.py``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fastapi import Request

from protocols.messages import Audience, By, Command, Position, Record
from rooms.activities.room import RoomCreate, Status
from rooms.settings import RoomSettings
from server.config import Settings
from server.guests import Guests
from server.http.limits import AddressBudget
from server.identity import Identity
from server.keys import ApiKeys
from server.links import Links
from server.metrics import Metrics

# None: all is well. A text: why not, as a short phrase of our own.
Ready = Callable[[], str | Awaitable[str | None] | None]
# (the peer's address, X-Forwarded-For) -> the client's address.
ClientAddress = Callable[[str, str | None], str]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a room's records in their order; ``more`` says whether there are earlier ones."""

    epoch: str
    records: Sequence[Record]
    more: bool


class LiveRoom(Protocol):
    """What is committed of a room: a ``rooms.room.Room`` is one."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def status(self) -> Status: ...
    @property
    def settings(self) -> RoomSettings: ...


class Rooms(Protocol):
    """The rooms that run. All raise Refused: not_found, and what their rooms refuse."""

    async def live(self, room: str) -> tuple[LiveRoom, Position]:
        """The committed state of a room and where its log ends."""

    async def create(self, command: RoomCreate, by: By) -> Position:
        """Make a room. Raises Refused: conflict if there is one of this id."""

    async def submit(self, command: Command, by: By) -> Position:
        """Have the room's host decide and store a command; the position of its last event."""


class History(Protocol):
    """What the database holds of a room's log."""

    async def page(self, room: str, audience: Audience, before: int | None, limit: int) -> Page:
        """The last ``limit`` records told to this audience, of those with ``seq < before``."""

    def export(self, room: str) -> AsyncIterator[Sequence[Record]]:
        """All records, also those for nobody, in order and in chunks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything behind the HTTP side. ``checks`` are asked by ``/readyz``, by the name of the part."""

    settings: Settings
    rooms: Rooms
    history: History
    identity: Identity
    links: Links
    guests: Guests
    keys: ApiKeys
    metrics: Metrics
    checks: Mapping[str, Ready] = field(default_factory=dict)
    client_address: ClientAddress = lambda peer, _forwarded: peer
    admissions: AddressBudget = field(default_factory=lambda: AddressBudget(600))


def services_of(request: Request) -> Services:
    """The services of the application that serves this request."""
    services: Services = request.app.state.services
    return services
