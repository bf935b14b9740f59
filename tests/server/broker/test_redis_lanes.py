"""Lanes over a Redis that answers as it is told to."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import NoScriptError, OutOfMemoryError, ResponseError

from server.broker import redis_lanes
from server.broker.port import Full, Unavailable, Unreachable
from server.broker.redis_lanes import GROUP, Lanes, Script

HEAD = Script("head.lua")


class Told(Redis):
    """Notes each pipeline; ``answer`` gives the answer of a command, or raises for all of them."""

    def __init__(self) -> None:
        self.pipelines: list[list[tuple[Any, ...]]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    def answer(self, command: tuple[Any, ...]) -> Any:
        return command[-1]

    def pipeline(self, transaction: Any = True, shard_hint: Any = None) -> Any:
        told = self

        class Pipeline:
            def __init__(self) -> None:
                self.commands: list[tuple[Any, ...]] = []

            def execute_command(self, *command: Any) -> None:
                self.commands.append(command)

            async def execute(self, *, raise_on_error: bool) -> list[Any]:
                assert not raise_on_error
                told.pipelines.append(self.commands)
                await told.gate.wait()
                return [told.answer(command) for command in self.commands]

        return Pipeline()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def lanes(told: Told) -> Lanes:
    return Lanes(cast(Redis, told))


async def test_what_waits_goes_together(told: Told, lanes: Lanes) -> None:
    told.gate.clear()
    first = lanes.call("k", "GET", 0)
    await asyncio.sleep(0)
    rest = [lanes.call("k", "GET", number) for number in range(1, GROUP + 3)]
    assert lanes.waiting == GROUP + 2
    told.gate.set()
    assert await asyncio.gather(first, *rest) == list(range(GROUP + 3))
    assert [len(commands) for commands in told.pipelines] == [1, GROUP, 2]
    assert lanes.waiting == 0


async def test_a_script_that_is_not_known_is_sent_whole(told: Told, lanes: Lanes) -> None:
    def answer(command: tuple[Any, ...]) -> Any:
        return NoScriptError() if command[0] == "EVALSHA" else [command[0], *command[2:]]

    told.answer = answer  # type: ignore[method-assign]
    assert await lanes.run(HEAD, ["k"], ("claim",)) == ["EVAL", 1, "k", "claim"]
    assert told.pipelines[1][0][1] == HEAD.text
    assert lanes.failing_since is None


def refused() -> Exception:
    """As the client raises it where nobody listens."""
    try:
        try:
            raise ConnectionRefusedError
        except OSError:
            raise NoConnection("connecting") from None
    except NoConnection as error:
        return error


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (OutOfMemoryError("OOM command not allowed"), Full),
        (ResponseError("MISCONF Errors writing to the AOF file"), Full),
        (ResponseError("ERR something else"), Unavailable),
        (NoConnection("reset"), Unavailable),
        (refused(), Unreachable),
    ],
)
async def test_what_redis_says_is_told_in_the_port_s_words(
    told: Told, lanes: Lanes, error: Exception, meaning: type[Exception]
) -> None:
    answers: list[Any] = [error, 2]
    told.answer = lambda command: answers.pop(0)  # type: ignore[method-assign]
    with pytest.raises(meaning) as raised:
        await lanes.call("k", "GET", 1)
    assert type(raised.value) is meaning
    assert lanes.unreachable is (meaning is Unreachable)
    failing_since: float | None = lanes.failing_since
    assert failing_since is not None
    assert await lanes.call("k", "GET", 2) == 2
    assert (lanes.failures, lanes.failing_since, lanes.unreachable) == (1, None, False)


async def test_all_that_went_together_fail_together(told: Told, lanes: Lanes) -> None:
    def answer(command: tuple[Any, ...]) -> Any:
        raise NoConnection("reset")

    told.answer = answer  # type: ignore[method-assign]
    outcomes = await asyncio.gather(*(lanes.call("k", "GET", n) for n in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 3


async def test_a_full_lane_refuses(told: Told, lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_lanes, "QUEUE_LIMIT", 2)
    told.gate.clear()
    waiting = [lanes.call("k", "GET", 0)]
    await asyncio.sleep(0)
    waiting += [lanes.call("k", "GET", n) for n in (1, 2)]
    with pytest.raises(Unavailable):
        await lanes.call("k", "GET", 3)
    told.gate.set()
    assert await asyncio.gather(*waiting) == [0, 1, 2]


async def test_closing_finishes_what_was_accepted(told: Told, lanes: Lanes) -> None:
    accepted = lanes.call("k", "GET", 1)
    await lanes.close()
    assert accepted.result() == 1
    with pytest.raises(Unavailable):
        await lanes.call("k", "GET", 2)
