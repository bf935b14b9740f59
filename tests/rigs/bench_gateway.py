"""What the gateway costs: CPU of the server process per delivery, per acked event, per connection.

    python tests/rigs/bench_gateway.py [--clients 1000] [--rate 20] [--seconds 10]

Starts a server pinned to one core and a crowd of raw websocket clients on another, and prints one JSON line.
The figures are CPU time, so other work on the machine blurs them little.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import uvicorn  # noqa: E402
import uvloop  # noqa: E402

from protocols.closing import Closing  # noqa: E402
from protocols.frames import prepare_event  # noqa: E402
from server.gateway.application import Accepted, Ack, Recovery  # noqa: E402
from server.gateway.config import GatewayConfig  # noqa: E402
from server.gateway.conformance import conformance_app  # noqa: E402
from server.gateway.fanout import Channel  # noqa: E402
from server.gateway.gateway import Gateway  # noqa: E402
from server.gateway.listening import uvicorn_config  # noqa: E402
from server.gateway.socket import Socket  # noqa: E402

MESSAGE = json.dumps({"room": "r1", "epoch": "kQvz", "data": {"text": "x" * 100}}).encode()
ANSWER = b'{"ok":true,"position":{"epoch":"kQvz","seq":42}}'


def resident_kib() -> int:
    """Memory of this process in KiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


class Bench:
    """Fans out at a steady rate, and measures itself when a client says so."""

    namespaces = frozenset(("/",))

    def __init__(self, rate: int) -> None:
        self.channel = Channel()
        self.rate = rate
        self.started = (time.process_time(), resident_kib())
        self.task: asyncio.Task[None] | None = None
        self.events = 0
        self.event_cpu = self.event_kernel = 0.0

    async def connect(self, socket: Socket, auth: Mapping[str, Any], recovery: Recovery | None) -> Accepted:
        self.channel.add(socket)
        return Accepted()

    def receive(self, socket: Socket, name: str, args: list[Any], ack: Ack | None) -> None:
        if name == "chat.send":
            self.events += 1
            assert ack is not None
            ack(ANSWER)
        elif name == "start":
            self.events, self.event_cpu, self.event_kernel = 0, time.process_time(), os.times().system
        elif name == "stop":
            used = time.process_time() - self.event_cpu
            kernel = os.times().system - self.event_kernel
            self.report(
                us_per_event=used / self.events * 1e6,
                us_per_event_in_kernel=kernel / self.events * 1e6,
                events=self.events,
            )
        elif name == "fan-out":
            cpu, memory = self.started
            people = len(self.channel)
            self.report(
                us_per_connect=(time.process_time() - cpu) / people * 1e6,
                kib_per_connection=(resident_kib() - memory) / people,
            )
            self.task = asyncio.get_running_loop().create_task(self.fan_out(args[0], args[1]))

    def disconnected(self, socket: Socket, closing: Closing) -> None:
        if closing is Closing.SLOW_CONSUMER:
            self.report(fault="slow consumer")

    async def fan_out(self, seconds: float, batch: int) -> None:
        loop = asyncio.get_running_loop()
        prepared = prepare_event("chat.sent", [MESSAGE], offset="r1:kQvz:42:everyone")
        await asyncio.sleep(1)
        start, cpu, deliveries = loop.time(), time.process_time(), 0
        for turn in range(int(seconds * self.rate / batch)):
            await asyncio.sleep(max(0.0, start + turn * batch / self.rate - loop.time()))
            self.channel.send([prepared] * batch)
            deliveries += len(self.channel) * batch
        used = time.process_time() - cpu
        self.report(
            us_per_delivery=used / deliveries * 1e6,
            deliveries=deliveries,
            bytes=len(prepared.frame),
            core=round(used / (loop.time() - start), 3),
        )

    def report(self, **figures: Any) -> None:
        """One line for the crowd."""
        sys.stdout.write(json.dumps(figures) + "\n")
        sys.stdout.flush()


def serve(port: int, rate: int) -> None:
    """The server's process."""
    os.sched_setaffinity(0, {0})
    application = Bench(rate)
    gateway = Gateway.serving(application, GatewayConfig(ping_interval_ms=600_000, connect_timeout_ms=60_000))
    app = conformance_app(gateway)
    config = uvicorn_config(app, gateway, port=port, log_level="critical", lifespan="off", backlog=4096)
    uvicorn.Server(config).run()


class Guest(asyncio.Protocol):
    """A raw client that counts bytes and, if told to, sends an event for each ack."""

    def __init__(self) -> None:
        self.opened = asyncio.get_running_loop().create_future()
        self.received = 0
        self.left = 0
        self.done: asyncio.Future[None] | None = None
        self._head = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        transport.write(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n"
            b"Sec-WebSocket-Version: 13\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if not self.opened.done():
            self._head += data
            if b"pingInterval" in self._head and b"40{" not in self._head and self.left == 0:
                self.left = -1
                self.say(b"40")
            if b"40{" in self._head:
                self.left = 0
                self.opened.set_result(None)
        elif self.left > 0:
            self.left -= 1
            self.speak()
        elif self.done is not None and not self.done.done():
            self.done.set_result(None)

    def say(self, text: bytes) -> None:
        size = len(text)
        head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE)) + size.to_bytes(2, "big")
        self.transport.write(head + b"\0\0\0\0" + text)

    def speak(self) -> None:
        self.say(b'42%d["chat.send",{"id":"c%d","room":"r1","text":"%s"}]' % (self.left, self.left, b"x" * 90))


async def crowd(process: subprocess.Popen[bytes], port: int, options: argparse.Namespace) -> dict[str, Any]:
    """The clients' process."""
    loop = asyncio.get_running_loop()
    figures: dict[str, Any] = {}

    async def heard() -> None:
        assert process.stdout is not None
        line = await loop.run_in_executor(None, process.stdout.readline)
        figures.update(json.loads(line))

    guests: list[Guest] = []
    for _ in range(options.clients):
        guest = (await loop.create_connection(Guest, "127.0.0.1", port))[1]
        guests.append(guest)
        await guest.opened
    host = guests[0]
    host.say(b'42["fan-out",%d,%d]' % (options.seconds, options.batch))
    await heard()
    await heard()
    figures["received"] = sum(guest.received for guest in guests)
    speakers = guests[:50]
    host.say(b'42["start"]')
    for guest in speakers:
        guest.done, guest.left = loop.create_future(), options.events // len(speakers) - 1
        guest.speak()
    await asyncio.gather(*(guest.done for guest in speakers if guest.done))
    host.say(b'42["stop"]')
    await heard()
    for guest in guests:
        guest.transport.abort()
    return figures


def main() -> None:
    """Runs both sides."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=20, help="messages a second")
    parser.add_argument("--batch", type=int, default=1, help="messages that fall into one write")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--events", type=int, default=20_000, help="acked events in")
    parser.add_argument("--port", type=int, default=38471)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.port, options.rate)
        return
    command = [sys.executable, __file__, "--serve", "--port", str(options.port), "--rate", str(options.rate)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    try:
        time.sleep(2)
        if os.cpu_count() != 1:
            os.sched_setaffinity(0, {1})
        figures = uvloop.run(crowd(process, options.port, options))
        sys.stdout.write(json.dumps(figures) + "\n")
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    main()
