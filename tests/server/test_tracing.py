from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.config import SettingsError
from server.trace_socket import answering
from server.tracing import printed, traced
from tests.server.house import ANN, BOB, CANARY, HOST, House, house


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


async def lines(at: House, id_: str, room: str | None = None) -> list[str]:
    return list(printed(await traced(at.folder, id_, room)))


async def test_a_message_s_way_through_every_hop(at: House) -> None:
    host = await at.room()
    place = await at.ask(host, "chat.send", ANN, id_="c7", text=CANARY)
    async with answering(at.folder, host.trace):
        said = await lines(at, "c7")
        assert said[0] == "chat.send c7 by ann in r"
        hops = [line.split()[0] for line in said[1:]]
        assert hops == [
            *("received", "queued", "taken", "decided", "committed", "told", "answered"),
            *("projected", "snapshot", "in", "erased"),
        ]
        assert f"r:{host.live.epoch}:{place.seq}" in "\n".join(said)
        assert "not yet (the database reaches 0)" in "\n".join(said)
        await at.projector.project()
        await at.directory.save(host)
        said = await lines(at, "c7")
        assert f"projected  yes (the database reaches {place.seq})" in "\n".join(said)
        assert f"snapshot   yes (the room's snapshot reaches {place.seq})" in "\n".join(said)
    assert CANARY not in "\n".join(said)


@pytest.mark.parametrize("projected", [False, True])
async def test_an_older_one_is_found_in_log_and_database(at: House, *, projected: bool) -> None:
    host = await at.room()
    await at.ask(host, "chat.send", ANN, id_="c", text=CANARY)
    await at.ask(host, "chat.send", BOB, id_="c", text=CANARY)
    await at.room("r2")
    await at.send("chat.send", ANN, room="r2", id_="c", text=CANARY)
    if projected:
        await at.projector.project()
    said = await lines(at, "c")
    assert [line for line in said if not line.startswith(" ") and line] == [
        "chat.sent by ann in r",
        "chat.sent by bob in r",
        "chat.sent by ann in r2",
    ]
    assert sum("in the log yes" in line for line in said) == 3
    assert [line for line in await lines(at, "c", "r2") if not line.startswith(" ")] == ["chat.sent by ann in r2"]
    assert CANARY not in "\n".join(said)


async def test_the_id_of_the_message_leads_there_too_and_erased_is_said(at: House) -> None:
    host = await at.room()
    await at.ask(host, "chat.send", ANN, id_="c", text=CANARY)
    data = at.told[-1][2].data
    assert data is not None
    message = data.dump()["message"]
    assert (await lines(at, message))[0] == "chat.sent by ann in r (by the message's id)"
    await at.projector.project()
    assert (await lines(at, message))[0] == "chat.sent by ann in r (by the message's id)"
    await at.ask(host, "chat.delete", HOST, message=message)
    await at.projector.project()
    said = "\n".join(await lines(at, "c"))
    assert "erased     yes" in said


async def test_nothing_is_found_of_what_never_came(at: House, tmp_path: Path) -> None:
    await at.room()
    assert await traced(at.folder, "never", None) == []
    with pytest.raises(SettingsError, match=r"no log\.sqlite"):
        await traced(tmp_path / "nowhere", "c", None)
