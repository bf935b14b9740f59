"""The application behind the gateway: who comes in, and where what they send goes."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from pydantic import ValidationError

from protocols.closing import Closing
from protocols.errors import Code, Refused
from protocols.limits import UNANSWERED_LIMIT
from protocols.messages import Command, Position, Role, audience_of
from protocols.requests import REQUESTS, Request, RoomHistory, RoomJoin
from rooms.registry import REGISTRY, explained
from server.gateway.application import Accepted, Ack, Recovery
from server.gateway.events import parse_offset, position_frame
from server.gateway.join import Joining, own_room
from server.gateway.pid import Pids, Session
from server.gateway.throttle import Rate, Throttles, Verdict
from server.hosting.draft import Sender
from server.identity import Identity, Viewer

if TYPE_CHECKING:
    from protocols.frames import Prepared
    from server.gateway.socket import Socket
    from server.hosting.host import Host

log = structlog.get_logger(__name__)

PROTOCOL = 1
MACHINES = frozenset({Role.WALL, Role.BOT})  # many of them may come by one link
REMEMBERED_CLOSINGS = 4096
SOCKETS_EACH = 50  # of one person, dead ones that nobody has noticed yet included
# What a client could not be told while it was being closed, and is told when it comes back.
TOLD_LATER = frozenset({Closing.SLOW_CONSUMER, Closing.FLOOD, Closing.BAD_PACKET, Closing.TOO_LARGE})

Person = tuple[str, str]  # room and user


@dataclass(slots=True, eq=False)
class Entrant:
    """What the door keeps of a socket; ``waiting`` holds what came in while a request was ``answering``."""

    viewer: Viewer
    sender: Sender
    host: Host | None = None
    answering: bool = False
    waiting: deque[tuple[str, list[Any], Ack | None]] = field(default_factory=deque)

    @property
    def person(self) -> Person:
        """Whose socket it is."""
        return self.viewer.room, self.viewer.user


class Door:
    """Implements ``Application`` for the namespace ``/``."""

    namespaces: Collection[str] = frozenset({"/"})

    def __init__(
        self,
        *,
        identity: Identity,
        joining: Joining,
        pids: Pids,
        rate: Rate,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._identity = identity
        self._joining = joining
        self._pids = pids
        self._throttles: Throttles[Person] = Throttles(rate)
        self._clock = clock
        self._sockets: set[Socket] = set()
        self._people: dict[Person, set[Socket]] = {}
        self._closings: OrderedDict[str, Closing] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def connect(self, socket: Socket, auth: Mapping[str, Any], recovery: Recovery | None) -> Accepted:
        """Checks the token, and resumes a stock client where it was if that can be done whole."""
        viewer = self._viewer(auth)
        sender = Sender(viewer.by, bound=viewer.bound, signed_up=viewer.signed_up)
        entrant = Entrant(viewer, sender)
        self._add(socket, entrant)
        socket.data = entrant

        closing = self._closings.pop(viewer.user, None)
        if closing is not None:
            socket.emit("connection.closed", {"reason": closing.value, "message": closing.message})

        replay = None if recovery is None else await self._resume(socket, entrant, recovery)
        if recovery is not None and replay is not None:
            return Accepted(recovery.pid, replay)
        return Accepted(self._pids.issue(Session(viewer.user, viewer.room)))

    def receive(self, socket: Socket, name: str, args: list[Any], ack: Ack | None) -> None:
        """Answers a request, or hands a command to the room; in the order in which they came."""
        entrant: Entrant = socket.data
        now = self._clock()
        throttle = self._throttles.of(entrant.person, now)
        match throttle.take(now):
            case Verdict.CLOSE:
                socket.close(Closing.FLOOD)
                return
            case Verdict.REFUSE:
                _refuse(ack, Refused(Code.RATE_LIMITED, retry_after_ms=throttle.retry_after_ms()))
                return
            case Verdict.PASS:
                pass

        if not entrant.answering and not entrant.waiting:
            self._handle(socket, entrant, name, args, ack)
        elif len(entrant.waiting) <= UNANSWERED_LIMIT:  # one more than may be unanswered is still read
            entrant.waiting.append((name, args, ack))
        else:
            _refuse(ack, Refused(Code.OVERLOADED))

    def disconnected(self, socket: Socket, closing: Closing) -> None:
        """Takes the socket out of its room."""
        self._sockets.discard(socket)
        entrant: Entrant | None = socket.data
        if entrant is None:
            return
        mine = self._people.get(entrant.person, set())
        mine.discard(socket)
        if not mine:
            self._people.pop(entrant.person, None)
        self._joining.leave(socket, entrant.viewer)
        if closing in TOLD_LATER:
            self._closings[entrant.viewer.user] = closing
            if len(self._closings) > REMEMBERED_CLOSINGS:
                self._closings.popitem(last=False)

    def expire(self, now_ms: int) -> None:
        """Ends the sockets whose token has run out."""
        for socket in [s for s in self._sockets if (s.data.viewer.expires_at or now_ms + 1) <= now_ms]:
            socket.disconnect(Closing.EXPIRED)

    def revoke(self, link: str) -> None:
        """Ends the sockets of those who came by a link that is withdrawn now."""
        for socket in [s for s in self._sockets if s.data.viewer.link == link]:
            socket.disconnect(Closing.EXPIRED)

    def sign_out(self, session: str) -> None:
        """Ends the sockets of a member of staff whose session ends now."""
        for socket in [s for s in self._sockets if s.data.viewer.session == session]:
            socket.disconnect(Closing.EXPIRED)

    def _add(self, socket: Socket, entrant: Entrant) -> None:
        mine = self._people.setdefault(entrant.person, set())
        if len(mine) >= SOCKETS_EACH and entrant.viewer.role not in MACHINES:
            raise Refused(Code.FORBIDDEN, "Too many connections of one person.")
        mine.add(socket)
        self._sockets.add(socket)

    def _viewer(self, auth: Mapping[str, Any]) -> Viewer:
        if auth.get("protocol", PROTOCOL) != PROTOCOL:
            raise Refused(Code.INVALID, f"This server speaks protocol {PROTOCOL}.")
        return self._identity.verify(auth.get("token"))

    async def _resume(self, socket: Socket, entrant: Entrant, recovery: Recovery) -> list[Prepared] | None:
        viewer = entrant.viewer
        session = self._pids.read(recovery.pid)
        place = None if recovery.offset is None else parse_offset(recovery.offset)
        if session != Session(viewer.user, viewer.room) or place is None or place[0] != viewer.room:
            return None
        try:
            host = await self._joining.open(viewer)
        except Refused:
            # Whatever keeps the room from opening, the join that follows will say so.
            return None
        replay = self._joining.resume(socket, viewer, host, place[1], place[2])
        if replay is not None:
            entrant.host = host
        return replay

    def _handle(self, socket: Socket, entrant: Entrant, name: str, args: list[Any], ack: Ack | None) -> None:
        try:
            data = _only_object(args)
            if name in REQUESTS:
                request = _request_of(name, data)
                own_room(entrant.viewer, request.room)
                self._request(socket, entrant, request, ack)
            else:
                self._command(socket, entrant, name, data, ack)
        except Refused as refused:
            _refuse(ack, refused)
        except Exception:
            # What one sender found broken is answered to them alone; its text stays here.
            log.exception("command_failed", type=name[:64])
            _refuse(ack, Refused(Code.INTERNAL))

    def _request(self, socket: Socket, entrant: Entrant, request: Request, ack: Ack | None) -> None:
        if isinstance(request, RoomJoin) and entrant.host is not None and not entrant.host.closed:
            self._enter(socket, entrant, entrant.host, request, ack)
        else:
            self._wait(socket, entrant, self._answer(socket, entrant, request, ack), ack)

    def _wait(self, socket: Socket, entrant: Entrant, work: Coroutine[Any, Any, None], ack: Ack | None) -> None:
        """Does what takes time; what the socket sends meanwhile stays behind it."""

        async def work_and_go_on() -> None:
            try:
                await work
            except Refused as refused:
                _refuse(ack, refused)
            except Exception:
                log.exception("request_failed")
                _refuse(ack, Refused(Code.INTERNAL))
            finally:
                self._go_on(socket, entrant)

        entrant.answering = True
        task = asyncio.create_task(work_and_go_on())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, socket: Socket, entrant: Entrant, request: Request, ack: Ack | None) -> None:
        match request:
            case RoomJoin():
                host = await self._joining.open(entrant.viewer)
                if socket.closing is not None:
                    raise Refused(Code.NOT_JOINED)
                self._enter(socket, entrant, host, request, ack)
            case RoomHistory():
                page = await self._joining.history(entrant.viewer, request)
                if ack is not None:
                    ack(page)
            case _:
                self._joining.leave(socket, entrant.viewer)
                entrant.host = None
                if ack is not None:
                    ack(b'{"ok":true}')

    def _go_on(self, socket: Socket, entrant: Entrant) -> None:
        """Handles what had to wait, up to the next that takes time. An answer may let more of the socket be read:
        that stays behind, for there is something waiting until the last of it is being handled."""
        entrant.answering = False
        while entrant.waiting and not entrant.answering:
            name, args, ack = entrant.waiting.popleft()
            if socket.closing is None:
                self._handle(socket, entrant, name, args, ack)
            else:
                # The connection counts what is not answered, and may live on without this socket.
                _refuse(ack, Refused(Code.NOT_JOINED))

    def _enter(self, socket: Socket, entrant: Entrant, host: Host, request: RoomJoin, ack: Ack | None) -> None:
        answer = self._joining.enter(socket, entrant.viewer, host, request)
        entrant.host = host
        if ack is not None:
            ack(answer)
        viewer = entrant.viewer
        socket.send(position_frame(viewer.room, host.live.position, audience_of(viewer.role)))

    def _command(self, socket: Socket, entrant: Entrant, name: str, data: dict[str, Any], ack: Ack | None) -> None:
        command = REGISTRY.command(name, data)
        viewer, host = entrant.viewer, entrant.host
        own_room(viewer, command.room)
        if host is None:
            raise Refused(Code.NOT_JOINED)
        if host.closed:
            self._wait(socket, entrant, self._reopen(entrant, command, ack), ack)
        else:
            _submit(host, command, entrant, ack)

    async def _reopen(self, entrant: Entrant, command: Command, ack: Ack | None) -> None:
        """The host gave its room up; another takes the command."""
        entrant.host = await self._joining.open(entrant.viewer)
        _submit(entrant.host, command, entrant, ack)


def _submit(host: Host, command: Command, entrant: Entrant, ack: Ack | None) -> None:
    def answer(outcome: Position | Refused) -> None:
        if ack is None:
            return
        if isinstance(outcome, Refused):
            _refuse(ack, outcome)
        else:
            ack(b'{"ok":true,"position":{"epoch":"%b","seq":%d}}' % (outcome.epoch.encode(), outcome.seq))

    host.submit(command, entrant.sender, answer)


def _request_of(name: str, data: dict[str, Any]) -> Request:
    try:
        return REQUESTS[name].model_validate(data)
    except ValidationError as error:
        raise Refused(Code.INVALID, explained(error)) from None


def _only_object(args: list[Any]) -> dict[str, Any]:
    if len(args) != 1 or not isinstance(args[0], dict):
        raise Refused(Code.INVALID, "A command is one JSON object.")
    return args[0]


def _refuse(ack: Ack | None, refused: Refused) -> None:
    if ack is not None:
        ack(orjson.dumps({"ok": False, "error": refused.as_wire()}))
