"""Two crowds on two gateways, which the model foretells: one large room, and many small ones."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, replace

from loadtests.costs_alone import Found, Sizes
from loadtests.figures import Progress, percentile
from loadtests.model import Costs, Load, needs
from loadtests.premises import Premises, heard_by, speak, told
from loadtests.spectator import Seat, Spectator, leave_all, seat_all
from loadtests.usage import Spent

NODES = ("a", "b")
FEW = 5  # people in a small room
LOUD = 2.0  # messages a second in the large room
SAID = 100.0  # messages a second in all small rooms together
TIMED = 50  # one delivery in so many is timed


async def check(place: Premises, progress: Progress, sizes: Sizes, found: Found) -> None:
    """Foretell and measure on gateways that are begun anew; each row says both. Raises NotMeasured."""
    others = await place.rooms()
    if sizes.anew:
        await place.anew()
    await place.make(["hall"])
    half = sizes.check_people // 2
    seats = [*place.seats("hall", half, "a"), *place.seats("hall", half, "b")]
    load = Load(rooms=1, people=2 * half, messages=LOUD, quiet=others)
    await _one(place, sizes, found, load, title=f"one room of {2 * half:,}", full=[seats])
    progress.say("one large room is measured")
    if sizes.anew:
        await place.anew()
    rooms = [f"quiet{number}" for number in range(sizes.quiet)]
    full = [
        [place.seats(room, FEW, NODES[(turn + at) % 2])[at] for at in range(FEW)] for turn, room in enumerate(rooms)
    ]
    load = Load(rooms=len(rooms), people=FEW, messages=SAID / len(rooms), quiet=others + 1 - len(rooms))
    await _one(place, sizes, found, load, title=f"{len(rooms):,} rooms of {FEW}", full=full)
    progress.say("many small rooms are measured")


async def _one(
    place: Premises, sizes: Sizes, found: Found, load: Load, *, title: str, full: Sequence[Sequence[Seat]]
) -> None:
    """Seat them, let them speak in turn, and hold what was spent against what was foretold."""
    flat = [seat for room in full for seat in room]
    people = await seat_all(flat, timed_every=TIMED)
    await asyncio.sleep(2.0 if sizes.anew else 0.2)
    spent = await _spoken(place, people, load, sizes, len(full))
    load = replace(load, lasting_s=spent.seconds)
    foretold = needs(Costs.of(found.figures), load, len(NODES), sizes.masters)
    memory = place.meter.memory()
    took = [seconds for each in people for seconds in each.took or ()]
    found.row(
        "checks",
        title=title,
        load=asdict(load),
        gateways=[foretold.gateways_cpu, spent.a_second("a") + spent.a_second("b")],
        busiest=[foretold.gateway_most, max(spent.a_second(name) for name in NODES)],
        redis=[foretold.redis_cpu, spent.a_second("redis")],
        worker=[foretold.worker_cpu, spent.a_second("worker")],
        database=[foretold.database_cpu, spent.a_second("database")],
        memory=[foretold.gateway_bytes, sum(memory[name] for name in NODES) / len(NODES)],
        p50=percentile(took, 0.5),
        p99=percentile(took, 0.99),
    )
    leave_all(people)
    await place.emptied(within=60)


async def _spoken(place: Premises, people: Sequence[Spectator], load: Load, sizes: Sizes, rooms: int) -> Spent:
    """A few seconds of talk, half of it at the gateway that does not own the room."""
    each = len(people) // rooms
    if rooms == 1:
        speakers, rate = [[*people[:5], *people[-5:]]], load.messages
        copies = len(people)
    else:
        speakers, rate = [[people[number * each + number // 2 % 2]] for number in range(rooms)], load.messages
        copies = each
    seconds = max(1.0 / rate, sizes.seconds * 3)
    before = heard_by(people)
    async with place.meter.over() as spent:
        said = await speak(speakers, rate=rate, seconds=seconds)
        await told(people, before, said * copies)
    return spent
