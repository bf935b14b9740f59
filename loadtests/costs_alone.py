"""What a gateway on its own spends on each thing: joins, deliveries, acked events, ballots, pings, rooms, memory.

One factor at a time. CPU is that of the gateway's process, without what it uses at rest; people are spectators on
another core.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.client import Client
from loadtests.figures import Progress
from loadtests.premises import NotMeasured, Premises, answered, heard_by, speak, told
from loadtests.spectator import Seat, Spectator, leave_all, seat_all, sit
from loadtests.usage import Spent
from loadtests.waiting import until

CALM = {"SHOWFLOOR_PING_INTERVAL_MS": "60000", "SHOWFLOOR_PING_TIMEOUT_MS": "60000"}
LIVELY = {"SHOWFLOOR_PING_INTERVAL_MS": "1000"}
LONG = 400  # characters, to see what a longer text costs
VOTE_S = 0.025  # between two votes of one person: 50 commands a second are allowed
GANG = 20  # people who speak at once
LOOKS = 3  # at a server at rest
SPARSE = 200.0  # events a second in all rooms where people speak one by one


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is done; the short form shows that all of it works, not what it costs."""

    crowds: tuple[int, ...] = (10, 100, 1_000, 5_000)
    usual: int = 1_000  # the crowd that joins, votes and hears joined frames are measured with
    seconds: float = 4.0
    deliveries: float = 8_000.0  # a second at most, so that the gateway is not what limits
    rooms: int = 400
    sparse: int = 100  # rooms in which now and then somebody says something
    quiet: int = 1_000
    anew: bool = True  # gateways are begun anew where what they did before would show
    masters: int = 3
    kept: int = 4_000  # events in rooms that keep them
    nodes: int = 4
    tell_s: float = 6.0  # how long nodes are looked at that do nothing
    check_people: int = 5_000


SHORT = Sizes(
    crowds=(5, 20),
    usual=20,
    seconds=0.4,
    rooms=4,
    sparse=4,
    anew=False,
    masters=1,
    quiet=8,
    kept=80,
    nodes=2,
    tell_s=0.3,
    check_people=10,
)


@dataclass(slots=True)
class Found:
    """Figures by name, and rows of tables by the table's name."""

    figures: dict[str, float]
    rows: dict[str, list[dict[str, Any]]]

    def row(self, table: str, **values: Any) -> None:
        """One more row."""
        self.rows.setdefault(table, []).append(values)


@dataclass(frozen=True, slots=True)
class Run:
    """Something was said for a while: what it cost."""

    said: int
    batches: float
    spent: Spent

    @property
    def joined(self) -> float:
        """Events in a batch."""
        return self.said / self.batches if self.batches else 1.0

    def each(self, name: str = "a") -> float:
        """Microseconds an event."""
        return self.spent.cpu[name] / self.said * 1e6


async def talk(
    place: Premises,
    speakers: Sequence[Sequence[Spectator]],
    listeners: Sequence[Spectator],
    rest: Spent,
    *,
    owner: str = "a",
    copies: int = 1,
    **how: Any,
) -> Run:
    """Let them speak; each message is told ``copies`` times among the listeners."""
    before, batches = heard_by(listeners), (await place.numbers(owner))["hosting_batches_total"]
    async with place.meter.over() as spent:
        said = await speak(speakers, **how)
        await told(listeners, before, said * copies)
    batches = (await place.numbers(owner))["hosting_batches_total"] - batches
    return Run(said, batches, spent.beyond(rest))


async def alone(data: Path, progress: Progress, sizes: Sizes) -> Found:
    """All of it, on one server. Raises NotMeasured."""
    found = Found({}, {})
    async with Premises(data) as place:
        # In the short form one gateway does for all, and it pings as the last part needs it.
        await place.begin(**(CALM if sizes.anew else LIVELY))
        rest = await place.rest(sizes.seconds)
        found.figures["node_us"] = rest.a_second("a") * 1e6
        found.figures["node_bytes"] = place.meter.memory()["a"]
        for size in sizes.crowds:
            await _crowd(place, size, rest, sizes, found)
            progress.say(f"a room of {size}: {found.rows['deliveries'][-1]['delivery_us']:.1f} µs a delivery")
        _deliveries(found)
        await _ballots(place, rest, sizes, found)
        await _events(place, rest, sizes, found)
        progress.say(f"an acked event alone: {found.rows['events'][0]['event_us']:.0f} µs")
        if sizes.anew:
            await place.anew(**CALM)
        people = await _rooms(place, sizes, found)
        people += await _kept(place, sizes, found)
        leave_all(people)
        progress.say(f"a room at work: {found.figures['room_bytes'] / 1024:.0f} KiB")
        if sizes.anew:
            await place.anew(**LIVELY)
        await _pings(place, sizes, found)
    return found


async def _crowd(place: Premises, people: int, rest: Spent, sizes: Sizes, found: Found) -> None:
    """They join, hear single messages, and where it is the usual crowd, joined and long ones."""
    room = f"crowd{people}"
    await place.make([room])
    # The first one pays for what a room has once.
    crowd = [await sit(place.seats(room, 1)[0])]
    async with place.meter.over() as joining:
        crowd += await seat_all(place.seats(room, people - 1, first=1))
    join_us = joining.beyond(rest).cpu["a"] / (people - 1) * 1e6
    found.row("joins", people=people, join_us=join_us)
    await asyncio.sleep(1.5 if sizes.anew else 0)  # until the last of them has been told to all
    rate = min(40.0, max(1.0, sizes.deliveries / people))
    ways: list[tuple[str, dict[str, Any]]] = [("one by one", {"rate": rate})]
    if people == sizes.usual:
        found.figures["join_us"] = join_us
        ways.append((f"{GANG} at once", {"rate": min(40.0, sizes.deliveries / people * 4), "together": True}))
        ways.append((f"{LONG} characters", {"rate": rate, "text": "x" * LONG}))
    for way, how in ways:
        speakers = crowd[:GANG] if "together" in how else crowd[: min(people, 10)]
        size = sum(each.received for each in crowd)
        run = await talk(place, [speakers], crowd, rest, copies=people, seconds=sizes.seconds, **how)
        heard = run.said * people
        found.row(
            "deliveries",
            people=people,
            way=way,
            rate=run.said / run.spent.seconds,
            joined=run.joined,
            event_us=run.each(),
            delivery_us=run.each() / people,
            bytes=(sum(each.received for each in crowd) - size) / heard,
        )
    leave_all(crowd)
    await place.emptied()


def _deliveries(found: Found) -> None:
    """What one write costs, and one more frame in it: from crowds that differ in size, and from joined messages."""
    single = [row for row in found.rows["deliveries"] if row["way"] == "one by one"]
    small, large = single[0], single[-1]
    write = (large["event_us"] - small["event_us"]) / (large["people"] - small["people"])
    joined = next(row for row in found.rows["deliveries"] if row["way"].endswith("at once"))
    usual = next(row for row in single if row["people"] == joined["people"])
    # A write with k frames, for each frame: (write + (k - 1) × frame) / k.
    k = max(joined["joined"], 1.01)
    frame = (joined["event_us"] / joined["people"] - write / k) * k / (k - 1)
    found.figures |= {"write_us": write, "frame_us": max(0.0, frame), "frame_bytes": usual["bytes"]}


async def opened(place: Premises, room: str) -> tuple[Client, str]:
    """A room with an open poll whose result is hidden, so that no tally is told; its host, and the poll."""
    await place.make([room])
    polls: list[str] = []
    host = Client(
        place.gateways["a"].url,
        place.host_seat(room).token,
        room,
        user=f"{room}-host",
        on_event=lambda _client, kind, event: polls.append(event["data"]["poll"]) if kind == "poll.created" else None,
    )
    await host.start()
    question = {"question": "Which?", "kind": "single", "options": ["a", "b"], "hidden": True}
    await host.send("poll.create", question)
    if not await until(lambda: bool(polls), 10):
        raise NotMeasured("there is no poll")
    await host.send("poll.open", {"poll": polls[0]})
    return host, polls[0]


async def _ballots(place: Premises, rest: Spent, sizes: Sizes, found: Found) -> None:
    """Everybody in a room votes once, as fast as it goes."""
    host, poll = await opened(place, "ballots")
    crowd = await seat_all(place.seats("ballots", sizes.usual))
    async with place.meter.over() as spent:
        for number, voter in enumerate(crowd):
            voter.command("poll.vote", {"poll": poll, "choices": [number % 2]})
            if number % 100 == 99:
                await answered(crowd[number - 99 : number + 1])
        await answered(crowd)
    if sum(each.acked for each in crowd) != len(crowd):
        raise NotMeasured("a vote was refused")
    found.figures["vote_us"] = spent.beyond(rest).cpu["a"] / len(crowd) * 1e6
    await host.stop()
    leave_all(crowd)
    await place.emptied()


async def gangs(place: Premises, at: str, owner: str, name: str, sizes: Sizes) -> tuple[Any, Any]:
    """Many rooms with one speaker each, and four with a gang; made at their owner, the people at another gateway."""
    rooms = [f"{name}{number}" for number in range(sizes.sparse)]
    full = [f"{name}-gang{number}" for number in range(4)]
    await place.make([*rooms, *full], owner)
    single = [[each] for each in await seat_all([place.seats(room, 1, at)[0] for room in rooms])]
    many = [await seat_all(place.seats(room, GANG, at)) for room in full]
    return single, many


async def _events(place: Premises, rest: Spent, sizes: Sizes, found: Found) -> None:
    """Acked events: each alone in its batch, and many of one room at once."""
    single, many = await gangs(place, "a", "a", "events", sizes)
    flat = [each for room in many for each in room]
    run = await talk(
        place, single, [each[0] for each in single], rest, rate=SPARSE / len(single), seconds=sizes.seconds
    )
    crowded = await talk(place, many, flat, rest, copies=GANG, rate=100, seconds=sizes.seconds, together=True)
    units = split(found.figures, run, crowded)
    found.figures |= {"alone_batch_us": units[0], "alone_event_us": units[1]}
    for way, each in (("alone", run), ("20 at once", crowded)):
        found.row("events", log="SQLite", way=way, joined=each.joined, event_us=each.each())
    leave_all([*flat, *(room[0] for room in single)])
    await place.emptied()


def split(figures: dict[str, float], single: Run, many: Run, name: str = "a", heard: int = GANG) -> tuple[float, float]:
    """What a batch costs and an event in it, without telling: from events alone, and from many at once.

    The single ones are told to one listener, the many to ``heard`` (0: to nobody at that gateway).
    """
    write, frame, k = figures["write_us"], figures["frame_us"], max(many.joined, 1.01)
    one = single.each(name) - write * min(heard, 1)
    each = many.each(name) - heard * (write + (k - 1) * frame) / k
    batch = max(0.0, (one - each) / (1 - 1 / k))
    return batch, max(0.0, one - batch)


async def _kept(place: Premises, sizes: Sizes, found: Found) -> list[Spectator]:
    """Memory that events take: ballots that replace each other leave their ids alone, messages stay at hand too."""
    host, poll = await opened(place, "again")
    voters = await seat_all(place.seats("again", 2 * GANG))
    async with place.meter.over() as spent:
        for turn in range(turns := max(2, sizes.kept // len(voters))):
            begun = time.monotonic()
            for voter in voters:
                voter.command("poll.vote", {"poll": poll, "choices": [turn % 2]})
            await answered(voters)
            await asyncio.sleep(max(0.0, begun + VOTE_S - time.monotonic()))
        await _until_projected(place)
    found.figures["id_bytes"] = spent.grown["a"] / (turns * len(voters))
    await host.stop()
    rooms = [f"keeping{number}" for number in range(20)]
    await place.make(rooms)
    people = [[await sit(place.seats(room, 1)[0])] for room in rooms]
    await asyncio.sleep(0.5)
    stored = _on_disk(place.data)
    async with place.meter.over() as spent:
        said = await speak(people, rate=40, seconds=sizes.kept / 800)
        await _until_projected(place)
    found.figures["kept_bytes"] = max(0.0, spent.grown["a"] / said - found.figures["id_bytes"])
    found.figures["alone_stored_bytes"] = (_on_disk(place.data) - stored) / said
    return [*voters, *(room[0] for room in people)]


async def _until_projected(place: Premises) -> None:
    if not await place.projected("a"):
        raise NotMeasured("the database did not follow")


def _on_disk(data: Path) -> int:
    return sum(path.stat().st_size for path in data.rglob("*.sqlite"))


async def _rooms(place: Premises, sizes: Sizes, found: Found) -> list[Spectator]:
    """A crowd in one room, then rooms at work with one person each: memory, and CPU while nobody says anything.

    On a gateway that has not had other people: what these leave behind would be used again.
    """
    figures = found.figures
    await place.make(["memory"])
    crowd = [await sit(place.seats("memory", 1)[0])]
    async with place.meter.over() as spent:
        crowd += await seat_all(place.seats("memory", sizes.usual, first=1))
    figures["connection_bytes"] = spent.grown["a"] / sizes.usual
    await asyncio.sleep(1.5 if sizes.anew else 0)
    rest = await _quietest(place, sizes)
    rooms = [f"room{number}" for number in range(sizes.rooms)]
    async with place.meter.over() as spent:
        await place.make(rooms)
        crowd += await seat_all([place.seats(room, 1)[0] for room in rooms])
    figures["room_bytes"] = max(0.0, spent.grown["a"] / len(rooms) - figures["connection_bytes"])
    await asyncio.sleep(1.5 if sizes.anew else 0)
    figures["alone_room_us"] = (await _quietest(place, sizes) - rest) / len(rooms) * 1e6
    return crowd


async def _quietest(place: Premises, sizes: Sizes) -> float:
    """CPU seconds a second at rest: the least of some looks, for other work on the machine only adds to it."""
    return min([(await place.rest(sizes.seconds)).a_second("a") for _ in range(LOOKS if sizes.anew else 1)])


async def rooms_alone(data: Path, sizes: Sizes) -> Found:
    """This part by itself."""
    found = Found({}, {})
    async with Premises(data) as place:
        await place.begin(**CALM)
        leave_all(await _rooms(place, sizes, found))
    return found


async def _pings(place: Premises, sizes: Sizes, found: Found) -> None:
    """Who only listens is pinged: here each second."""
    await place.make(["pings"])
    rest = await place.rest(sizes.seconds / 2)
    crowd: list[Spectator] = await seat_all(_half(place.seats("pings", sizes.usual)))
    await asyncio.sleep(1.5)
    before = sum(each.pinged for each in crowd)
    spent = (await place.rest(sizes.seconds)).beyond(rest)
    pings = sum(each.pinged for each in crowd) - before
    found.figures["ping_us"] = spent.cpu["a"] / max(pings, 1) * 1e6
    leave_all(crowd)


def _half(seats: Sequence[Seat]) -> Sequence[Seat]:
    return seats[: max(1, len(seats) // 2)]
