"""An earlier version beside the present one, on one Redis and one database, in the order of a rolling upgrade.

The earlier one (the last git tag, or ``--from REF``) runs from a copy of its files, with the same packages. It serves
first; then the present one is started beside it. People on both talk in rooms that either has made; rooms are taken
over in both directions, by a crash and by leaving; at last the earlier one leaves for good, under load. Where there is
neither tag nor history, a second copy of the present code stands for the earlier version, and the first line says so.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from loadtests.checker import report
from loadtests.client import Client
from loadtests.evidence import Verdict
from loadtests.figures import Progress, ack_times, milliseconds
from loadtests.kill import PIPELINED, talk
from loadtests.nodes import Nodes, spread
from loadtests.rig import arguments, execute, start_all, verdict_of
from loadtests.serving import RAISED, ROOT, Serving
from loadtests.waiting import until

SHORT: dict[str, Any] = {"clients": 8, "rooms": 1, "rate": 60.0, "between": 0.5, "postgres": False, "back": False}
CODE = ("protocols", "rooms", "server", "client_web/dist")
BESIDE = ("showfloor_hosting_followers", "showfloor_hosting_forwarded_total", "showfloor_hosting_rooms")
TAKEN_WITHIN = 5.0  # seconds from a crash until a room goes on elsewhere; promised are 4, and clients must notice


@dataclass(frozen=True, slots=True)
class Earlier:
    """The files of another version, and what it is."""

    folder: Path
    name: str
    same: bool  # as the present one: there was no earlier one to be had


def earlier(folder: Path, ref: str = "") -> Earlier:
    """Write out a version below ``folder``: that of ``ref``, else of the last tag, else the present one."""
    folder = folder.resolve()
    folder.mkdir(parents=True)
    wanted = ref or (_git("describe", "--tags", "--abbrev=0") or b"").decode().strip()
    packed = _git("archive", "--format=tar", wanted, "protocols", "rooms", "server") if wanted else None
    if packed is not None:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        commit = (_git("rev-parse", "--short", f"{wanted}^{{commit}}") or b"").decode().strip()
        return Earlier(folder, f"{wanted} ({commit})", same=False)
    if ref:
        message = f"there is no {ref} here"
        raise ValueError(message)
    for part in CODE:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return Earlier(folder, "a second copy of the present code, for there is no tag here", same=True)


def _git(*words: str) -> bytes | None:
    """What git prints; None if it cannot say."""
    asked = subprocess.run(["git", *words], check=False, cwd=ROOT, capture_output=True)
    return asked.stdout if asked.returncode == 0 else None


class Versions(Nodes):
    """Gateway n1 of the earlier version, n2 of the present one; the earlier one is there first."""

    def __init__(self, data: Path, old: Earlier, *, postgres: bool) -> None:
        super().__init__(data, 2, postgres=postgres, through=("env", "-C", str(old.folder)))

    @property
    def old(self) -> Serving:
        return self.gateways[0]

    def runs_from(self) -> Path:
        """The folder in which the earlier one's process really is."""
        assert self.old.process is not None
        return Path(f"/proc/{self.old.process.pid}/cwd").resolve()

    @property
    def new(self) -> Serving:
        return self.gateways[1]

    async def start(self, within: float = 60.0) -> float:
        begun = time.monotonic()
        await self._start_engines()
        for gateway in self.gateways:
            if gateway.process is None:
                await gateway.start(within)
        return time.monotonic() - begun


@dataclass(slots=True)
class Outcome:
    """What was seen. ``beside`` has figures of both while both served, ``took`` the seconds of each change."""

    old: Earlier
    runs_from: Path
    verdict: Verdict = field(default_factory=Verdict)
    beside: list[Mapping[str, float]] = field(default_factory=list)
    took: dict[str, float] = field(default_factory=dict)
    codes: list[int] = field(default_factory=list)
    acks: Sequence[float] = ()

    @property
    def faults(self) -> list[str]:
        faults = [f"the earlier one runs from {self.runs_from}"] if self.runs_from != self.old.folder else []
        for name, figures in zip(("earlier", "present"), self.beside, strict=True):
            faults += [f"the {name} one has no {what}" for what, count in figures.items() if not count]
        slow = {what: seconds for what, seconds in self.took.items() if seconds > TAKEN_WITHIN}
        faults += [f"{what}: {seconds:.1f} s" for what, seconds in slow.items()]
        return faults + [f"a gateway left with {code}" for code in self.codes if code]

    @property
    def holds(self) -> bool:
        return self.verdict.clean and not self.faults

    def lines(self) -> list[str]:
        figures = self.verdict.figures
        changes = "; ".join(f"{what} {seconds:.1f} s" for what, seconds in self.took.items())
        return [
            f"beside the present code: {self.old.name}",
            f"{figures['acked']:.0f} of {figures['sent']:.0f} sends acked, "
            f"{sum(self.verdict.counted().values())} faults; until each room was told of something again: {changes}",
            f"acks: {milliseconds(self.acks)}",
            *self.faults,
            *report(self.verdict).splitlines(),
        ]


async def figures_of(gateway: Serving) -> Mapping[str, float]:
    """How much a gateway decides and follows, from its metrics."""
    _, body = await gateway.get("/metrics")
    lines = (line.rsplit(" ", 1) for line in body.decode().splitlines() if line.startswith(BESIDE))
    return {name: float(number) for name, number in lines}


async def told_again(clients: Sequence[Client], within: float = 30.0) -> float:
    """Seconds until somebody in every room has been told of something that is said from now on."""
    begun = time.monotonic()
    tops: dict[str, int] = {}
    for client in clients:
        tops[client.room] = max(tops.get(client.room, 0), client.place.seq)

    def moved() -> bool:
        return all(any(each.place.seq > top for each in clients if each.room == room) for room, top in tops.items())

    await until(moved, within)
    return time.monotonic() - begun


async def make(nodes: Versions, *names: Sequence[str]) -> None:
    """Make rooms at each gateway."""
    key = (await nodes.command("key", "--data", str(nodes.old.data), "--label", "rig")).split()[-1]
    for gateway, theirs in zip(nodes.gateways, names, strict=True):
        headers = {"authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=gateway.url, headers=headers, timeout=30) as http:
            for name in theirs:
                wish = {"id": name, "title": name, "settings": RAISED}
                (await http.post("/api/v1/rooms", json=wish)).raise_for_status()


async def change(nodes: Versions, clients: Sequence[Client], outcome: Outcome, between: float, *, back: bool) -> None:
    """The present one dies and comes back (``back``: leaves too, as one goes back); then the earlier one leaves."""
    for crash in (True, False) if back else (True,):
        if crash:
            await nodes.new.kill()
        else:
            outcome.codes.append(await nodes.new.terminate())
        what = f"to the earlier one {'after a crash' if crash else 'as it was left'}"
        outcome.took[what] = await told_again(clients)
        await asyncio.sleep(between)
        await nodes.new.start()
        spread(clients)
        await asyncio.sleep(between)
    outcome.codes.append(await nodes.old.terminate())
    outcome.took["to the present one as it was left"] = await told_again(clients)
    await asyncio.sleep(between)


async def run(
    data: Path,
    progress: Progress,
    *,
    ref: str = "",
    clients: int = 40,
    rooms: int = 6,
    rate: float = 100.0,
    between: float = 5.0,
    size: int = 200,
    postgres: bool = True,
    back: bool = True,
) -> Outcome:
    """Serve by both, talk ``rate`` messages a second in all, change who serves, judge."""
    with tempfile.TemporaryDirectory(prefix="showfloor-earlier-") as folder:
        old = await asyncio.to_thread(earlier, Path(folder) / "code", ref)
        async with Versions(data, old, postgres=postgres) as nodes:
            outcome = Outcome(old, nodes.runs_from())
            names = [f"up{number}" for number in range(rooms * 2)]
            await make(nodes, names[:rooms], names[rooms:])
            people = [nodes.client(names[n % len(names)], f"u{n}", home=n // len(names)) for n in range(clients)]
            hosts = [nodes.client(name, f"h{n}", role="host", home=n) for n, name in enumerate(names)]
            await start_all([*hosts, *people])
            progress.say(f"{old.name}: {len(people)} talk in {len(names)} rooms of both")
            over = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                for number, client in enumerate(people):
                    pipelined = number % PIPELINED == 0
                    group.create_task(talk(client, clients / rate, size, over, pipelined=pipelined))
                await asyncio.sleep(between)
                outcome.beside = [await figures_of(gateway) for gateway in nodes.gateways]
                await change(nodes, [*hosts, *people], outcome, between, back=back)
                over.set()
            outcome.verdict = await verdict_of(nodes, [*hosts, *people], within=60)
            outcome.acks = ack_times(client.diary for client in [*hosts, *people])
    return outcome


def main() -> int:
    parser = arguments("upgrade", __doc__)
    parser.add_argument("--from", dest="ref", default="", help="a tag or commit (default: the last tag)")
    parser.add_argument("--short", action="store_true", help="the short form, in seconds")
    given = parser.parse_args()

    async def rig(data: Path, progress: Progress) -> bool:
        outcome = await run(data, progress, ref=given.ref, **(SHORT if given.short else {}))
        sys.stdout.write("".join(f"{line}\n" for line in outcome.lines()))
        return outcome.holds

    return execute(rig, given)


if __name__ == "__main__":
    raise SystemExit(main())
