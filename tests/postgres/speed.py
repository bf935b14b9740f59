"""How many records a second the projector stores, on SQLite and on PostgreSQL: ``python -m tests.postgres.speed``.

Also how long a part of the tables takes to be written anew after an erasure.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from loadtests.engines import Postgres
from protocols.messages import Audience, By, Record, Role
from rooms.activities.chat import ChatSent
from rooms.registry import REGISTRY
from server.store import postgres
from server.store.database import Database
from server.store.migrate import migrated
from server.store.projection import Projection

TEXT = "Which of the two sets has the blue crane in it, and is it there in the shop on Saturday? " * 2


def batches(rooms: int, records: int, size: int) -> Iterator[dict[str, tuple[str, list[Record]]]]:
    """Batches of ``size`` records, each from as many rooms as that takes."""
    seqs = dict.fromkeys((f"room{n}" for n in range(rooms)), 0)
    each = max(1, size // rooms)
    names = list(seqs)
    for start in range(0, records, size):
        batch: dict[str, tuple[str, list[Record]]] = {}
        for n in range(size // each):
            room = names[(start // each + n) % rooms]
            batch[room] = ("epoch", [_record(seqs[room] + k) for k in range(1, each + 1)])
            seqs[room] += each
        yield batch


def _record(seq: int) -> Record:
    by = By(f"u{seq % 50}", f"Guest {seq % 50}", Role.ATTENDEE, guest=True)
    data = ChatSent(message=f"m{seq}", text=TEXT)
    return Record(
        seq=seq,
        at=1_800_000_000_000 + seq,
        type=ChatSent.type,
        version=1,
        audience=Audience.EVERYONE,
        by=by,
        data=data,
        after=(seq - 1, seq - 1),
        command=seq.to_bytes(40),
    )


async def stored(url: str, *, rooms: int, records: int, size: int) -> float:
    """Records a second."""
    database = Database(url)
    try:
        await migrated(database)
        projection = Projection(database, REGISTRY.events)
        began = time.perf_counter()
        for batch in batches(rooms, records, size):
            async with database.writing() as connection:
                await projection.write(connection, batch)
        return records / (time.perf_counter() - began)
    finally:
        await database.close()


async def overwritten(url: str) -> tuple[float, float]:
    """Seconds to write the part of one room anew, and its size in MB."""
    database = Database(url)
    try:
        async with postgres.connected(url) as connection:
            await connection.execute("CHECKPOINT")
            tables = "SELECT tableoid::regclass FROM records WHERE room = 'room0' LIMIT 1"
            size = await connection.fetchval(f"SELECT pg_total_relation_size(({tables}))")
        async with database.writing() as transaction:
            await database.erased(transaction, ["room0"])
        began = time.perf_counter()
        assert await database.overwrite_erased()
        return time.perf_counter() - began, size / 1e6
    finally:
        await database.close()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=40_000)
    parser.add_argument("--short", action="store_true", help="a twentieth of it")
    arguments = parser.parse_args()
    records = arguments.records // 20 if arguments.short else arguments.records
    server = Postgres(durable=True)
    server.start()
    try:
        for rooms, size in ((1, 200), (20, 200), (1, 500), (200, 200)):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "rooms.sqlite"
                options = {"rooms": rooms, "records": records, "size": size}
                sqlite = asyncio.run(stored(f"sqlite+aiosqlite:///{path}", **options))
            url = asyncio.run(server.database())
            real = asyncio.run(stored(url, **options))
            say(f"{rooms} rooms, {size} a batch: SQLite {sqlite:,.0f}/s, PostgreSQL {real:,.0f}/s")
            took, size_mb = asyncio.run(overwritten(url))
            say(f"  a part with {size_mb:.1f} MB of records written anew in {took:.2f} s")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
