import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocols.errors import Code, Refused
from server.broker.port import Lost
from tests.server.house import ANN, BOB, CANARY, House, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def test_commands_that_were_decided_together_share_a_way(at: House) -> None:
    host = await at.room()
    sent = [at.ask(host, "chat.send", sender, id_="c", text=CANARY) for sender in (ANN, BOB)]
    places = await asyncio.gather(*sent)
    first, second = host.trace.find("c")
    assert (first.user, second.user) == ("ann", "bob")
    assert [first.seq, second.seq] == [place.seq for place in places]
    assert first.batch == second.batch
    assert (first.commands, first.records) == (2, 2)
    assert first.committed is not None
    assert first.told is not None
    assert first.received <= first.queued <= first.taken <= first.decided <= first.committed <= first.told
    assert first.told <= first.acked
    assert CANARY not in repr(host.trace.ring)


async def test_refused_known_and_failed_commands_are_noted_too(at: House) -> None:
    host = await at.room()
    await at.ask(host, "chat.send", id_="c", text="hi")
    await at.ask(host, "chat.send", id_="c", text="hi")
    once, again = host.trace.find("c")
    assert (once.again, again.again, once.seq == again.seq) == (False, True, True)

    with pytest.raises(Refused):
        await at.ask(host, "chat.send", id_="c", text=f"{CANARY} other")
    *_, conflict = host.trace.find("c")
    assert (conflict.refused, conflict.committed) == (Code.ID_CONFLICT, None)

    at.broker.before = [Lost(None)]
    with pytest.raises(Refused):
        await at.ask(host, "chat.send", id_="lost", text="x")
    (failed,) = host.trace.find("lost")
    assert (failed.refused, failed.committed) == (Code.UNAVAILABLE, None)
    assert CANARY not in repr(host.trace.ring)
