"""A member on asyncio: thousands of them fit into one process, on a websocket, by polling, or from one to the other."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Sequence
from typing import Any

from loadtests.behaviour import ConnectRefused, TransportName, settle
from loadtests.member import Fault, Member, Reader, Told
from loadtests.polling import open_polling
from loadtests.websocket import open_websocket
from loadtests.wire import Wire, WireError

FAULTS_KEPT = 1_000
LOST: dict[str, Any] = {"ok": False, "error": {"code": "lost"}}


class Record:
    """What a crowd sees together: nanoseconds each delivery took, and the faults (the first thousand)."""

    def __init__(self) -> None:
        self.reader = Reader()
        self.took: list[int] = []
        self.faults: list[Fault] = []
        self.fault_count = 0

    def told(self, told: Told) -> None:
        if told.sent:
            self.took.append(time.monotonic_ns() - told.sent)

    def fault(self, fault: Fault) -> None:
        self.fault_count += 1
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append(fault)


class Attendee:
    """One member with its session. It does not come again by itself: in a crowd, losing a session is a fault."""

    def __init__(self, url: str, room: str, tag: str, token: str, record: Record) -> None:
        self.url = url
        self.member = Member(room, tag, token, record.reader)
        self.member.on_told = record.told
        self.member.on_fault = record.fault
        self.lost = ""
        self._wire: Wire | None = None
        self._joined: asyncio.Future[None] | None = None
        self._leaving = False

    async def start(self, transport: TransportName = "websocket", within: float = 30.0) -> None:
        """Connect and join; raises ConnectRefused, WireError, OSError, TimeoutError."""
        joined = self._joined = asyncio.get_running_loop().create_future()
        self.member.on_joined = self._on_joined
        async with asyncio.timeout(within):
            if transport == "websocket":
                wire: Wire = await open_websocket(self.url, self._packet, self._ended)
            else:
                wire = polling = await open_polling(self.url, self._packet, self._ended)
                if transport == "upgrade" and not await polling.upgrade():
                    polling.abort()
                    raise WireError("no websocket")
            self._wire = wire
            wire.send(self.member.connect())
            await joined

    async def say(self, text: str) -> dict[str, Any]:
        """chat.send; the ack, or ``ok: false`` with the code ``lost`` if the session ended first."""
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        packets = self.member.say(text, lambda _name, ack: settle(answer, ack))
        if self._wire is None or not packets:
            return LOST
        for packet in packets:
            self._wire.send(packet)
        return await answer

    def cut(self) -> None:
        """Cut the session without a word; it may be started again, and resumes."""
        self._leaving = True
        if self._wire is not None:
            self._wire.abort()

    async def stop(self) -> None:
        self._leaving = True
        if self._wire is not None:
            await self._wire.close()

    def _packet(self, packet: str) -> None:
        for reply in self.member.receive(packet, time.monotonic()):
            if self._wire is not None:
                self._wire.send(reply)
        if self.member.refused:
            self._fail(ConnectRefused(self.member.refused, "refused"))

    def _on_joined(self, ack: dict[str, Any], _asked: int) -> None:
        if self._joined is None or self._joined.done():
            return
        if ack.get("ok"):
            self._joined.set_result(None)
        else:
            error = ack.get("error") or {}
            self._fail(ConnectRefused(str(error.get("code")), str(error.get("message"))))

    def _ended(self, reason: str) -> None:
        self._wire = None
        self.member.lost()
        pending, self.member.pending = self.member.pending, {}
        for name, command in pending.items():
            if command.on_answer is not None:
                command.on_answer(name, LOST)
        if self._leaving:
            self._leaving = False
        else:
            self.lost = reason
        self._fail(WireError(reason))

    def _fail(self, error: Exception) -> None:
        if self._joined is not None and not self._joined.done():
            self._joined.set_exception(error)
            self._joined.exception()  # looked at, should nobody wait any more


def room_for_descriptors(wanted: int) -> int:
    """Raise this process's limit of open files, and that of those it starts, to ``wanted`` or as far as it may go."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


async def start_crowd(attendees: Sequence[Attendee], transports: Sequence[TransportName], at_once: int = 50) -> None:
    """Start them all, ``at_once`` at a time, with the transports in turn; the first that fails is raised."""
    waiting = list(enumerate(attendees))
    waiting.reverse()

    async def start() -> None:
        while waiting:
            number, attendee = waiting.pop()
            await attendee.start(transports[number % len(transports)])

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(start())
