"""The composition root: where the parts of the server are put together, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING

from protocols.closing import Closing
from rooms.registry import REGISTRY
from server import logs, secret_mark
from server.checks import checks_of
from server.config import Settings, Workers
from server.core import LOG_FILE, Core, core, ended, lobby_of
from server.counting import CountingHere
from server.database import alone, files_of, usable
from server.descriptors import connections_within
from server.folder import held, opening
from server.forgotten import Forgotten
from server.gateway.config import GatewayConfig
from server.gateway.door import Door
from server.gateway.entrants import Entrants
from server.gateway.gateway import Gateway
from server.gateway.join import Joining
from server.gateway.peer import Proxies
from server.gateway.pid import Pids
from server.gateway.polling import PollingEndpoint
from server.gateway.reactions import Reactions
from server.gateway.throttle import Rate
from server.gateway.viewing import KIND, Viewing, tell_delays
from server.gateway.volatile import tell_volatile
from server.guests import Guests
from server.hosting.directory import DRAIN_S
from server.http.app import build_http
from server.http.limits import AddressBudget
from server.http.services import Services
from server.identity import Identity, derived_key
from server.keys import ApiKeys
from server.links import Links
from server.metrics import Metrics
from server.pairings import PAIRINGS_PER_MINUTE, Pairings
from server.photos.addresses import PictureAddresses
from server.photos.darkroom import EACH_PER_MINUTE, Darkroom
from server.photos.uploads import BEGUN_PER_MINUTE
from server.readiness import PATIENCE_S, Disk, Readiness, certificate_valid, tasks_ended
from server.seats import FREE_TRIES, LONGEST_WAIT_S, Seats
from server.staff.audit import Audit
from server.staffing import staff_of
from server.store.audit import StoredAudit
from server.store.history import History
from server.store.links import StoredKeys, StoredLinks
from server.store.lobby import StoredTemplates
from server.store.projector import Projector
from server.store.seats import StoredForgotten, StoredSeats
from server.templates import Templates
from server.trace_socket import answering
from server.tries import Tries
from server.withdrawn import Withdrawn

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from server.neighbours import Neighbours

log = logs.logger("app")

EXPIRY_S = 0.25  # how often sockets with a token that has run out are looked for


def pairings_of(neighbours: Neighbours | None, clock: Callable[[], float]) -> Pairings:
    """Walls that wait, on whichever node."""
    if neighbours is None:
        return Pairings(clock=clock)
    pairings = Pairings(neighbours.pairings(), clock=clock)
    pairings.tell = neighbours.share("paired", pairings.wake)
    return pairings


def gateway_config_of(settings: Settings) -> GatewayConfig:
    """What the gateway needs of the settings."""
    return GatewayConfig(
        node_id=settings.node_id,
        max_connections=connections_within(settings.max_connections),
        max_connections_per_address=settings.max_connections_per_address,
        ping_interval_ms=settings.ping_interval_ms,
        ping_timeout_ms=settings.ping_timeout_ms,
        connect_timeout_ms=settings.connect_timeout_ms,
        # Behind a proxy that rewrites Host, the page's own origin is known by the public address alone.
        allowed_origins=(*settings.allowed_origins, *filter(None, [settings.public_url])),
        trusted_proxies=settings.trusted_proxies,
    )


class App:
    """The server's parts, at work; ``http`` and ``gateway`` are what a listener needs."""

    def __init__(self, settings: Settings, made: Core) -> None:
        self.settings = settings
        self.core, self.draining = made, False
        secret = settings.secret.get_secret_value()
        # A jump of the wall clock signs nobody out.
        clock = made.clock.seconds
        self.links = Links(StoredLinks(made.database), secret, token_ttl_s=settings.token_ttl_s, clock=clock)
        here = CountingHere()
        counting = here if made.neighbours is None else made.neighbours.counting(derived_key(secret, "counting"), here)
        self.staff = staff_of(made.database, settings, clock, counting)
        self.identity = Identity(
            secret,
            ttl_s=settings.token_ttl_s,
            revoked=self.links.revoked,
            ended=self.staff.sessions.ended,
            clock=clock,
        )
        history = History(made.database, made.broker, REGISTRY.events)
        self.outside = checks_of(settings)
        self.reactions, self.viewing = Reactions(made.members), Viewing()
        self.door = self._door(history, derived_key(secret, "pid"))
        self.gateway = Gateway.serving(self.door, gateway_config_of(settings))
        self._tasks: list[asyncio.Task[None]] = []
        self.readiness = self._readiness()
        metrics = Metrics()
        self.services = Services(
            settings=settings,
            directory=made.directory,
            history=history,
            identity=self.identity,
            links=self.links,
            guests=Guests(self.identity, secret),
            keys=ApiKeys(StoredKeys(made.database)),
            staff=self.staff,
            audit=Audit(StoredAudit(made.database), clock=clock),
            lobby=lobby_of(made),
            templates=Templates(StoredTemplates(made.database)),
            seats=Seats(StoredSeats(made.database), secret, clock=clock),
            pairings=pairings_of(made.neighbours, clock),
            forgotten=Forgotten(StoredForgotten(made.database), secret, clock=clock),
            uploads=made.photos.uploads,
            photos=made.photos,
            pictures=PictureAddresses(derived_key(secret, "pictures"), clock=clock),
            darkroom=Darkroom(),
            outside=self.outside,
            metrics=metrics,
            checks={"server": self._drains, **self.readiness.checks()},
            cautions=self.readiness.cautions(),
            client_address=Proxies(settings.trusted_proxies).client,
            admissions=AddressBudget(settings.guests_per_minute, "guests", counting),
            pairings_begun=AddressBudget(PAIRINGS_PER_MINUTE, "pairings", counting),
            uploads_begun=AddressBudget(BEGUN_PER_MINUTE, "uploads", counting),
            photos_decoded=AddressBudget(EACH_PER_MINUTE, "photos", counting),
            pairing_tries=Tries("pairing-codes", counting),
            seat_tries=Tries("seat-codes", counting, free=FREE_TRIES, longest_wait_s=LONGEST_WAIT_S),
            counted=here,
            now=made.clock.now,
        )
        self._measure(metrics)
        self.http = _Routes(PollingEndpoint(self.gateway), self.gateway.config.path, build_http(self.services))

    def _door(self, history: History, key: bytes) -> Door:
        """The door, told at once of whatever ends somebody's being here."""
        made = self.core
        door = Door(
            identity=self.identity,
            joining=Joining(directory=made.directory, members=made.members, history=history),
            pids=Pids(key),
            rate=Rate(),
            staff_names=self.links.names.of,
            text_checks=self.outside.text,
            count=self.reactions.count,
            viewing=self.viewing,
        )
        entrants = door.entrants
        made.members.heed, made.members.review = entrants.heed, entrants.review
        self.links.on_revoked(entrants.revoke)
        self.staff.sessions.on_ended(entrants.sign_out)
        if made.neighbours is not None:
            self._share(made.neighbours, entrants)
        return door

    def _share(self, neighbours: Neighbours, entrants: Entrants) -> None:
        """What is withdrawn on one node ends people's being on all."""
        sessions, ttl, clock = self.staff.sessions, self.settings.token_ttl_s, self.core.clock.seconds
        self.withdrawn = Withdrawn(self.links, sessions, entrants, token_ttl_s=ttl, clock=clock)
        names = self.links.names
        neighbours.post.listen(KIND, self.viewing.heard)
        self.viewing.send_all = neighbours.post.send_all
        names.tell = neighbours.share("staff_name", names.learn)
        self.reactions.share = neighbours.share("reactions", self.reactions.heard)
        self.links.on_revoked(neighbours.share("revoked", self.withdrawn.revoked))
        sessions.on_ended(neighbours.share("signed_out", self.withdrawn.signed_out))

    async def start(self) -> None:
        """Begin what runs beside the requests."""
        await self.links.load()
        await self.staff.sessions.load()
        await self.services.audit.prune()
        made = self.core
        await self.readiness.look(PATIENCE_S)
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(made.projector.run(), name="projector"),
            loop.create_task(made.directory.run(), name="directory"),
            loop.create_task(made.seats_to_forget.run(), name="seats"),
            loop.create_task(tell_volatile(made.members, self.reactions.tell), name="volatile"),
            loop.create_task(tell_delays(made.members, self.viewing), name="viewing"),
            loop.create_task(self._expire(), name="expiry"),
            loop.create_task(self.readiness.run(), name="readiness"),
        ]
        if self.settings.workers is Workers.HERE:
            self._tasks += [loop.create_task(chore, name=name) for name, chore in made.chores().items()]
        if made.neighbours is not None:
            self._tasks += [loop.create_task(work, name=name) for name, work in made.neighbours.work()]
            self._tasks.append(loop.create_task(self.withdrawn.run(), name="withdrawn"))
        for task in self._tasks:
            task.add_done_callback(ended)

    async def drain(self, within_ms: int) -> None:
        """Refuse joins, commit what waits, close connections spread over the time."""
        self.draining = True
        self.services.pairings.leave()
        # A log that does not answer must leave time for the closes, and both must end before the server gives up.
        await self.core.directory.drain(min(DRAIN_S, within_ms / 1000))
        await self.gateway.drain(within_ms)

    async def stop(self) -> None:
        """End what runs beside the requests, and let the database catch up."""
        await self.gateway.stop()
        await self.outside.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        projector = self.core.projector
        if not isinstance(projector, Projector):
            return
        try:
            async with asyncio.timeout(2):
                await projector.project()
        except Exception:
            # The next start goes on from the checkpoint.
            log.warning("projection is behind")

    async def _expire(self) -> None:
        while True:
            await asyncio.sleep(EXPIRY_S)
            self.door.entrants.expire(self.core.clock.now())

    def _readiness(self) -> Readiness:
        made, settings = self.core, self.settings
        certificate = None
        if settings.tls_certificate is not None:
            from server.certificate import validity

            certificate = validity(settings.tls_certificate)
        return Readiness(
            {
                **made.checks(),
                "disk": Disk(settings.data, files_of(settings, LOG_FILE)).trouble,
                "tasks": tasks_ended(lambda: self._tasks),
                "certificate": certificate_valid(certificate),
            }
        )

    def _drains(self) -> str | None:
        return "draining" if self.draining else None

    def _measure(self, metrics: Metrics) -> None:
        made = self.core
        made.measure(metrics)
        if made.neighbours is not None:
            metrics.add("post", made.neighbours.post.statistics)
            metrics.add("attendance", made.neighbours.statistics)
        metrics.add("gateway", self._gateway_statistics)
        metrics.add("door", self.door.statistics)
        metrics.add("presence", made.members.presence.statistics)
        metrics.add("reactions", self.reactions.statistics)
        metrics.add("viewing", self.viewing.statistics)
        self.outside.measure(metrics)
        metrics.add("node", self.readiness.statistics)
        metrics.add("trace", made.trace.statistics)

    def _gateway_statistics(self) -> dict[str, object]:
        counts = self.gateway.statistics()
        return {
            "connections": {"polling": counts.polling, "websocket": counts.websocket},
            "addresses": counts.addresses,
            "address_most": counts.address_most,
            "connecting": counts.connecting,
            "farewells": counts.farewells,
            "rooms": len(self.core.members),
            "outbox_bytes": counts.outbox_bytes,
            "outbox_most_bytes": counts.outbox_most_bytes,
            "behind": counts.behind,
            "unread": counts.unread,
            "refused": {f"{reason}_total": count for reason, count in counts.refused.items()},
            # Those that have not happened too, or else the first of them would be no rise.
            "closed": {f"{reason.value}_total": counts.closed.get(reason.value, 0) for reason in Closing},
        }


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[App]:
    """The whole server but its listener; alone in its data folder. Raises SettingsError."""
    shared = settings.redis_url is not None
    with held(settings.data, shared=shared):
        with opening(settings.data):
            secret_mark.settle(settings.data, settings.secret.get_secret_value())
        async with alone(settings, shared=shared), core(settings, serving=True) as made:
            app = App(settings, made)
            with usable(settings):
                # The database may have gone since its tables were looked at.
                await app.start()
            try:
                # Nodes that share rooms answer the command line by the post.
                async with nullcontext() if shared else answering(settings.data, made.trace):
                    yield app
            finally:
                await app.stop()


class _Routes:
    """Polling goes to the gateway, all else to the HTTP side."""

    def __init__(self, polling: PollingEndpoint, path: str, http: ASGIApp) -> None:
        self._polling = polling
        self._path = path.rstrip("/")
        self._http = http

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if path == self._path or path.startswith(self._path + "/"):
            await self._polling(scope, receive, send)
        else:
            await self._http(scope, receive, send)
