"""A backup of a server under load is a server again: what it holds is whole, and clients know that they must read anew.

And a folder that has lost one of its files: what can be made again is, and it is said.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from loadtests import stored
from loadtests.client import Client
from loadtests.diary import Answered, Delivered, Joined
from loadtests.serving import Serving
from loadtests.waiting import until

ROOM = "back"


@asynccontextmanager
async def talking(clients: Sequence[Client]) -> AsyncIterator[Callable[[], None]]:
    """Everybody talks until the returned function is called, or the end."""
    over = asyncio.Event()

    async def talk(client: Client) -> None:
        while not over.is_set():
            await client.say("x" * 200)

    tasks = [asyncio.create_task(talk(client)) for client in clients]
    try:
        yield over.set
    finally:
        over.set()
        await asyncio.gather(*tasks)


def heads(folder: Path) -> tuple[int, int]:
    """Where the log ends, and where the database thinks that it does."""
    with contextlib.closing(sqlite3.connect(folder / "log.sqlite")) as log:
        (head,) = log.execute("SELECT seq FROM logs WHERE room = ?", (ROOM,)).fetchone()
    with contextlib.closing(sqlite3.connect(folder / "rooms.sqlite")) as database:
        (done,) = database.execute("SELECT max(seq) FROM checkpoints WHERE room = ?", (ROOM,)).fetchone() or (0,)
    return head, done or 0


def lose(folder: Path, name: str) -> None:
    for path in folder.glob(f"{name}*"):
        path.unlink()


def joins(client: Client, since: float = 0) -> list[Joined]:
    return [entry for entry in client.diary.entries if isinstance(entry, Joined) and entry.at > since]


def acked(client: Client) -> dict[str, Answered]:
    return {entry.id: entry for entry in client.diary.entries if isinstance(entry, Answered) and entry.ok}


async def test_an_older_backup_goes_on_in_a_new_epoch(tmp_path: Path) -> None:
    old, new, copy = tmp_path / "old", tmp_path / "new", tmp_path / "copy"
    async with Serving(old) as server:
        host = await server.host(ROOM)
        clients = [server.client(ROOM, f"u{n}") for n in range(6)]
        await asyncio.gather(*(client.start() for client in clients))
        async with talking(clients) as hush:
            await clients[0].until_at(150)
            said = await server.command("backup", str(copy), "--data", str(old))
            assert "1 rooms" in said
            # It goes on after the backup, and all of that will be lost.
            await clients[0].until_at(clients[0].place.seq + 150)
            hush()
        await server.kill()

    head, done = heads(copy)
    assert 150 <= head < clients[0].place.seq
    assert done <= head
    epoch = clients[0].place.epoch

    again = Serving(new, port=server.port, env={"SHOWFLOOR_SECRET": server.secret})
    again.secret = server.secret
    assert "records" in await again.command("restore", str(copy), "--data", str(new))
    async with again:
        for client in [host, *clients]:
            assert await until(lambda client=client: client.place.epoch != epoch and client.joined, 60)  # type: ignore[misc]
        renewed = clients[0].place.epoch
        async with talking(clients) as hush:
            await clients[0].until_at(head + 60)
            hush()
        await again.terminate()
        # The second start changes nothing.
        await again.start()
        for client in [host, *clients]:
            assert await until(lambda client=client: client.joined, 60)  # type: ignore[misc]
        position = (await clients[0].say())["position"]
        assert position["epoch"] == renewed
        for client in clients:
            await client.until_at(position["seq"])
        # Already answered before the backup: sent again it is not done again.
        first = clients[1]
        known = next(answer for answer in acked(first).values() if answer.epoch == epoch and answer.seq <= head)
        resent = await first.send("chat.send", {"text": f"#{known.id} {'x' * 200}"}, known.id)
        assert resent["position"] == {"epoch": renewed, "seq": known.seq}
        # Lost with the old folder: it is new, and gets a place of its own.
        lost = next(answer for answer in acked(first).values() if answer.epoch == epoch and answer.seq > head)
        resent = await first.send("chat.send", {"text": f"#{lost.id} {'x' * 200}"}, lost.id)
        assert resent["position"]["seq"] > position["seq"]
        await host.stop()
        await asyncio.gather(*(client.stop() for client in clients))

    told_once(clients, renewed)
    whole(new, clients, epoch, renewed, head)


def told_once(clients: Sequence[Client], renewed: str) -> None:
    for client in clients:
        changes = [(each.reason, each.epoch) for each in joins(client) if not each.recovered and each.since >= 0]
        assert changes == [("epoch", renewed)], client.user
        assert joins(client)[-1].recovered


def whole(data: Path, clients: Sequence[Client], epoch: str, renewed: str, head: int) -> None:
    rows = stored.read(data, ROOM)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    marks = Counter(row.mark for row in rows if row.type == "chat.sent")
    assert set(marks.values()) == {1}
    by_seq = {row.seq: row.mark for row in rows if row.type == "chat.sent"}
    kept = lost = new = 0
    for client in clients:
        for answer in acked(client).values():
            if (answer.epoch == epoch and answer.seq <= head) or answer.epoch == renewed:
                assert by_seq[answer.seq] == answer.id
                new += answer.epoch == renewed
                kept += answer.epoch == epoch
            else:
                lost += 1
    # Or else this test would show nothing.
    assert kept >= 100
    assert lost >= 50
    assert new >= 50
    content: dict[tuple[str, int], str] = {}
    for client in clients:
        for entry in client.diary.entries:
            if isinstance(entry, Delivered) and entry.digest:
                assert content.setdefault((entry.epoch, entry.seq), entry.digest) == entry.digest


async def test_a_lost_database_is_made_again_from_the_log(tmp_path: Path) -> None:
    async with Serving(tmp_path) as server:
        host = await server.host(ROOM)
        for n in range(20):
            await host.say(f"message {n}")
        before, epoch = host.place.seq, host.place.epoch
        await server.kill()
        lose(tmp_path, "rooms.sqlite")
        await server.start()
        assert await until(lambda: host.joined, 60)
        assert host.place.epoch == epoch
        assert joins(host)[-1].recovered
        assert await until(lambda: stored.head(tmp_path, ROOM) >= before, 60)
        assert "made again from the log" in server.output
        assert (await host.say("on"))["position"]["seq"] == before + 1
        await host.stop()
    assert [row.seq for row in stored.read(tmp_path, ROOM)] == list(range(1, before + 2))


async def test_a_lost_log_goes_on_from_the_database(tmp_path: Path) -> None:
    async with Serving(tmp_path) as server:
        host = await server.host(ROOM)
        for n in range(20):
            await host.say(f"message {n}")
        before, epoch = host.place.seq, host.place.epoch
        assert await until(lambda: stored.head(tmp_path, ROOM) >= before, 60)
        await server.kill()
        lose(tmp_path, "log.sqlite")
        await server.start()
        assert await until(lambda: host.place.epoch != epoch and host.joined, 60)
        assert [each.reason for each in joins(host) if not each.recovered] == ["first", "epoch"]
        assert "goes on from the database" in server.output
        renewed = host.place.epoch
        assert (await host.say("on"))["position"] == {"epoch": renewed, "seq": before + 1}
        await server.terminate()
        await server.start()
        assert await until(lambda: host.joined, 60)
        assert host.place.epoch == renewed
        await host.stop()
    assert [row.seq for row in stored.read(tmp_path, ROOM)] == list(range(1, before + 2))
