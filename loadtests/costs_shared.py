"""What nodes on a Redis Cluster and a PostgreSQL spend: appends, forwarding, following, being neighbours, storing.

As in ``costs_alone``: one factor at a time, CPU of each process without what it uses at rest.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from loadtests.costs_alone import GANG, SPARSE, Found, Run, Sizes, gangs, split, talk
from loadtests.costs_check import check
from loadtests.engines import Cluster, RedisServer
from loadtests.figures import Progress
from loadtests.premises import NotMeasured, Premises, heard_by, speak, told
from loadtests.spectator import Spectator, leave_all, seat_all, sit
from loadtests.usage import Spent
from loadtests.wire import WireError

STORED = "SELECT coalesce(sum(seq), 0) FROM checkpoints"


@dataclass(frozen=True, slots=True)
class Pair:
    """Events one by one, and many of a room at once."""

    single: Run
    many: Run

    def units(self, name: str) -> tuple[float, float]:
        """Microseconds a batch and an event in it, where nobody is told: in Redis, on an owner without members."""
        return split({"write_us": 0.0, "frame_us": 0.0}, self.single, self.many, name)


async def shared(data: Path, progress: Progress, sizes: Sizes, figures: dict[str, float]) -> Found:
    """All of it; ``figures`` are those of a gateway alone. Raises NotMeasured."""
    found = Found(dict(figures), {})
    redis = Cluster(data / "redis", masters=sizes.masters) if sizes.masters > 1 else RedisServer(data / "redis")
    async with Premises(data, shared=redis) as place:
        found.figures["redis_rest_us"] = (await place.rest(sizes.seconds)).a_second("redis") / sizes.masters * 1e6
        await place.begin("a")
        await place.work()
        await _storing(place, sizes, found)
        progress.say(f"stored {found.figures['projector_rate']:,.0f} events a second in PostgreSQL")
        await place.begin("b")
        rest = await place.rest(max(sizes.seconds, sizes.tell_s))
        found.figures["shared_node_us"] = rest.a_second("a") * 1e6
        engines = found.figures["redis_rest_us"] * sizes.masters
        # Two gateways and a worker.
        found.figures["redis_node_us"] = (rest.a_second("redis") * 1e6 - engines) / 3
        found.figures["worker_rest_us"] = rest.a_second("worker") * 1e6
        found.figures["stored_rest_us"] = rest.a_second("database") * 1e6
        await _events(place, rest, sizes, found)
        progress.say(f"an acked event, alone: {found.figures['batch_us'] + found.figures['event_us']:.0f} µs")
        await _rooms(place, rest, sizes, found)
        progress.say(f"a room that is followed: {found.figures['followed_us']:.0f} µs a second")
        await _quiet(place, rest, sizes, found)
        progress.say(f"a quiet room: {found.figures['quiet_us']:.1f} µs a second and node")
        await _memory(place, sizes, found)
        try:
            await check(place, progress, sizes, found)
        except (NotMeasured, OSError, WireError, ExceptionGroup) as error:
            # The figures are worth keeping all the same.
            progress.say(f"not held against the model: {error!r}")
    return found


async def on_one_redis(data: Path, sizes: Sizes, found: Found) -> None:
    """The same events on a Redis that is no cluster, with the node's own SQLite."""
    async with Premises(data, shared=RedisServer(data / "redis"), database=False) as place:
        await place.begin("a")
        rest = await place.rest(sizes.seconds / 2)
        await _pair(place, rest, sizes, found, "Redis, owner here", at="a")


async def _storing(place: Premises, sizes: Sizes, found: Found) -> None:
    """While the database stands still events gather; then they are stored, and nothing else happens."""
    assert place.postgres is not None
    rest = await place.rest(sizes.seconds / 2)
    rooms = [f"stored{number}" for number in range(20)]
    await place.make(rooms)
    people = [[await sit(place.seats(room, 1)[0])] for room in rooms]
    await asyncio.sleep(0.5)
    size = await place.query("SELECT pg_database_size(current_database())")
    before = int(await place.query(STORED))
    await asyncio.to_thread(place.postgres.freeze)
    try:
        said = await speak(people, rate=40, seconds=sizes.kept / 800)
    finally:
        await asyncio.to_thread(place.postgres.resume)
    begun = 0.0
    async with place.meter.over() as spent:
        while (stored := int(await place.query(STORED)) - before) < said:
            if not begun and stored:
                begun, first = time.monotonic(), stored
            await asyncio.sleep(0.1)
    spent = spent.beyond(rest)
    took = time.monotonic() - begun if begun else spent.seconds
    found.figures |= {
        "projector_many_us": spent.cpu["worker"] / said * 1e6,
        "stored_many_us": spent.cpu["database"] / said * 1e6,
        "projector_rate": (said - first if begun else said) / max(took, 0.1),
    }
    await place.query("CHECKPOINT")
    found.figures["stored_bytes"] = (await place.query("SELECT pg_database_size(current_database())") - size) / said
    leave_all([room[0] for room in people])
    await place.emptied()


async def _pair(
    place: Premises, rest: Spent, sizes: Sizes, found: Found, log: str, *, at: str, listeners_at: str = ""
) -> Pair:
    """Events of rooms that belong to "a", said at a gateway, with one listener in each at another if one is named."""
    single, many = await gangs(place, at, "a", log.replace(", ", "-").replace(" ", "-"), sizes)
    flat = [each for room in many for each in room]
    quiet: list[Spectator] = []
    if listeners_at:
        rooms = sorted({each.room for room in [*single, *many] for each in room})
        quiet = await seat_all([place.seats(room, 1, listeners_at)[0] for room in rooms])
        await asyncio.sleep(0.5)
    elsewhere = heard_by(quiet)
    run = await talk(
        place, single, [each[0] for each in single], rest, rate=SPARSE / len(single), seconds=sizes.seconds
    )
    crowded = await talk(place, many, flat, rest, copies=GANG, rate=100, seconds=sizes.seconds, together=True)
    if quiet:
        await told(quiet, elsewhere, run.said + crowded.said)
    for way, each in (("alone", run), ("20 at once", crowded)):
        found.row(
            "events",
            log=log,
            way=way,
            joined=each.joined,
            event_us=each.each("a"),
            other_us=each.each("b") if "b" in each.spent.cpu else None,
            redis_us=each.each("redis"),
            worker_us=each.each("worker") if "worker" in each.spent.cpu else None,
            database_us=each.each("database") if "database" in each.spent.cpu else None,
        )
    leave_all([*flat, *(room[0] for room in single), *quiet])
    await place.emptied()
    return Pair(run, crowded)


async def _events(place: Premises, rest: Spent, sizes: Sizes, found: Found) -> None:
    """An owner with its own people; people at the other node; listeners there."""
    figures = found.figures
    memory, file = await place.redis_bytes(), place.file_bytes()
    own = await _pair(place, rest, sizes, found, "cluster, owner here", at="a")
    said = own.single.said + own.many.said
    figures["redis_event_bytes"] = (await place.redis_bytes() - memory) / said
    figures["redis_file_bytes"] = (place.file_bytes() - file) / said
    figures["batch_us"], figures["event_us"] = split(figures, own.single, own.many)
    # Now and then one event of a room at a time: what a large house with many rooms stores all day.
    figures["projector_us"] = own.single.each("worker")
    figures["stored_us"] = own.single.each("database")
    figures["redis_batch_us"], figures["redis_event_us"] = own.units("redis")

    hearing = await _pair(place, rest, sizes, found, "heard elsewhere", at="a", listeners_at="b")
    figures["heard_us"], figures["heard_event_us"] = split(figures, hearing.single, hearing.many, "b", heard=1)
    per_batch = hearing.single.each("redis") - own.single.each("redis")
    figures["redis_subscriber_us"] = max(0.0, per_batch / (hearing.single.batches / hearing.single.said))

    away = await _pair(place, rest, sizes, found, "sent on", at="b")
    listening = figures["heard_us"] + figures["heard_event_us"] + figures["write_us"]
    figures["sender_us"] = max(0.0, away.single.each("b") - listening)
    figures["owner_us"] = max(0.0, away.single.each("a") - figures["batch_us"] - figures["event_us"])
    in_redis = away.single.each("redis") - own.single.each("redis") - figures["redis_subscriber_us"]
    figures["redis_letter_us"] = max(0.0, in_redis)


async def _rooms(place: Premises, rest: Spent, sizes: Sizes, found: Found) -> None:
    """Rooms at work with one person each; then with one more at the other node."""
    figures, rooms = found.figures, [f"room{number}" for number in range(sizes.rooms)]
    await place.make(rooms)
    people = await seat_all([place.seats(room, 1)[0] for room in rooms])
    await _settle(sizes)
    owned = (await place.rest(max(sizes.seconds, sizes.tell_s))).beyond(rest)
    figures["room_us"] = owned.a_second("a") / len(rooms) * 1e6
    figures["redis_room_us"] = owned.a_second("redis") / len(rooms) * 1e6
    people += await seat_all([place.seats(room, 1, "b")[0] for room in rooms])
    await _settle(sizes)
    followed = (await place.rest(max(sizes.seconds, sizes.tell_s))).beyond(rest)
    figures["followed_us"] = followed.a_second("b") / len(rooms) * 1e6
    in_redis = followed.a_second("redis") - owned.a_second("redis")
    figures["redis_followed_us"] = in_redis / len(rooms) * 1e6
    await _neighbours(place, sizes, found)
    leave_all(people)


async def _neighbours(place: Premises, sizes: Sizes, found: Found) -> None:
    """More nodes that do nothing, while the first ones have rooms with people."""
    before = await place.rest(max(sizes.seconds, sizes.tell_s))
    more = [f"more{number}" for number in range(sizes.nodes - 2)]
    for name in more:
        await place.begin(name)
    await _settle(sizes)
    after = await place.rest(max(sizes.seconds, sizes.tell_s))
    if more:
        await place.end(*more)
    found.figures["neighbour_us"] = (after.a_second("a") - before.a_second("a")) / max(1, len(more)) * 1e6


async def _memory(place: Premises, sizes: Sizes, found: Found) -> None:
    """As ``costs_alone`` does for one node: a crowd at one of two fresh gateways, then rooms with one person each."""
    figures = found.figures
    if sizes.anew:
        await place.anew()
    figures["shared_node_bytes"] = place.meter.memory()["a"]
    await place.make(["memory"])
    rest = await place.rest(sizes.seconds)
    people = [await sit(place.seats("memory", 1)[0])]
    async with place.meter.over() as spent:
        people += await seat_all(place.seats("memory", sizes.usual, first=1))
        await _settle(sizes)  # the other node is told as well
    each = spent.beyond(rest)
    figures["shared_connection_bytes"] = spent.grown["a"] / sizes.usual
    figures["shared_join_us"] = (each.cpu["a"] + each.cpu["b"]) / sizes.usual * 1e6
    rooms = [f"memory{number}" for number in range(sizes.rooms)]
    async with place.meter.over() as spent:
        await place.make(rooms)
        people += await seat_all([place.seats(room, 1)[0] for room in rooms])
    grown = spent.grown["a"] / len(rooms) - figures["shared_connection_bytes"]
    figures["shared_room_bytes"] = max(0.0, grown)
    leave_all(people)


async def _quiet(place: Premises, rest: Spent, sizes: Sizes, found: Found) -> None:
    """Rooms that only lie there: made, and left by nodes that are begun anew."""
    figures = found.figures
    memory = await place.redis_bytes()
    rooms = [f"quiet{number}" for number in range(sizes.quiet)]
    await place.make(rooms[::2])
    await place.make(rooms[1::2], "b")
    figures["redis_room_bytes"] = (await place.redis_bytes() - memory) / len(rooms)
    names = tuple(place.gateways)
    if sizes.anew:
        await place.anew()
    await _settle(sizes)
    lying = await place.rest(max(sizes.seconds, sizes.tell_s))
    nodes, all_rooms = len(names), await place.rooms()
    spent = lying.beyond(rest)
    figures["quiet_us"] = spent.a_second("a") / all_rooms * 1e6
    figures["redis_quiet_us"] = spent.a_second("redis") / all_rooms / nodes * 1e6
    async with place.meter.over() as opening:
        people = await seat_all([place.seats(room, 1)[0] for room in rooms[: sizes.rooms]])
    each = opening.beyond(lying).cpu["a"] / min(sizes.rooms, len(rooms)) * 1e6
    figures["open_us"] = max(0.0, each - figures["join_us"])
    leave_all(people)
    await place.emptied()


async def _settle(sizes: Sizes) -> None:
    """Until what has just begun has been told and looked at."""
    if sizes.anew:
        await asyncio.sleep(2.0)
