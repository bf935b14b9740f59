"""Namespaces do what is asked, refuse clearly without root, and leave nothing behind."""

from __future__ import annotations

import asyncio
import os
import random
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from loadtests.namespaces import Network, NotPossible, Pump, SmallDisk, Weather, refuse_unless_root
from loadtests.waiting import until

ECHO = """
import asyncio
async def serve(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
async def main():
    server = await asyncio.start_server(serve, "{host}", 7)
    print("listens", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def possible() -> bool:
    try:
        refuse_unless_root(tun=True)
    except NotPossible:
        return False
    return True


needs_root = pytest.mark.skipif(not possible(), reason="namespaces need root and TUN devices")


def test_without_root_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NotPossible, match="needs root"):
        refuse_unless_root()


async def pumped(weather: Weather, count: int, *, queue: int = 1000, seed: int = 1) -> tuple[Pump, list[bytes]]:
    """Packets through a pump between two pairs of datagram pipes."""
    import socket

    pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(2)]
    (feed, source), (target, drain) = pairs
    for end in (feed, source, target, drain):
        end.setblocking(False)
    pump = Pump(source.fileno(), target.fileno(), weather, random.Random(seed), queue=queue)
    try:
        for number in range(count):
            feed.send(b"%d" % number)
            if number % 32 == 31:
                await asyncio.sleep(0)
        assert await until(lambda: pump.carried + pump.lost + pump.overflowed == count, 2, every=0.001)
        came: list[bytes] = []
        while len(came) < pump.carried:
            came.append(drain.recv(100))
        return pump, came
    finally:
        pump.stop()
        for end in (feed, source, target, drain):
            end.close()


async def test_loss_is_what_was_asked_for_and_the_same_again() -> None:
    first, came = await pumped(Weather(loss=0.3), 200)
    assert 0.2 < first.lost / 200 < 0.4
    assert len(came) == first.carried == 200 - first.lost
    _, again = await pumped(Weather(loss=0.3), 200)
    assert came == again
    _, other = await pumped(Weather(loss=0.3), 200, seed=2)
    assert came != other


async def test_a_full_queue_loses_what_comes_last() -> None:
    pump, came = await pumped(Weather(delay=0.05), 50, queue=20)
    assert pump.overflowed == 30
    assert came == [b"%d" % number for number in range(20)]


async def test_jitter_lets_packets_overtake() -> None:
    _, came = await pumped(Weather(jitter=0.02), 100)
    assert sorted(came, key=int) == [b"%d" % number for number in range(100)]
    assert came != sorted(came, key=int)


@needs_root
async def test_a_network_is_slow_lossy_and_gone_afterwards() -> None:
    async with Network(Weather(delay=0.05)) as network:
        server = await asyncio.create_subprocess_exec(
            *(*network.through, sys.executable, "-c", ECHO.format(host=network.inside)), stdout=asyncio.subprocess.PIPE
        )
        try:
            assert server.stdout is not None
            assert await server.stdout.readline() == b"listens\n"
            reader, writer = await asyncio.open_connection(network.inside, 7)
            loop = asyncio.get_running_loop()
            begun = loop.time()
            writer.write(b"hello")
            assert await reader.readexactly(5) == b"hello"
            assert 0.1 <= loop.time() - begun < 0.5
            network.weather.delay, network.weather.loss = 0.0, 1.0
            writer.write(b"never heard")
            assert await until(lambda: sum(pump.lost for pump in network.pumps) >= 1, 2)
            writer.transport.abort()
        finally:
            server.kill()
            await server.wait()
        assert network.outside in addresses()
    assert network.outside not in addresses()


@needs_root
async def test_a_small_disk_is_full_when_filled(tmp_path: Path) -> None:
    async with SmallDisk(tmp_path / "disk", 1 << 20) as disk:
        assert mounted(disk.path)
        assert disk.free() > 900_000
        disk.fill()
        assert disk.free() == 0
        with pytest.raises(OSError, match="No space"):
            (disk.path / "more").write_bytes(b"x" * 8192)
        disk.clear()
        assert disk.free() > 900_000
    assert not mounted(disk.path)


@needs_root
def test_a_small_disk_goes_with_who_held_it(tmp_path: Path) -> None:
    made = f"SmallDisk(Path({str(tmp_path / 'disk')!r}), 1 << 20)"
    ended(made, "disk.path", "disk")
    assert not mounted(tmp_path / "disk")


@needs_root
def test_a_network_goes_with_who_held_it() -> None:
    assert ended("Network()", "network.outside", "network") not in addresses()


def ended(made: str, shown: str, name: str) -> str:
    """Make it in a process that is killed, which cleans nothing up by itself; what that had to show of it."""
    code = (
        "import asyncio, os, sys\n"
        "from pathlib import Path\n"
        "from loadtests.namespaces import Network, SmallDisk\n"
        "async def main():\n"
        f"    async with {made} as {name}:\n"
        f"        print({shown}, {name}._holder.pid, flush=True)\n"
        "        os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    told, holder = done.stdout.split()
    over = select.poll()
    with suppress(ProcessLookupError):  # gone already
        over.register(os.pidfd_open(int(holder)), select.POLLIN)
        assert over.poll(5000)
    return told


def addresses() -> str:
    return subprocess.run(["ip", "-o", "-4", "address"], check=True, capture_output=True, text=True).stdout


def mounted(path: Path) -> bool:
    return path.is_mount()
