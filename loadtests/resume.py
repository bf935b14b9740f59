"""Ask to resume from thousands of random positions: each answer is complete, or says recovered: false.

Positions from the future, below zero, of another room, of an old epoch, trimmed away, at the top, anywhere, of records
that only another audience was told of; meanwhile people talk on and hosts delete. The database is the judge.
"""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.checker import told_to
from loadtests.client import Client
from loadtests.diary import digest_of
from loadtests.evidence import Stored
from loadtests.figures import Progress
from loadtests.nodes import served
from loadtests.rig import command, start_all, stop_all, until_stored
from loadtests.stored import read
from protocols.errors import Code

ROOM, OTHER = "resume", "other"
SHORT: dict[str, Any] = {"requests": 1500, "messages": 500}
AT_HAND = 300  # the room's recovery_events
ASKERS, PAUSE = 24, 0.025  # a person may send 50 commands a second
KINDS = ("future", "negative", "other room", "old epoch", "trimmed", "top", "recent", "random", "unheard", "malformed")
REASONS = frozenset({"first", "epoch", "future", "trimmed", "limit", "expired", "audience"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and its answer."""

    kind: str
    audience: str
    position: dict[str, Any]
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Every request with its answer, and what is wrong with some, in sentences."""

    asked: Sequence[Asked]
    faults: Sequence[str]
    requests: int

    @property
    def holds(self) -> bool:
        return not self.faults and len(self.asked) == self.requests

    def lines(self) -> list[str]:
        lines = [f"{len(self.asked)} answers, {len(self.faults)} faults"]
        for kind in KINDS:
            answers = [each.answer for each in self.asked if each.kind == kind]
            reasons = Counter(
                "recovered" if answer.get("recovered") else answer.get("reason") or answer["error"]["code"]
                for answer in answers
            )
            said = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
            lines.append(f"{kind}: {len(answers)} asked; {said}")
        return [*lines, *self.faults[:20]]


class Log:
    """What is stored of one room in one epoch, by audience."""

    def __init__(self, room: str, epoch: str, rows: Sequence[Stored]) -> None:
        self.room, self.epoch = room, epoch
        own = sorted((row for row in rows if (row.room, row.epoch) == (room, epoch)), key=lambda row: row.seq)
        self.told = {audience: [row for row in own if told_to(row, audience)] for audience in ("everyone", "hosts")}

    def between(self, audience: str, lo: int, hi: int) -> list[Stored]:
        """The records with lo < seq <= hi that this audience is told of."""
        rows = self.told[audience]
        start = bisect_right(rows, lo, key=lambda row: row.seq)
        return rows[start : bisect_right(rows, hi, key=lambda row: row.seq)]


def fault_in(asked: Asked, log: Log) -> str | None:
    """What is wrong with the answer, in one sentence; None if nothing."""
    answer, position = asked.answer, asked.position
    what = f"{asked.kind} {position} as {asked.audience}"
    if not answer.get("ok"):
        code = (answer.get("error") or {}).get("code")
        unlawful = asked.kind in ("negative", "malformed")
        return None if unlawful and code == Code.INVALID else f"{what}: refused with {code}"
    here = answer["position"]
    if not answer["recovered"]:
        if answer.get("reason") not in REASONS:
            return f"{what}: recovered false with the reason {answer.get('reason')}"
        if not answer.get("view"):
            return f"{what}: recovered false without a view"
        if asked.kind in ("top", "recent"):
            return f"{what}: not recovered ({answer['reason']}) although all is at hand"
        return None
    if asked.kind in ("future", "negative", "other room", "old epoch", "malformed"):
        return f"{what}: recovered true"
    return _incomplete(what, asked, here, log)


def _incomplete(what: str, asked: Asked, here: dict[str, Any], log: Log) -> str | None:
    since = asked.position["seq"]
    if (here["epoch"], asked.position["epoch"]) != (log.epoch, log.epoch) or here["seq"] < since:
        return f"{what}: recovered true at {here}"
    wanted = log.between(asked.audience, since, here["seq"])
    events = asked.answer["events"]
    missing = sorted({row.seq for row in wanted} - {event["seq"] for event in events})
    if missing:
        return f"{what}: recovered true without {missing[:5]}"
    if [event["seq"] for event in events] != [row.seq for row in wanted]:
        return f"{what}: recovered true with more than was to be told, or in another order"
    last = since
    for event, row in zip(events, wanted, strict=True):
        if not last <= event["seq"] or event["after"] > last:
            return f"{what}: {event['seq']} bears after {event['after']}, behind {last}"
        last = event["seq"]
        digest = digest_of(event["data"])
        if digest and row.digest and (digest, event["type"]) != (row.digest, row.type):
            return f"{what}: {event['seq']} holds something else than what is stored"
    return None


def position_for(kind: str, luck: random.Random, head: int, epoch: str, other: Client) -> dict[str, Any]:
    """A position of that kind; ``head`` is where the room stands about now."""
    match kind:
        case "future":
            return {"epoch": epoch, "seq": head + luck.choice((500, 10_000, 2**40))}
        case "negative":
            return {"epoch": epoch, "seq": -luck.randint(1, 1000)}
        case "other room":
            return {"epoch": other.place.epoch, "seq": luck.randint(0, other.place.seq)}
        case "old epoch":
            return {"epoch": "".join(luck.choices("abcdefghXYZ123", k=5)), "seq": luck.randint(0, head)}
        case "trimmed":
            return {"epoch": epoch, "seq": luck.randint(0, max(0, head - AT_HAND - 50))}
        case "top":
            return {"epoch": epoch, "seq": head}
        case "recent":
            return {"epoch": epoch, "seq": luck.randint(head - AT_HAND // 3, head)}
        case "malformed":
            return {"epoch": luck.choice(("", "x" * 5000, "a b", 7)), "seq": luck.choice((1.5, "3", None, True))}
        case _:
            return {"epoch": epoch, "seq": luck.randint(0, head)}


async def furnish(host: Client, people: Sequence[Client], messages: int) -> None:
    """Fill the room: talk, deleted messages with their binned twins for hosts, votes for nobody."""
    poll = await host.send("poll.create", {"question": "Which?", "kind": "single", "options": ["a", "b"]})
    assert poll.get("ok"), poll
    latest: dict[str, str] = {}

    def on_event(_client: Client, kind: str, event: dict[str, Any]) -> None:
        if kind == "chat.sent" and event["data"]:
            latest["message"] = event["data"]["message"]

    host.on_event = on_event
    for _ in range(0, messages, 7):
        await asyncio.gather(*(people[number % len(people)].say() for number in range(7)))
        if message := latest.pop("message", None):
            answer = await host.send("chat.delete", {"message": message})
            assert answer.get("ok"), answer


async def run(
    data: Path, progress: Progress, *, requests: int = 5000, messages: int = 700, seed: int = 1, nodes: int = 1
) -> Outcome:
    """Serve, fill the room, ask, judge."""
    luck = random.Random(seed)
    async with served(data, nodes) as server:
        host = await server.host(ROOM, recovery_events=AT_HAND)
        other = await server.host(OTHER)
        people = [server.client(ROOM, f"p{number}", home=number) for number in range(4)]
        askers = [
            server.client(ROOM, f"a{number}", role=("attendee", "moderator")[number % 2]) for number in range(ASKERS)
        ]
        await start_all([*people, *askers])
        await asyncio.gather(furnish(host, people, messages), *(other.say() for _ in range(20)))
        progress.say(f"the room stands at {host.place.seq}")

        asked: list[Asked] = []
        over = asyncio.Event()

        async def talk(person: Client) -> None:
            while not over.is_set():
                await person.say()
                await asyncio.sleep(0.2)

        async def ask(asker: Client) -> None:
            kind = KINDS[luck.randrange(len(KINDS))]
            position = position_for(kind, luck, host.place.seq, host.place.epoch, other)
            payload = {"id": asker.new_id(), "room": ROOM, "position": position}
            asked.append(Asked(kind, asker.seen.audience, position, await asker.request("room.join", payload)))

        async def ask_all(asker: Client, first: int) -> None:
            for _ in range(first, requests, len(askers)):
                await ask(asker)
                if len(asked) % 1000 == 0:
                    progress.say(f"{len(asked)} of {requests} answered")
                await asyncio.sleep(PAUSE)

        talkers = [asyncio.create_task(talk(person)) for person in people]
        await asyncio.gather(*(ask_all(asker, first) for first, asker in enumerate(askers)))
        over.set()
        await asyncio.gather(*talkers)
        head, epoch = max(person.place.seq for person in people), host.place.epoch
        await until_stored(server.database, ROOM, head)
        await stop_all([host, other, *people, *askers])
        log = Log(ROOM, epoch, await asyncio.to_thread(read, server.database, ROOM))
    return Outcome(asked, [fault for each in asked if (fault := fault_in(each, log))], requests)


def main() -> int:
    return command("resume", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
