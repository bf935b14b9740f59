"""The server as people run it: a process with a port and a data folder."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
import pytest_asyncio

from loadtests.behaviour import ConnectRefused, Settings
from loadtests.checker import judge
from loadtests.client import Client
from loadtests.diary import Answered
from loadtests.evidence import Evidence
from loadtests.rig import crowd, start_all, stop_all
from loadtests.serving import ROOT, Serving
from loadtests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def server(tmp_path: Path) -> AsyncIterator[Serving]:
    """For who ends it, or counts all that it holds."""
    async with Serving(tmp_path) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    async with Serving(tmp_path_factory.mktemp("shared")) as server:
        yield server


async def command(*arguments: str, **env: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of ``python -m server …`` with only these SHOWFLOOR_* set."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SHOWFLOOR_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", *arguments),
        cwd=ROOT,
        env={**clean, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_a_second_start_finds_the_same_rooms(server: Serving) -> None:
    host = await server.host("same")
    for _ in range(20):
        assert (await host.say("still here"))["ok"]
    position = host.place
    view = (await host.request("room.join", {"id": "again", "room": "same"}))["view"]
    await host.stop()
    assert await server.terminate() == 0

    await server.start()
    again = Client(server.url, server.token("same", "host", "host"), "same", user="host")
    await again.start()
    assert again.place == position
    assert again.seen.view == view
    await again.stop()


async def test_it_drains_and_exits_0_under_load(server: Serving) -> None:
    host = await server.host("drain")
    clients = [host, *crowd(server, "drain", 30)]
    await start_all(clients[1:])
    over = asyncio.Event()

    async def talk(client: Client) -> None:
        while not over.is_set():
            await client.say("x" * 200)

    talking = [asyncio.create_task(talk(client)) for client in clients[1:]]
    await clients[1].until_at(200)
    assert await server.terminate() == 0

    # Nothing that was acked is missing, and people come back by themselves.
    await server.start()
    over.set()
    await asyncio.gather(*talking)
    for client in clients:
        await client.until_joined()
    acked = max(entry.seq for client in clients for entry in client.diary.entries if isinstance(entry, Answered))
    assert host.refused is None
    await host.until_at(acked)
    await stop_all(clients)
    assert "Traceback" not in server.output


async def test_readyz_and_livez(shared: Serving) -> None:
    assert (await shared.get("/livez"))[0] == 200
    answers: list[tuple[int, bytes]] = []

    async def well() -> bool:
        answers.append(await shared.get("/readyz"))
        return answers[-1][0] == 200

    assert await until(well, 30), answers[-1]
    assert orjson.loads(answers[-1][1])["ready"] is True


async def test_readyz_says_so_while_it_drains(server: Serving) -> None:
    host = await server.host("leaving")
    clients = crowd(server, "leaving", 20)
    await start_all(clients)
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    statuses = []
    while server.process.returncode is None:
        statuses.append((await server.get("/readyz"))[0])
    assert 503 in statuses
    # Once it says so it says nothing else any more; in the end nobody listens.
    assert 200 not in statuses[statuses.index(503) :]
    assert server.process.returncode == 0
    await stop_all([host, *clients])
    server.process = None


async def test_a_token_of_another_room_does_not_open_this_one(shared: Serving) -> None:
    here = await shared.host("here")
    there = await shared.host("there")
    guest = shared.client("here", "guest", Settings(reconnect=False))
    guest.token = shared.token("there", "guest")
    with pytest.raises(ConnectRefused, match="forbidden"):
        await guest.start()

    answer = await there.request("chat.send", {"id": "x1", "room": "here", "text": "let me in"})
    assert answer["error"]["code"] == "forbidden"
    assert (await here.say())["ok"]
    for host, room in ((here, "here"), (there, "there")):
        seen = await host.request("room.join", {"id": "look", "room": room})
        assert "let me in" not in str(seen)
        await host.stop()


async def test_the_command_line_makes_tokens(shared: Serving) -> None:
    for role in ("host", "wall"):  # each takes a start of the program
        token = await shared.made("made", user="someone", role=role)
        client = Client(shared.url, token, "made", user="someone")
        await client.start()
        assert client.seen.answer["you"]["role"] == role
        assert client.seen.answer["room"]["id"] == "made"
        await client.stop()


async def test_a_token_made_while_a_room_is_live_disturbs_nobody(shared: Serving) -> None:
    host = await shared.host("live")
    guest = shared.client("live", "guest")
    await guest.start()
    over = asyncio.Event()

    async def talk() -> None:
        while not over.is_set():
            await guest.say()
            await asyncio.sleep(0.01)

    talking = asyncio.create_task(talk())
    await shared.made("live", user="another", role="moderator")
    over.set()
    await talking
    await host.until_at(guest.place.seq)
    answers = [entry for entry in guest.diary.entries if isinstance(entry, Answered)]
    assert len(answers) > 10
    assert [entry for entry in answers if not entry.ok] == []
    await stop_all([host, guest])


async def test_nothing_is_left_when_all_have_left(server: Serving) -> None:
    host = await server.host("empty")
    await host.say()
    await stop_all([host])

    async def gone() -> bool:
        idle = await server.idle()
        return idle.sockets == idle.rooms == 0

    assert await until(gone, 30)
    before = await server.idle()
    for _ in range(3):
        clients = crowd(server, "empty", 100)
        await start_all(clients)
        assert (await server.idle()).sockets == 100
        await asyncio.gather(*(client.say() for client in clients[:20]))
        await stop_all(clients)
        assert await until(gone, 30)
    verdict = judge(Evidence([], before=before, after=await server.idle()))
    # The first crowd fills caches; memory over time is for the long run to say.
    assert [fault for fault in verdict.faults["I9"] if "memory" not in fault] == []


@pytest.mark.parametrize("secret", ["", "secret", "a" * 40])
async def test_a_weak_secret_is_refused_in_one_line(tmp_path: Path, secret: str) -> None:
    code, out, err = await command("serve", "--port", "0", "--data", str(tmp_path), SHOWFLOOR_SECRET=secret)
    assert code == 2
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert "SHOWFLOOR_SECRET" in err


async def test_a_port_in_use_is_said_in_one_line(shared: Serving, tmp_path: Path) -> None:
    arguments = ("serve", "--port", str(shared.port), "--data", str(tmp_path / "other"))
    code, _, err = await command(*arguments, SHOWFLOOR_SECRET=shared.secret)
    assert code == 2
    assert len(err.strip().splitlines()) == 1
    assert str(shared.port) in err


@pytest.mark.parametrize("name", ["serve", "token", "migrate", "schema"])
async def test_help_is_true(name: str) -> None:
    code, out, _ = await command(name, "--help")
    assert code == 0
    assert f"python -m server {name}" in out
