"""Somebody is away while the room talks on, and comes back: all of it, in order, at once; or a clear no, and history.

Three people leave, each a room of their own. One comes back within the limits and must be given everything that was
missed. One comes back after more was said than a join may answer, one to a room that keeps less long: both must be told
so, with the reason, and find the rest by going back page by page.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from loadtests.behaviour import Place, Settings
from loadtests.checker import report, told_to
from loadtests.client import Client
from loadtests.evidence import Stored, Verdict
from loadtests.figures import Progress
from loadtests.nodes import served
from loadtests.rig import command, start_all, verdict_of
from loadtests.stored import read
from loadtests.waiting import until

SHORT: dict[str, Any] = {"missed": 300, "seconds": 6.0}
WITHIN = 2.0  # seconds from opening the connection to having all of it in hand
TALKERS = 10
BRIEF_MS = 1_000  # how long the room keeps that forgets soon
OVER = 1_800  # messages, more than one join answers
HEARSAY = 50  # messages in the room that forgets soon


@dataclass(frozen=True, slots=True)
class Return:
    """One who came back: what the join said, the seqs they have in hand now, and seconds until that."""

    who: str
    room: str
    since: int
    upto: int
    recovered: bool
    reason: str
    seen: bool  # a view came with the answer
    seqs: Sequence[int]
    took: float
    faults: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The three who came back, the one within the limits first; the checker's verdict on everybody."""

    away: float
    missed: int
    back: Sequence[Return]
    verdict: Verdict

    @property
    def faults(self) -> list[str]:
        return [f"{each.who}: {fault}" for each in self.back for fault in each.faults]

    @property
    def holds(self) -> bool:
        return not self.faults and self.verdict.clean

    def lines(self) -> list[str]:
        first, *others = self.back
        lines = [
            f"{self.away:.0f} s away, {self.missed} missed: recovered {str(first.recovered).lower()}, "
            f"{len(first.seqs)} events in {first.took * 1000:.0f} ms; {len(self.faults)} faults"
        ]
        lines += [
            f"{each.who}: recovered {str(each.recovered).lower()} {each.reason}, {len(each.seqs)} events by history "
            f"in {each.took * 1000:.0f} ms"
            for each in others
        ]
        return [*lines, *self.faults[:20], *report(self.verdict).splitlines()]


def judged(back: Return, rows: Sequence[Stored], *, whole: bool) -> Return:
    """The same with its faults: ``whole`` says that the join had to give everything."""
    faults = []
    if back.recovered != whole:
        faults.append(f"recovered {back.recovered} {back.reason}")
    if not back.recovered and not (back.reason and back.seen):
        faults.append(f"not recovered, for the reason {back.reason!r}, {'with' if back.seen else 'without'} a view")
    if whole and back.took > WITHIN:
        faults.append(f"all was in hand after {back.took:.1f} s")
    there = [
        row.seq
        for row in rows
        if row.room == back.room and back.since < row.seq <= back.upto and told_to(row, "everyone")
    ]
    if list(back.seqs) != sorted(there):
        faults.append(f"{len(back.seqs)} events in hand, the database holds {len(there)}, or the order is another")
    return replace(back, faults=faults)


async def leave(client: Client) -> Client:
    """Cut the connection; the same person for later, standing where they were, with the same diary."""
    client.cut()
    if not await until(lambda: not client.joined, 10):
        message = f"{client.user} could not leave"
        raise TimeoutError(message)
    await client.stop()
    # Of several gateways, they come back at another one.
    again = Client([*client.urls[1:], client.urls[0]], client.token, client.room, user=client.user, diary=client.diary)
    again.place, again.connection = Place(client.place.epoch, client.place.seq), client.connection
    return again


async def come_back(who: str, client: Client) -> Return:
    """Connect again and see what the join gives; without recovery go back by history to where they were."""
    since, begun = client.place.seq, time.monotonic()
    await client.start()
    answer = client.seen.answer
    recovered, upto = bool(answer["recovered"]), answer["position"]["seq"]
    events = answer["events"] if recovered else await by_history(client, since, upto)
    took = time.monotonic() - begun
    seqs = [event["seq"] for event in events]
    return Return(
        who, client.room, since, upto, recovered, answer.get("reason") or "", bool(answer.get("view")), seqs, took
    )


async def by_history(client: Client, since: int, upto: int) -> list[dict[str, Any]]:
    """The events with since < seq <= upto, page by page from the end."""
    found: list[dict[str, Any]] = []
    before = upto + 1
    while True:
        wish = {"id": client.new_id(), "room": client.room, "before": before}
        page = await client.request("room.history", wish)
        events = [event for event in page["events"] if event["seq"] > since]
        found = events + found
        if not page["more"] or len(events) < len(page["events"]) or not events:
            return found
        before = events[0]["seq"]


async def talk(talkers: Sequence[Client], count: int, seconds: float, size: int) -> None:
    """Say so many messages in that time, the first at once; all must be acked."""
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        said = []
        for number in range(count):
            await asyncio.sleep(max(0.0, begun + number * seconds / count - time.monotonic()))
            said.append(group.create_task(talkers[number % len(talkers)].say("x" * size)))
    refused = [answer for each in said if not (answer := each.result()).get("ok")]
    if refused:
        message = f"{len(refused)} messages were refused, as {refused[0]}"
        raise RuntimeError(message)
    await asyncio.sleep(max(0.0, begun + seconds - time.monotonic()))


async def run(
    data: Path,
    progress: Progress,
    *,
    missed: int = 1_000,
    seconds: float = 120.0,
    size: int = 300,
    nodes: int = 1,
) -> Outcome:
    """Serve, let three leave, talk for ``seconds``, let them come back, judge."""
    counts = {"within the limits": missed, "more than a join answers": OVER, "longer than the room keeps": HEARSAY}
    async with served(data, nodes) as server:
        clients: list[Client] = []
        people: dict[str, Client] = {}
        talkers: dict[str, list[Client]] = {}
        for number, who in enumerate(counts):
            room = f"away{number}"
            brief = {"recovery_window_ms": BRIEF_MS} if who.startswith("longer") else {}
            clients.append(await server.host(room, f"host{number}", **brief))
            people[who] = server.client(room, f"away{number}", Settings(reconnect=False))
            talkers[who] = [server.client(room, f"u{number}x{turn}") for turn in range(TALKERS)]
        await start_all([*people.values(), *(client for some in talkers.values() for client in some)])
        away = {who: await leave(person) for who, person in people.items()}
        begun = time.monotonic()
        progress.say("three have left")
        async with asyncio.TaskGroup() as group:
            for who, count in counts.items():
                group.create_task(talk(talkers[who], count, seconds, size))
        gone = time.monotonic() - begun
        back = []
        for who, person in away.items():
            back.append(await come_back(who, person))
            progress.say(f"{who}: recovered {back[-1].recovered} {back[-1].reason}, {len(back[-1].seqs)} events")
        everybody = [*clients, *away.values(), *(client for some in talkers.values() for client in some)]
        verdict = await verdict_of(server, everybody)
        rows = await asyncio.to_thread(read, server.database)
    return Outcome(gone, missed, [judged(each, rows, whole=not number) for number, each in enumerate(back)], verdict)


def main() -> int:
    return command("away", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
