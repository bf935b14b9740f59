"""The application behind the gateway: who comes in, and where what they send goes."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from pydantic import ValidationError

from protocols.closing import Closing
from protocols.errors import Code, Refused
from protocols.limits import UNANSWERED_LIMIT
from protocols.messages import STAFF, Command, Position, Role, audience_of
from protocols.requests import REQUESTS, PeopleList, Request, RoomHistory, RoomJoin, StreamReport
from rooms.registry import REGISTRY, explained
from server.gateway.application import Accepted, Ack, Recovery
from server.gateway.entrants import Entrant, Entrants, Person
from server.gateway.events import closed_frame, parse_offset, position_frame
from server.gateway.join import Joining, own_room
from server.gateway.pid import Pids, Session
from server.gateway.throttle import Rate, Throttles, Verdict
from server.gateway.viewing import Viewing
from server.guests import guest_name
from server.identity import Identity, Viewer

if TYPE_CHECKING:
    from protocols.frames import Prepared
    from server.gateway.socket import Socket
    from server.hosting.at_work import AtWork
    from server.hosting.draft import Sender
    from server.text_check import TextChecks

log = structlog.get_logger(__name__)

PROTOCOL = 1
REMEMBERED_CLOSINGS = 4096
# What a client could not be told while it was being closed, and is told when it comes back.
TOLD_LATER = frozenset({Closing.SLOW_CONSUMER, Closing.FLOOD, Closing.BAD_PACKET, Closing.TOO_LARGE})

TOO_MUCH = frozenset({Code.RATE_LIMITED, Code.OVERLOADED})

StaffNames = Callable[[str], Awaitable[Collection[str]]]  # of a room


CountReaction = Callable[["AtWork", Command, "Sender"], None]


def _uncounted(_host: AtWork, _command: Command, _sender: Sender) -> None:
    raise Refused(Code.UNKNOWN_COMMAND)


async def nobody(_room: str) -> Collection[str]:
    """No names."""
    return ()


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
        staff_names: StaffNames = nobody,
        text_checks: TextChecks | None = None,
        count: CountReaction = _uncounted,
        viewing: Viewing | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._identity = identity
        self._staff_names = staff_names
        self._text_checks = text_checks
        self._count = count
        self._viewing = viewing or Viewing()
        self._joining = joining
        self.entrants = Entrants(joining)
        self._pids = pids
        self._throttles: Throttles[Person] = Throttles(rate)
        self._clock = clock
        self._closings: OrderedDict[str, Closing] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._throttled = self._overloaded = 0

    def statistics(self) -> Mapping[str, float]:
        """Who is here, what waits, and what was refused."""
        return {
            "people": len(self.entrants),
            "waiting": self.entrants.waiting,
            "requests": len(self._tasks),
            "throttles": len(self._throttles),
            "closings": len(self._closings),
            "throttled_total": self._throttled,
            "overloaded_total": self._overloaded,
        }

    async def connect(self, socket: Socket, auth: Mapping[str, Any], recovery: Recovery | None) -> Accepted:
        """Checks the token and the bans, and resumes a stock client where it was if that can be done whole."""
        viewer = self._viewer(auth)
        entrant = Entrant(viewer, viewer)
        self.entrants.add(socket, entrant)
        try:
            host = await self._admit(socket, entrant)
        except BaseException:
            self.entrants.forget(socket)
            raise

        closing = self._closings.pop(viewer.user, None)
        if closing is not None:
            socket.send(closed_frame(closing))

        replay = None if recovery is None or host is None else self._resume(socket, entrant, host, recovery)
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
                self._throttled += 1
                self._joining.shed(entrant.viewer.room)
                _refuse(ack, Refused(Code.RATE_LIMITED, retry_after_ms=throttle.retry_after_ms()))
                return
            case Verdict.PASS:
                pass

        if not entrant.answering and not entrant.waiting:
            entrant.received = now
            self._handle(socket, entrant, name, args, ack)
        elif len(entrant.waiting) <= UNANSWERED_LIMIT:  # one more than may be unanswered is still read
            entrant.waiting.append((now, name, args, ack))
        else:
            self._overloaded += 1
            self._joining.shed(entrant.viewer.room)
            _refuse(ack, Refused(Code.OVERLOADED))

    def disconnected(self, socket: Socket, closing: Closing) -> None:
        """Takes the socket out of its room."""
        entrant: Entrant | None = socket.data
        if entrant is None:
            return
        self.entrants.forget(socket)
        if closing in TOLD_LATER:
            self._closings[entrant.viewer.user] = closing
            if len(self._closings) > REMEMBERED_CLOSINGS:
                self._closings.popitem(last=False)

    async def _admit(self, socket: Socket, entrant: Entrant) -> AtWork | None:
        """Learns who they are in the room, whose host it gives if it can be opened. Raises Refused: banned."""
        try:
            host = await self._joining.open(entrant.claimed)
            if entrant.claimed.role is Role.BOT:
                entrant.staff_names = await self._staff_names(entrant.claimed.room)
        except Refused:
            # Whatever keeps the room from opening, the join that follows will say so.
            return None
        self.entrants.meet(socket, host)
        return host

    def _viewer(self, auth: Mapping[str, Any]) -> Viewer:
        if auth.get("protocol", PROTOCOL) != PROTOCOL:
            raise Refused(Code.INVALID, f"This server speaks protocol {PROTOCOL}.")
        return self._identity.verify(auth.get("token"))

    def _resume(self, socket: Socket, entrant: Entrant, host: AtWork, recovery: Recovery) -> list[Prepared] | None:
        viewer = entrant.viewer
        session = self._pids.read(recovery.pid)
        place = None if recovery.offset is None else parse_offset(recovery.offset)
        if session != Session(viewer.user, viewer.room) or place is None or place[0] != viewer.room:
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
        elif isinstance(request, StreamReport):
            self._report(entrant, request, ack)
        else:
            self._wait(socket, entrant, self._answer(socket, entrant, request, ack), ack)

    def _report(self, entrant: Entrant, request: StreamReport, ack: Ack | None) -> None:
        if entrant.host is None:
            raise Refused(Code.NOT_JOINED)
        if entrant.viewer.role is Role.ATTENDEE:
            self._viewing.report(*entrant.person, request.delay_ms)
        if ack is not None:
            ack(b'{"ok":true}')

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
            case PeopleList():
                if entrant.host is None:
                    raise Refused(Code.NOT_JOINED)
                people = self._joining.people(entrant.viewer)
                if ack is not None:
                    ack(people)
            case RoomHistory():
                page = await self._history(socket, entrant, request)
                if ack is not None:
                    ack(page)
            case _:
                self._joining.leave(socket, entrant.viewer, for_good=True)
                entrant.host = None
                if ack is not None:
                    ack(b'{"ok":true}')

    async def _history(self, socket: Socket, entrant: Entrant, request: RoomHistory) -> bytes:
        while True:
            self.entrants.meet(socket, await self._joining.open(entrant.claimed))
            viewer = entrant.viewer
            page = await self._joining.history(viewer, request)
            # Read for somebody with this role, who may have another by now.
            if entrant.viewer is viewer:
                return page

    def _go_on(self, socket: Socket, entrant: Entrant) -> None:
        """Handles what had to wait, up to the next that takes time. An answer may let more of the socket be read:
        that stays behind, for there is something waiting until the last of it is being handled."""
        entrant.answering = False
        while entrant.waiting and not entrant.answering:
            entrant.received, name, args, ack = entrant.waiting.popleft()
            if socket.closing is None:
                self._handle(socket, entrant, name, args, ack)
            else:
                # The connection counts what is not answered, and may live on without this socket.
                _refuse(ack, Refused(Code.NOT_JOINED))

    def _enter(self, socket: Socket, entrant: Entrant, host: AtWork, request: RoomJoin, ack: Ack | None) -> None:
        # At the CONNECT the room may not have been at work.
        self.entrants.meet(socket, host)
        connection, staff = socket.connection, entrant.viewer.role in STAFF
        connection.outbox_limit = connection.config.staff_outbox_limit if staff else connection.config.outbox_limit
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
        if command.on_behalf_of is not None:
            # As for those who come in by themselves.
            guest_name(command.on_behalf_of.name, entrant.staff_names)
        if host is None:
            raise Refused(Code.NOT_JOINED)
        if command.volatile and not host.closed:
            self._count(host, command, entrant.sender)
            _position(ack, host.live.position)
        elif self._text_checks is not None and command.writes and command.said() and viewer.role not in STAFF:
            self._wait(socket, entrant, self._look(self._text_checks, entrant, command, ack), ack)
        elif host.closed:
            self._wait(socket, entrant, self._reopen(entrant, command, ack), ack)
        else:
            self._submit(host, command, entrant, ack)

    async def _reopen(self, entrant: Entrant, command: Command, ack: Ack | None, *, suspect: bool = False) -> None:
        """The host gave its room up; another takes the command."""
        host = entrant.host = await self._joining.open(entrant.viewer)
        if command.volatile:
            self._count(host, command, entrant.sender)
            _position(ack, host.live.position)
        else:
            self._submit(host, command, entrant, ack, suspect=suspect)

    async def _look(self, checks: TextChecks, entrant: Entrant, command: Command, ack: Ack | None) -> None:
        """Somebody outside looks at it first."""
        suspect = await checks.suspects(command.room, command.said())
        host = entrant.host
        if host is None:
            raise Refused(Code.NOT_JOINED)
        if host.closed:
            await self._reopen(entrant, command, ack, suspect=suspect)
        else:
            self._submit(host, command, entrant, ack, suspect=suspect)

    def _submit(
        self, host: AtWork, command: Command, entrant: Entrant, ack: Ack | None, *, suspect: bool = False
    ) -> None:
        def answer(outcome: Position | Refused) -> None:
            if isinstance(outcome, Refused) and outcome.code in TOO_MUCH:
                self._joining.shed(command.room)
            if isinstance(outcome, Refused):
                _refuse(ack, outcome)
            else:
                _position(ack, outcome)

        sender = replace(entrant.sender, suspect=True) if suspect else entrant.sender
        host.submit(command, sender, answer, entrant.received)


def _position(ack: Ack | None, position: Position) -> None:
    if ack is not None:
        ack(b'{"ok":true,"position":{"epoch":"%b","seq":%d}}' % (position.epoch.encode(), position.seq))


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
