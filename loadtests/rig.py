"""What rigs share: their command line, their crowd, and the end at which the checker judges."""

from __future__ import annotations

import argparse
import asyncio
import inspect
import shutil
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import uvloop

from loadtests.behaviour import Settings, TransportName
from loadtests.checker import judge, report
from loadtests.client import Client
from loadtests.diary import dump
from loadtests.evidence import Evidence, Verdict
from loadtests.figures import Progress
from loadtests.serving import Served
from loadtests.stored import Place, head, last_told, read
from loadtests.waiting import until

# Half come by polling and go over to a websocket, as browsers behind old proxies do.
MIXED: tuple[TransportName, ...] = ("websocket", "upgrade", "websocket", "upgrade")

Run = Callable[..., Awaitable["Outcome"]]  # (data, progress, *, sizes…), with the sizes of the full form as defaults


class Outcome(Protocol):
    """What a rig came to; the first line is the figure that counts."""

    @property
    def holds(self) -> bool: ...

    def lines(self) -> list[str]: ...


def sizes_of(run: Run) -> dict[str, int | float | str | bool]:
    """The sizes that a rig can be told, with their defaults."""
    parameters = inspect.signature(run).parameters.values()
    return {each.name: each.default for each in parameters if isinstance(each.default, int | float | str)}


def command(module: str, text: str | None, run: Run, short: Mapping[str, Any]) -> int:
    """A rig's command line: an option for each size, ``--short`` for the short form; 0 if it holds."""
    parser = arguments(module, text)
    parser.add_argument("--short", action="store_true", help="the short form, in seconds; times are not judged")
    for name, default in sizes_of(run).items():
        flag, note = f"--{name.replace('_', '-')}", f"(default: {default})"
        if isinstance(default, bool):
            parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=note)
        else:
            parser.add_argument(flag, type=type(default), default=None, help=note, metavar=name[0].upper())
    given = parser.parse_args()
    sizes = dict(short) if given.short else {}
    sizes |= {name: value for name in sizes_of(run) if (value := getattr(given, name)) is not None}
    if "diaries" in inspect.signature(run).parameters:
        sizes["diaries"] = given.diaries

    async def rig(data: Path, progress: Progress) -> bool:
        outcome = await run(data, progress, **sizes)
        sys.stdout.write("".join(f"{line}\n" for line in outcome.lines()))
        return outcome.holds

    return execute(rig, given)


def arguments(module: str, text: str | None) -> argparse.ArgumentParser:
    """A parser with what every rig knows."""
    parser = argparse.ArgumentParser(prog=f"python -m loadtests.{module}", description=(text or "").split("\n")[0])
    parser.add_argument(
        "--data", type=Path, help="the server's data folder, kept afterwards (default: a temporary one)"
    )
    parser.add_argument("--diaries", type=Path, help="write the clients' diaries here as JSON lines")
    parser.add_argument("--quiet", action="store_true", help="print the figures only")
    return parser


def execute(run: Callable[[Path, Progress], Awaitable[bool]], given: argparse.Namespace) -> int:
    """Run a rig on a data folder; 0 if it holds."""
    data = given.data or Path(tempfile.mkdtemp(prefix="showfloor-rig-"))
    data.mkdir(parents=True, exist_ok=True)
    if any(data.iterdir()):
        # The ids of an earlier run would be answered with what they led to then.
        sys.stderr.write(f"{data} is not empty: a rig begins with no rooms\n")
        return 2

    async def rig() -> bool:
        ends_on_sigterm()
        return await run(data, Progress(quiet=given.quiet))

    try:
        held = uvloop.run(rig())
    finally:
        if given.data is None:
            shutil.rmtree(data, ignore_errors=True)
    sys.stdout.write("holds\n" if held else "DOES NOT HOLD\n")
    return 0 if held else 1


def ends_on_sigterm() -> None:
    """From now on SIGTERM ends the running task as Ctrl-C does: with all servers that it has started."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


async def start_all(clients: Sequence[Client], at_once: int = 50) -> None:
    """Start clients, some at once, so that the kernel's queue of new connections suffices."""
    gate = asyncio.Semaphore(at_once)

    async def start(client: Client) -> None:
        async with gate:
            await client.start()

    async with asyncio.TaskGroup() as group:
        for client in clients:
            group.create_task(start(client))


async def stop_all(clients: Sequence[Client]) -> None:
    await asyncio.gather(*(client.stop() for client in clients))


def crowd(server: Served, room: str, count: int, *, transports: Sequence[TransportName] = MIXED) -> list[Client]:
    """Clients u0, u1, … with the transports in turn."""
    return [
        server.client(room, f"u{number}", Settings(transport=transports[number % len(transports)]))
        for number in range(count)
    ]


async def until_stored(place: Place, room: str, seq: int, within: float = 30.0) -> None:
    """Wait until the database holds the room's records up to ``seq``; raises TimeoutError."""
    if not await until(lambda: head(place, room) >= seq, within, every=0.1):
        message = f"the database holds {room} only up to {head(place, room)}, not to {seq}"
        raise TimeoutError(message)


async def verdict_on(
    server: Served, room: str, clients: Sequence[Client], diaries: Path | None = None, within: float = 30.0
) -> Verdict:
    """As verdict_of, for clients of one room."""
    assert {client.room for client in clients} == {room}
    return await verdict_of(server, clients, diaries, within)


async def verdict_of(
    server: Served, clients: Sequence[Client], diaries: Path | None = None, within: float = 30.0
) -> Verdict:
    """Wait until all are caught up, each in its room, stop the server, and judge."""
    tops: dict[str, int] = {}
    for client in clients:
        await client.until_joined(within)
        tops[client.room] = max(tops.get(client.room, 0), client.place.seq)
    told: dict[str, dict[str, int]] = {}
    for room, top in tops.items():
        await until_stored(server.database, room, top, within)
        told[room] = last_told(server.database, room)
    for client in clients:
        # Not the furthest place: who joined last stands behind what hosts alone were told, where others never come.
        await client.until_at(told[client.room][client.seen.audience], within)
    await stop_all(clients)
    await server.terminate()
    records = [client.diary for client in clients]
    if diaries is not None:
        dump(records, diaries)
    return judge(Evidence(records, read(server.database), server.output, server.exits))


def tell(verdict: Verdict) -> None:
    sys.stdout.write(report(verdict) + "\n")
