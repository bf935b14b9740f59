"""What the HTTP side needs, put together in ``server/app.py``."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from typing import Protocol

from fastapi import Request

from protocols.limits import READS_PER_MINUTE
from protocols.messages import Audience, By, Command, Position, Record
from rooms.activities.room import RoomCreate
from server.addresses import counted_as
from server.checks import Checks
from server.config import Settings
from server.forgotten import Forgotten
from server.guests import Guests
from server.hosting.draft import Sender
from server.hosting.replica import Replica
from server.http.limits import AddressBudget
from server.identity import Identity
from server.keys import ApiKeys
from server.links import Links
from server.lobby import Lobby
from server.metrics import Metrics
from server.pairings import PAIRINGS_PER_MINUTE, Pairings
from server.photos.addresses import PictureAddresses
from server.photos.darkroom import EACH_PER_MINUTE, Darkroom
from server.photos.files import PhotoFiles
from server.photos.uploads import BEGUN_PER_MINUTE, Uploads
from server.seats import FREE_TRIES, LONGEST_WAIT_S, Seats
from server.staff.audit import Audit
from server.staff.desk import Staff
from server.templates import Templates
from server.tries import Tries

# None: all is well. A text: why not, as a short phrase of our own.
Ready = Callable[[], str | Awaitable[str | None] | None]
# (the peer's address, X-Forwarded-For) -> the client's address.
ClientAddress = Callable[[str, str | None], str]


class Host(Protocol):
    """A room at work; ``server.hosting.host.Host`` is one."""

    @property
    def live(self) -> Replica:
        """What is committed."""

    async def ask(self, command: Command, sender: Sender) -> Position:
        """Have a command decided and stored; the position of its last event. Raises Refused."""


class Directory(Protocol):
    """The rooms at work; ``server.hosting.directory.Directory`` is one."""

    async def open(self, room: str) -> Host:
        """The host of a room. Raises Refused: not_found, unavailable."""

    async def create(self, command: RoomCreate, by: By) -> Position:
        """Make a room. Raises Refused: conflict if there is one of this id, unavailable."""


class Page(Protocol):
    """Some of a room's records in their order; ``more`` says whether there are earlier ones."""

    @property
    def epoch(self) -> str: ...
    @property
    def records(self) -> Sequence[Record]: ...
    @property
    def more(self) -> bool: ...


class History(Protocol):
    """What is kept of a room's log; ``server.store.history.History`` is one. Both raise Refused: unavailable."""

    async def page(self, live: Replica, audience: Audience, before: int | None, limit: int) -> Page:
        """The last ``limit`` records told to this audience, of those with ``seq < before``."""

    def export(self, room: str, after: int = 0) -> AsyncIterator[Sequence[Record]]:
        """All records, also those for nobody, in order and in chunks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What whoever looks after a process may ask it.

    ``checks`` and ``cautions`` are asked by ``/readyz``, by the name of the part; the latter do not make it unfit.
    """

    settings: Settings
    metrics: Metrics
    checks: Mapping[str, Ready] = field(default_factory=dict)
    cautions: Mapping[str, Ready] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services(Watched):
    """Everything behind the HTTP side."""

    directory: Directory
    history: History
    identity: Identity
    links: Links
    guests: Guests
    keys: ApiKeys
    staff: Staff
    audit: Audit
    lobby: Lobby
    templates: Templates
    seats: Seats
    forgotten: Forgotten
    uploads: Uploads
    photos: PhotoFiles
    pictures: PictureAddresses
    darkroom: Darkroom
    outside: Checks = field(default_factory=Checks)
    client_address: ClientAddress = lambda peer, _forwarded: peer
    admissions: AddressBudget = field(default_factory=lambda: AddressBudget(600))
    pairings: Pairings = field(default_factory=Pairings)
    pairings_begun: AddressBudget = field(default_factory=lambda: AddressBudget(PAIRINGS_PER_MINUTE))
    pairing_tries: Tries = field(default_factory=Tries)
    seat_tries: Tries = field(default_factory=lambda: Tries(free=FREE_TRIES, longest_wait_s=LONGEST_WAIT_S))
    uploads_begun: AddressBudget = field(default_factory=lambda: AddressBudget(BEGUN_PER_MINUTE))
    photos_decoded: AddressBudget = field(default_factory=lambda: AddressBudget(EACH_PER_MINUTE))
    now: Callable[[], int] = lambda: round(time.time() * 1000)  # the rooms' time, in ms
    reads: AddressBudget = field(default_factory=lambda: AddressBudget(READS_PER_MINUTE, "reads"))
    counted: Sized = ()  # what this process counts of those who knock

    def statistics(self) -> Mapping[str, float]:
        """What is remembered of those who ask, and what waits."""
        return {
            "guests_refused_total": self.admissions.refused,
            "reads_refused_total": self.reads.refused,
            "pairings": len(self.pairings),
            "counted": len(self.counted),
            "passwords_waiting": self.staff.passwords.waiting,
        }


def services_of(request: Request) -> Services:
    """The services of the application that serves this request."""
    services: Services = request.app.state.services
    return services


def watched_of(request: Request) -> Watched:
    """What may be asked of the process that serves this request."""
    watched: Watched = request.app.state.services
    return watched


def address_of(request: Request) -> str:
    """What the sender of a request is counted by: their address, behind proxies that are believed too."""
    peer = request.client.host if request.client else ""
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")) or None
    return counted_as(services_of(request).client_address(peer, forwarded))
