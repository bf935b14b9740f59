import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.forgotten import KEPT_MS
from server.seats import Seat, Seats
from server.staff.audit import Entry
from server.store import seats as stored
from server.store.audit import StoredAudit
from server.store.seats import SeatsToForget, StoredForgotten, StoredSeats, forget_expired
from tests.server.house import ANN, CANARY, HOST, House, house
from tests.server.store.test_retention import sweep

MOST = 20_000
SECRET = "kT4v9QmZ2xL7pR1sW8nB5cY3hJ6dF0gA"


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


def seat(user: str = "ann", room: str = "r", at: int = 1_000, life: int = 1_000, **more: Any) -> Seat:
    made = Seat(room, user, f"{room}/{user}/{at}".encode(), f"salt-{at}", "n1", "Ann", None, at, at + life)
    return replace(made, **more)


async def test_the_first_stands_until_it_runs_out(at: House) -> None:
    table = StoredSeats(at.database)
    first = seat()
    assert await table.keep(first, 1_000, MOST) == first
    later = seat(at=1_500, name="Anna", number="n2", link="l1")
    known = replace(first, name="Anna", number="n2", link="l1")
    assert await table.keep(later, 1_500, MOST) == known
    assert await table.find(first.digest, 1_999) == known
    assert await table.find(later.digest, 1_999) is None
    assert await table.find(first.digest, 2_000) is None
    renewed = seat(at=2_000)
    assert await table.keep(renewed, 2_000, MOST) == renewed
    assert await table.find(renewed.digest, 2_000) == renewed


async def test_one_more_than_a_room_keeps_pushes_out_what_ends_first(at: House) -> None:
    table = StoredSeats(at.database)
    for n in range(4):
        await table.keep(seat(f"u{n}", at=1_000 + n), 1_000, 3)
    await table.keep(seat("u0", room="s"), 1_000, 3)
    found = [await table.find(f"r/u{n}/{1_000 + n}".encode(), 1_010) for n in range(4)]
    assert [each is not None for each in found] == [False, True, True, True]
    assert await table.find(b"s/u0/1000", 1_010) is not None


async def test_what_has_run_out_goes(at: House) -> None:
    table, noted = StoredSeats(at.database), StoredForgotten(at.database)
    await table.keep(seat("old"), 1_000, MOST)
    await table.keep(seat("new", life=2 * KEPT_MS), 1_000, MOST)
    await noted.add("r", b"old", 1_000)
    await noted.add("r", b"new", 2_000)
    async with at.database.writing() as connection:
        await forget_expired(at.database, connection, 1_000 + KEPT_MS)
    assert await table.find(b"r/old/1000", 0) is None
    assert await table.find(b"r/new/1000", 0) is not None
    assert [await noted.holds("r", each) for each in (b"old", b"new")] == [False, True]


async def test_retention_takes_them_along(at: House) -> None:
    await at.room()
    await StoredSeats(at.database).keep(seat(name=CANARY), 1_000, MOST)
    await sweep(at)
    assert CANARY.encode() not in at.raw("rooms.sqlite")


@pytest.mark.sqlite
async def test_who_is_forgotten_is_in_no_file(at: House) -> None:
    table = StoredSeats(at.database)
    await table.keep(seat(name=CANARY), 1_000, MOST)
    await at.database.overwrite_erased()
    assert CANARY.encode() in at.raw("rooms.sqlite")
    assert await table.forget("r", "ann")
    assert not await table.forget("r", "ann")
    assert at.database.uncut
    await at.projector.project()
    assert CANARY.encode() not in at.raw()


async def test_the_name_of_whoever_is_erased_goes_from_the_audit(at: House) -> None:
    """A guest who was made a host is in it; what accounts, keys and others did there, and elsewhere, stays."""
    table = StoredAudit(at.database)
    entry = Entry(0, 5, "ann", CANARY, "s1", "link.created", "r", {})
    others = [replace(entry, who=who, name="Kept") for who in ("bob", "st_mei", "api-k1")]
    others.append(replace(entry, name="Kept", target="another"))
    for each in (entry, *others):
        await table.add(each)
    await at.database.overwrite_erased()
    for user in ("ann", "st_mei", "api-k1"):
        await StoredSeats(at.database).forget("r", user)
    first, *rest = [(each.who, each.name) for each in reversed(await table.page(None, None, 9))]
    assert first == ("erased", "")
    assert rest == [(each.who, "Kept") for each in others]
    assert at.database.uncut
    if at.database.embedded:
        await at.projector.project()
        assert CANARY.encode() not in at.raw()


async def test_the_seat_of_whoever_is_erased_goes_with_the_projection(at: House) -> None:
    table = StoredSeats(at.database)
    await at.room()
    await at.send("chat.send", ANN, text="hello")
    await at.projector.project()
    for user in ("ann", "bob"):
        await table.keep(seat(user), 1_000, MOST)
        await StoredAudit(at.database).add(Entry(0, 5, user, CANARY, None, "room.closed", "r", {}))
    await at.send("person.erase", HOST, user="ann")
    await at.projector.project()
    assert await table.find(b"r/ann/1000", 1_000) is None
    assert await table.find(b"r/bob/1000", 1_000) is not None
    assert [each.who for each in await StoredAudit(at.database).page(None, None, 9)] == ["bob", "erased"]


async def test_seats_are_forgotten_as_soon_as_the_database_can(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(StoredSeats):
        tried = 0

        async def forget(self, room: str, user: str) -> bool:
            self.tried += 1
            if self.tried == 1:
                raise OSError("disk")
            return await super().forget(room, user)

    monkeypatch.setattr(stored, "AGAIN_S", 0)
    table = Failing(at.database)
    await table.keep(seat(), 1_000, MOST)
    waiting = SeatsToForget(table)
    task = asyncio.create_task(waiting.run())
    waiting.note("r", "ann")
    waiting.note("r", "ann")
    assert len(waiting) == 1
    while len(waiting):  # noqa: ASYNC110 - until it is done
        await asyncio.sleep(0)
    assert await table.find(b"r/ann/1000", 1_000) is None
    task.cancel()


async def test_only_so_many_wait_to_be_forgotten(at: House) -> None:
    waiting = SeatsToForget(StoredSeats(at.database), most=2)
    for user in "abc":
        waiting.note("r", user)
    assert len(waiting) == 2


async def test_two_who_ask_at_once_are_shown_one_code(at: House) -> None:
    seats = Seats(StoredSeats(at.database), SECRET)
    shown = await asyncio.gather(*(seats.code("r", "ann", number="n", name="Ann") for _ in range(5)))
    assert len(set(shown)) == 1
    assert (await seats.find("r", shown[0].code)).user == "ann"
    assert shown[0].code.replace("-", "").encode() not in at.raw()


async def test_who_was_erased_is_noted_once(at: House) -> None:
    noted = StoredForgotten(at.database)
    await noted.add("r", b"d", 1)
    await noted.add("r", b"d", 2)
    assert await noted.holds("r", b"d")
    assert not await noted.holds("s", b"d")
