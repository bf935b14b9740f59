"""Lanes to Redis: what waits for one node goes to it in one pipeline, as soon as the one before is answered.

So many rooms share a round trip when busy, and one batch waits for none when quiet.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import NoScriptError, OutOfMemoryError, RedisClusterException, RedisError, ResponseError

from server.broker.port import BrokerError, Full, Unavailable, Unreachable

QUEUE_LIMIT = 8192  # calls that wait for one node; beyond: Unavailable
GROUP = 256  # calls in one pipeline
# Redis says these before it runs a command: surely nothing was stored.
NO_SPACE = ("OOM", "MISCONF")

Client = Redis | RedisCluster
# What a client of one Redis or of a cluster raises when there is no answer.
FAILURES = (RedisError, RedisClusterException, OSError, TimeoutError)
log = structlog.get_logger(__name__)


class Script:
    """A Lua script beside this file, after those that it needs; ``digest`` is what Redis knows it by."""

    def __init__(self, *names: str) -> None:
        self.text = "".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in names)
        self.digest = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class _Call:
    command: tuple[Any, ...]
    waiter: asyncio.Future[Any]
    script: Script | None = None


@dataclass(slots=True)
class _Lane:
    waiting: deque[_Call] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None


class Lanes:
    """Calls to Redis, in order for each node. Raises Unavailable, and Full where Redis says that it has no space."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lanes: dict[str, _Lane] = {}
        self._closing = False
        self.pipelines = self.failures = 0
        self.failing_since: float | None = None
        self.unreachable = False  # nobody listened at the last call

    @property
    def waiting(self) -> int:
        """How many calls have not been sent yet."""
        return sum(len(lane.waiting) for lane in self._lanes.values())

    def run(self, script: Script, keys: Sequence[str], arguments: Sequence[Any]) -> asyncio.Future[Any]:
        """The answer of a script; its keys lie on one node."""
        command = ("EVALSHA", script.digest, len(keys), *keys, *arguments)
        return self._put(keys[0], command, script)

    def call(self, key: str, *command: Any) -> asyncio.Future[Any]:
        """The answer of a command on one key."""
        return self._put(key, command, None)

    async def close(self) -> None:
        """Finish what was accepted."""
        self._closing = True
        running = [lane.task for lane in self._lanes.values() if lane.task is not None]
        if running:
            await asyncio.wait(running)

    def _put(self, key: str, command: tuple[Any, ...], script: Script | None) -> asyncio.Future[Any]:
        waiter: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        lane = self._lanes.setdefault(self._node(key), _Lane())
        if self._closing:
            waiter.set_exception(Unavailable("the log is closed"))
        elif len(lane.waiting) >= QUEUE_LIMIT:
            waiter.set_exception(Unavailable("too many batches wait for the log"))
        else:
            lane.waiting.append(_Call(command, waiter, script))
            if lane.task is None:
                lane.task = asyncio.create_task(self._drive(lane))
        return waiter

    def _node(self, key: str) -> str:
        if isinstance(self._client, Redis):
            return ""
        try:
            node = self._client.get_node_from_key(key)
        except RedisClusterException:
            # No node serves its slot, or nothing is known yet: the call itself will find out.
            return ""
        return node.name if node is not None else ""

    async def _drive(self, lane: _Lane) -> None:
        try:
            while lane.waiting:
                group = [lane.waiting.popleft() for _ in range(min(len(lane.waiting), GROUP))]
                # Who has lost patience asks anew: while nothing answers, the same batch must not wait here many times.
                if group := [call for call in group if not call.waiter.done()]:
                    await self._send(group)
        finally:
            lane.task = None

    async def _send(self, group: Sequence[_Call]) -> None:
        answers = await self._answers([call.command for call in group])
        unknown = [n for n, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unknown:
            # A Redis that was started anew knows no scripts: this sends the text, once.
            again = await self._answers([_in_full(group[n]) for n in unknown])
            for n, answer in zip(unknown, again, strict=True):
                answers[n] = answer
        for call, answer in zip(group, answers, strict=True):
            if call.waiter.done():
                continue  # whoever asked has given up waiting
            if isinstance(answer, Exception):
                call.waiter.set_exception(_meaning(answer))
            else:
                call.waiter.set_result(answer)

    async def _answers(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        loop = asyncio.get_running_loop()
        pipeline = self._client.pipeline(transaction=False)
        try:
            for command in commands:
                pipeline.execute_command(*command)
            answers: list[Any] = await pipeline.execute(raise_on_error=False)
        except FAILURES as error:
            answers = [error] * len(commands)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            # Whatever it is, the lane must live: nobody else sends to this node.
            log.exception("log.lane_failed")
            answers = [error] * len(commands)
        self.pipelines += 1
        failed = next((answer for answer in answers if _is_failure(answer)), None)
        self.unreachable = _is_refused(failed)
        if failed is None:
            if self.failing_since is not None:
                log.info("log.works_again", failed_s=round(loop.time() - self.failing_since, 1))
                self.failing_since = None
        else:
            self.failures += 1
            if self.failing_since is None:
                self.failing_since = loop.time()
                log.error("log.failing", error=str(failed))
        return answers


def _in_full(call: _Call) -> tuple[Any, ...]:
    assert call.script is not None
    return ("EVAL", call.script.text, *call.command[2:])


def _is_failure(answer: object) -> bool:
    return isinstance(answer, Exception) and not isinstance(answer, NoScriptError)


def _is_refused(answer: object) -> bool:
    return isinstance(answer, Exception) and isinstance(answer.__context__, ConnectionRefusedError)


def _meaning(error: Exception) -> BrokerError:
    if isinstance(error, OutOfMemoryError) or (isinstance(error, ResponseError) and str(error).startswith(NO_SPACE)):
        return Full("no space for the log")
    if _is_refused(error):
        return Unreachable("nobody listens where the log should be")
    return Unavailable("the log does not answer")
