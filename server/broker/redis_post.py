"""RedisPost: a sharded channel for each node, on which the others write to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from itertools import count

import msgpack  # type: ignore[import-untyped]
import structlog

from server.broker.port import Unavailable
from server.broker.redis import SAY, RedisBroker
from server.broker.redis_owners import RedisOwners
from server.hosting.line import RESEND_S, Letter, Line, Message
from server.hosting.post import Heard

AGAIN_S = 0.1  # before a message that reached nobody is sent again
FLUSH_S = 0.5  # for what waits when the node leaves
ANSWER_S = 0.02  # an answer waits so long for a letter to travel with

log = structlog.get_logger(__name__)


def channel_of(node: str) -> str:
    """Where a node hears from the others."""
    return f"sf:{{node:{node}}}"


class _Neighbour:
    def __init__(self, line: Line) -> None:
        self.line = line
        self.stir = asyncio.Event()
        self.wrote = asyncio.Event()  # there are letters that were not sent yet
        self.empty = asyncio.Event()  # the other side has all
        self.empty.set()
        self.task: asyncio.Task[None] | None = None


class RedisPost:
    """A ``Post``. ``start`` it inside the loop, ``close`` it before the broker."""

    def __init__(self, broker: RedisBroker, owners: RedisOwners) -> None:
        self.me = owners.me
        self._broker = broker
        self._owners = owners
        self._numbers = count(1)
        self._neighbours: dict[str, _Neighbour] = {}
        self._kinds: dict[str, Heard] = {}
        self._sent = self._received = self._refused = 0
        self._begun = asyncio.Event()

    async def start(self) -> None:
        """Begin to hear; returns when the channel is heard, or after a second."""
        self._broker.shards.follow(channel_of(self.me), self._heard, self._begun.set)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._begun.wait()

    async def close(self) -> None:
        """Hear and say no more; what waits for nodes that answer is sent first."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_S):
                await asyncio.gather(*(each.empty.wait() for each in self._neighbours.values()))
        self._broker.shards.leave(channel_of(self.me))
        tasks = [each.task for each in self._neighbours.values() if each.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._neighbours.clear()

    def forget(self, nodes: set[str]) -> None:
        """These nodes are dead; what waits for them is lost."""
        for node in nodes:
            neighbour = self._neighbours.pop(node, None)
            if neighbour is not None and neighbour.task is not None:
                neighbour.task.cancel()

    # The port

    def send(self, node: str, letter: Letter) -> bool:
        # What cannot be written is its sender's fault: here it would hold up all letters to that node.
        size = len(msgpack.packb(letter))
        neighbour = self._neighbour(node)
        if not neighbour.line.put(letter, size):
            self._refused += 1
            return False
        neighbour.empty.clear()
        neighbour.wrote.set()
        self._stir(node, neighbour)
        self._sent += 1
        return True

    def send_all(self, letter: Letter) -> None:
        # One that has just begun may have written before its first sign of life was seen.
        for node in {*self._owners.nodes.others(self._owners.now), *self._neighbours}:
            self.send(node, letter)

    def listen(self, kind: str, heard: Heard) -> None:
        self._kinds[kind] = heard

    def statistics(self) -> Mapping[str, float]:
        """Letters that wait, were written, came, or found no place."""
        return {
            "neighbours": len(self._neighbours),
            "waiting": sum([len(each.line) for each in self._neighbours.values()]),
            "sent_total": self._sent,
            "received_total": self._received,
            "refused_total": self._refused,
        }

    # The work

    def _neighbour(self, node: str) -> _Neighbour:
        neighbour = self._neighbours.get(node)
        if neighbour is None:
            neighbour = self._neighbours[node] = _Neighbour(Line(lambda: next(self._numbers)))
        return neighbour

    def _stir(self, node: str, neighbour: _Neighbour) -> None:
        neighbour.stir.set()
        if neighbour.task is None or neighbour.task.done():
            neighbour.task = asyncio.create_task(self._drive(node, neighbour))
            neighbour.task.add_done_callback(_ended)

    def _heard(self, raw: bytes) -> None:
        try:
            sender, *fields = msgpack.unpackb(raw)
            message = Message(*fields)
        except (ValueError, TypeError):
            log.warning("post.unreadable")
            return
        neighbour = self._neighbour(sender)
        letters = neighbour.line.heard(message, self._owners.now)
        for letter in letters:
            self._received += 1
            try:
                # A worker has no use for what gateways tell all others, nor this program for what a newer one does.
                if letter[0] in self._kinds:
                    self._kinds[letter[0]](sender, letter)
            except Exception:
                # One bad letter must not hold up the others.
                log.exception("post.letter_failed", kind=str(letter[0])[:32])
        if not len(neighbour.line):
            neighbour.empty.set()
        if not neighbour.line.quiet or len(neighbour.line):
            self._stir(sender, neighbour)

    async def _drive(self, node: str, neighbour: _Neighbour) -> None:
        line = neighbour.line
        while True:
            neighbour.stir.clear()
            neighbour.wrote.clear()
            message = line.message(self._owners.now)
            if message is not None and not message.letters:
                # Something to say may come at once, and take the answer along.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ANSWER_S):
                        await neighbour.wrote.wait()
                line.owe()
                message = line.message(self._owners.now)
            if message is not None and not await self._reached(node, message):
                if not self._owners.nodes.alive(node, self._owners.now):
                    self._neighbours.pop(node, None)
                    return
                line.unsent()
                await asyncio.sleep(AGAIN_S)
            elif line.quiet:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(RESEND_S if len(line) else None):
                        await neighbour.stir.wait()

    async def _reached(self, node: str, message: Message) -> bool:
        packed = msgpack.packb((self.me, *message))
        try:
            return bool(await self._broker.lanes.run(SAY, [channel_of(node)], [packed]))
        except Unavailable:
            return False


def _ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        # Begun anew by the next letter.
        log.error("post.line_failed", exc_info=task.exception())
