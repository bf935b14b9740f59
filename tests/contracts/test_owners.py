"""What every adapter of the owners must do: whose a room is, and that it is free when nobody has it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from loadtests.engines import RedisServer, flushed
from server.broker.redis import RedisBroker, client_of
from server.broker.redis_owners import RedisOwners, incarnation_of
from server.hosting.owners import Alone, OwnedElsewhere, Owners
from tests.server.records import CATALOGUE

ROOM = "r"


@pytest.fixture(params=["alone", "redis"])
async def owners(request: pytest.FixtureRequest) -> AsyncIterator[Owners]:
    if request.param == "alone":
        yield Alone()
        return
    server: RedisServer = request.getfixturevalue("redis_server")
    await flushed([server])
    broker = RedisBroker(client_of(server.url), CATALOGUE)
    await broker.create(ROOM)
    made = RedisOwners(broker, incarnation_of("n1"))
    await made.start()
    yield made
    await broker.close()


async def test_a_room_of_nobody_can_be_taken_again_and_again(owners: Owners) -> None:
    await owners.take(ROOM)
    await owners.take(ROOM)
    await owners.release(ROOM)
    await owners.release(ROOM)
    await owners.take(ROOM)


async def test_a_room_that_there_is_not_can_be_asked_for(owners: Owners) -> None:
    await owners.take("nowhere")
    assert not await owners.release("nowhere")


async def test_what_another_has_is_refused(redis_server: RedisServer) -> None:
    await flushed([redis_server])
    broker = RedisBroker(client_of(redis_server.url), CATALOGUE)
    await broker.create(ROOM)
    one, two = (RedisOwners(broker, incarnation_of(name)) for name in ("n1", "n2"))
    await one.start()
    await two.start()
    await one.take(ROOM)
    term = await broker.claim(ROOM)
    with pytest.raises(OwnedElsewhere) as elsewhere:
        await two.take(ROOM)
    assert elsewhere.value.owner == one.me
    assert await two.owners_of([ROOM, "nowhere"]) == {ROOM: one.me, "nowhere": None}
    assert not await two.release(ROOM)
    assert await one.release(ROOM)
    await two.take(ROOM)
    # Who takes it raises the term: the one before can append nothing more.
    assert await broker.claim(ROOM) == term + 2
    await broker.close()
