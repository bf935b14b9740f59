"""What quiet rooms cost a server: python -m tests.cluster.quiet ROOMS [--redis], some minutes for 100,000.

Makes rooms of one record each, lets a server store them, starts one anew, and measures its start and its rest.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from loadtests.engines import RedisServer, free_ports
from rooms.registry import REGISTRY
from server.broker.embedded import EmbeddedBroker
from server.broker.port import Batch, Broker
from server.broker.redis import RedisBroker, client_of
from server.store.projector import Projector
from tests.server.house import House, opened_database

AT_ONCE = 500
SETTLED_S = 40.0  # after a start: it compares all rooms with the database once
REST_S = 20.0


async def fill(data: Path, rooms: int, redis: str | None) -> None:
    """Make the rooms, and store them."""
    with tempfile.TemporaryDirectory() as folder:
        house = await House(Path(folder)).open()
        await house.room("one")
        records = await house.log("one")
        await house.crash()
    log = data / "log.sqlite"
    broker: Broker = RedisBroker(client_of(redis), REGISTRY.events) if redis else EmbeddedBroker(log, REGISTRY.events)

    async def make(number: int) -> None:
        room = f"room-{number:06d}"
        await broker.publish(Batch(room, f"b{number}", 0, await broker.create(room), records))

    for start in range(0, rooms, AT_ONCE):
        await asyncio.gather(*(make(number) for number in range(start, min(rooms, start + AT_ONCE))))
    database = await opened_database(data)
    await Projector(broker, database, REGISTRY.events).project()
    await database.close()
    await broker.close()


def measure(data: Path, redis: str | None) -> str:
    """Start a server, and say what it took and takes."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    settings = {"SHOWFLOOR_SECRET": secrets.token_urlsafe(32), "SHOWFLOOR_DATA": str(data)}
    settings |= {"SHOWFLOOR_REDIS_URL": redis, "SHOWFLOOR_NODE_ID": "n1"} if redis else {}
    begun = time.monotonic()
    command = [sys.executable, "-m", "server", "serve", "--port", str(port)]
    with (data / "out").open("w") as out, subprocess.Popen(command, env=os.environ | settings, stdout=out) as server:
        try:
            while not _ready(port):
                if server.poll() is not None:
                    return f"ended with {server.returncode}"
                time.sleep(0.05)
            ready, cost = time.monotonic() - begun, _cpu_s(server.pid)
            time.sleep(SETTLED_S)
            before = _cpu_s(server.pid)
            time.sleep(REST_S)
            share = (_cpu_s(server.pid) - before) / REST_S * 100
            megabytes = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
            return f"ready after {ready:.1f} s ({cost:.1f} s CPU); at rest {share:.2f} % of a core, {megabytes:.0f} MB"
        finally:
            server.terminate()


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure with as many rooms, and with none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", type=int)
    parser.add_argument("--redis", action="store_true")
    wanted = parser.parse_args()
    for rooms in (0, wanted.rooms):
        with ExitStack() as stack:
            data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = None
            if wanted.redis:
                url = stack.enter_context(RedisServer(data / "redis", free_ports(1)[0])).url
            asyncio.run(fill(data, rooms, url))
            sys.stdout.write(f"{rooms} rooms: {measure(data, url)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
