"""Rooms of the kernel's own for a rig: a network with delay and loss, a disk that is soon full.

    async with Network(Weather(delay=0.15, loss=0.3)) as network:
        Serving(data, host=network.inside, through=network.through)   # the server lives behind the bad network
    async with SmallDisk(data / "disk", 24 << 20) as disk:
        Serving(disk.path)

Both need root, and refuse clearly without. Each is held by a process that ends with this one, however this one ends,
and takes addresses, devices and mounts back with it.
"""

from __future__ import annotations

import asyncio
import fcntl
import heapq
import ipaddress
import os
import random
import struct
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

TUN = Path("/dev/net/tun")
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
MTU = 1500
QUEUE = 1000  # packets on their way in one direction; more are lost, as in a router
NETWORKS = ipaddress.IPv4Network("10.213.0.0/16")  # one of its /30 for each namespace
_names = count()


class NotPossible(Exception):
    """This machine or user cannot make namespaces; the text says why."""


def refuse_unless_root(*, tun: bool = False) -> None:
    """Raises NotPossible."""
    if os.geteuid() != 0:
        message = "a namespace of its own needs root: run this rig as root (sudo), or leave it out"
        raise NotPossible(message)
    if tun and not os.access(TUN, os.R_OK | os.W_OK):
        message = f"{TUN} is not there: the kernel has no TUN devices here"
        raise NotPossible(message)


class Holder:
    """A process that keeps what its script has made for as long as its standard input is open; then it undoes it."""

    def __init__(self, *command: str) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Raises NotPossible if the kernel refuses."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C is for the rig, which then still needs what is held
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        if await self._process.stdout.readline() != b"held\n":
            why = (await self._process.stderr.read()).decode().strip()
            await self.stop()
            message = f"the kernel refuses: {why}"
            raise NotPossible(message)

    async def stop(self) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            await self._process.wait()


def run(*command: str) -> None:
    """A command of the system, with its own words if it fails. Raises NotPossible."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        message = f"{' '.join(command)}: {done.stderr.strip()}"
        raise NotPossible(message)


@dataclass(slots=True)
class Weather:
    """One-way delay and jitter in seconds, and the share of packets lost, in each direction; may change at any time."""

    delay: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0


class Pump:
    """Carries packets from one device to another, late, out of order if the jitter makes it so, and not all of them."""

    def __init__(self, source: int, target: int, weather: Weather, luck: random.Random, *, queue: int = QUEUE) -> None:
        self.carried = self.lost = self.overflowed = 0
        self._source, self._target = source, target
        self._weather, self._luck, self._queue = weather, luck, queue
        self._on_their_way: list[tuple[float, int, bytes]] = []
        self._order = count()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._loop.add_reader(source, self._read)

    def stop(self) -> None:
        self._loop.remove_reader(self._source)
        self._on_their_way.clear()
        if self._timer is not None:
            self._timer.cancel()

    def __len__(self) -> int:
        return len(self._on_their_way)

    def _read(self) -> None:
        for _ in range(64):  # then others have their turn
            try:
                packet = os.read(self._source, MTU + 64)
            except (BlockingIOError, InterruptedError):
                break
            weather = self._weather
            if self._luck.random() < weather.loss:
                self.lost += 1
            elif len(self._on_their_way) >= self._queue:
                self.overflowed += 1
            else:
                due = self._loop.time() + weather.delay + self._luck.uniform(0, weather.jitter)
                heapq.heappush(self._on_their_way, (due, next(self._order), packet))
        self._write()

    def _write(self) -> None:
        now, waiting = self._loop.time(), self._on_their_way
        while waiting and waiting[0][0] <= now + 0.0005:
            try:
                os.write(self._target, heapq.heappop(waiting)[2])
                self.carried += 1
            except OSError:  # a device that is down or full loses it, as any network does
                self.lost += 1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if waiting:
            self._timer = self._loop.call_at(waiting[0][0], self._write)


class Network:
    """A network namespace behind a TUN pair that is pumped here. ``outside`` is our address, ``inside`` the one there.

    ``through`` put before a command runs it inside. The pump lives in this loop: whoever blocks it stops the network.
    """

    def __init__(self, weather: Weather | None = None, *, seed: int = 1, queue: int = QUEUE) -> None:
        self.weather = weather or Weather()
        self.outside = self.inside = ""
        self.pumps: list[Pump] = []
        self._luck = random.Random(seed)
        self._queue = queue
        self._holder = Holder("unshare", "--net", "sh", "-c", "echo held; exec cat > /dev/null")
        self._devices: list[int] = []

    @property
    def through(self) -> tuple[str, ...]:
        return "nsenter", f"--target={self._holder.pid}", "--net"

    def rain(self, weather: Weather) -> None:
        """Another weather, from the next packet on."""
        self.weather.delay, self.weather.jitter, self.weather.loss = weather.delay, weather.jitter, weather.loss

    async def __aenter__(self) -> Self:
        refuse_unless_root(tun=True)
        await self._holder.start()
        try:
            self._connect()
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    def _connect(self) -> None:
        here, there = f"sf{os.getpid()}o{next(_names)}"[-15:], f"sf{os.getpid()}i{next(_names)}"[-15:]
        for name in (here, there):
            self._devices.append(_tun(name))
        network = _free_network()
        outside, inside = (str(host) for host in network.hosts())
        run("ip", "link", "set", there, "netns", str(self._holder.pid))
        run("ip", "address", "add", f"{outside}/30", "dev", here)
        run("ip", "link", "set", here, "up", "mtu", str(MTU))
        run(*self.through, "ip", "address", "add", f"{inside}/30", "dev", there)
        run(*self.through, "ip", "link", "set", there, "up", "mtu", str(MTU))
        run(*self.through, "ip", "link", "set", "lo", "up")
        self.outside, self.inside = outside, inside
        one, other = self._devices
        for source, target in ((one, other), (other, one)):
            self.pumps.append(Pump(source, target, self.weather, self._luck, queue=self._queue))

    async def _end(self) -> None:
        for pump in self.pumps:
            pump.stop()
        for device in self._devices:
            os.close(device)  # a TUN device is gone with who opened it
        self._devices.clear()
        await self._holder.stop()


def _tun(name: str) -> int:
    """A new TUN device; the descriptor at which its packets come and go."""
    device = os.open(TUN, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def _free_network() -> ipaddress.IPv4Network:
    """A /30 that no device here has; begins at a place of this process' own, so that two rigs do not meet."""
    used = subprocess.run(["ip", "-o", "-4", "address"], check=True, capture_output=True, text=True).stdout
    networks = list(NETWORKS.subnets(new_prefix=30))
    start = (os.getpid() * 7) % len(networks)
    for network in networks[start:] + networks[:start]:
        if not any(f" {host}/" in used for host in network.hosts()):
            return network
    message = f"no network of {NETWORKS} is free"
    raise NotPossible(message)


class SmallDisk:
    """A file system of so many bytes in memory, mounted at ``path`` until the end of this process at the latest."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        script = (
            'mount -t tmpfs -o "size=$2,mode=700" showfloor-rig "$1" && echo held && cat > /dev/null; umount -l "$1"'
        )
        self._holder = Holder("sh", "-c", script, "sh", str(path), str(size))

    async def __aenter__(self) -> Self:
        refuse_unless_root()
        self.path.mkdir(parents=True, exist_ok=True)
        await self._holder.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._holder.stop()

    def free(self) -> int:
        """Bytes that are free."""
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize

    def fill(self) -> None:
        """Take all the space there is."""
        with (self.path / "ballast").open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(b"\0" * 65536)
        with (self.path / "ballast").open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(b"\0" * 512)

    def clear(self) -> None:
        """Give it back."""
        (self.path / "ballast").unlink()
