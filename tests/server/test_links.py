import pytest

from protocols.errors import Code, Refused
from protocols.messages import Role
from server.links import LINKS_LIMIT, Link, Links, link_url
from tests.server.stores import MemoryLinks

SECRET = "kT4v9QmZ2xL7pR1sW8nB5cY3hJ6dF0gA"
NOW = 1_767_225_600


class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def table() -> MemoryLinks:
    return MemoryLinks()


@pytest.fixture
def links(table: MemoryLinks, clock: Clock) -> Links:
    return Links(table, SECRET, clock=clock)


async def refused(links: Links, signed: str) -> Code:
    with pytest.raises(Refused) as caught:
        await links.opened(signed)
    return caught.value.code


async def test_a_link_is_what_was_made(links: Links) -> None:
    made = await links.create("r1", Role.HOST, label="店长", expires_at=(NOW + 60) * 1000)
    assert await links.opened(links.signed(made)) == made
    assert (made.room, made.role, made.label, made.created_at) == ("r1", Role.HOST, "店长", NOW * 1000)


async def test_what_rests_on_a_link_stands_as_long_as_it_does(links: Links, clock: Clock) -> None:
    made = await links.create("r1", Role.ATTENDEE, expires_at=(NOW + 60) * 1000)
    gone = await links.create("r1", Role.ATTENDEE)
    assert await links.in_force(made.id) == made
    await links.revoke("r1", gone.id)
    clock.now += 60
    for link_id, code in ((made.id, Code.EXPIRED), (gone.id, Code.REVOKED), ("none", Code.UNAUTHORIZED)):
        with pytest.raises(Refused) as caught:
            await links.in_force(link_id)
        assert caught.value.code is code


async def test_a_link_fits_into_a_small_code(links: Links) -> None:
    made = await links.create("demo", Role.WALL)
    assert len(link_url("https://live.example", "demo", made.role, links.signed(made))) < 110


async def test_a_forged_link_costs_no_look_into_the_database(links: Links, table: MemoryLinks) -> None:
    made = await links.create("r1", Role.HOST)
    signed = links.signed(made)
    reads = table.reads
    other = Links(table, SECRET[::-1]).signed(made)
    for forged in (
        made.id,
        f"{made.id}.",
        f"{made.id}.x",
        signed[:-1],
        "." + signed,
        other,
        "",
        "\ud800",
        "é.é",
        "x" * 500,
    ):
        assert await refused(links, forged) is Code.UNAUTHORIZED
    assert table.reads == reads


async def test_a_link_ends_at_its_time(links: Links, clock: Clock) -> None:
    signed = links.signed(await links.create("r1", Role.HOST, expires_at=(NOW + 60) * 1000))
    clock.now += 59
    await links.opened(signed)
    clock.now += 1
    assert await refused(links, signed) is Code.EXPIRED


async def test_a_withdrawn_link_opens_nothing_and_its_joins_end(links: Links, table: MemoryLinks, clock: Clock) -> None:
    made = await links.create("r1", Role.MODERATOR)
    ended: list[str] = []
    links.on_revoked(ended.append)
    assert not links.revoked(made.id)

    await links.revoke("r1", made.id)
    assert ended == [made.id]
    assert links.revoked(made.id)
    assert await refused(links, links.signed(made)) is Code.REVOKED

    # A server that starts later knows, from the database alone.
    later = Links(table, SECRET, clock=clock)
    assert await refused(later, later.signed(made)) is Code.REVOKED
    await later.load()
    assert later.revoked(made.id)


async def test_a_link_is_withdrawn_by_its_own_room_only(links: Links) -> None:
    made = await links.create("r1", Role.HOST)
    for room, link in (("r2", made.id), ("r1", "unknown")):
        with pytest.raises(Refused) as caught:
            await links.revoke(room, link)
        assert caught.value.code is Code.NOT_FOUND
    assert not links.revoked(made.id)


async def test_what_was_withdrawn_is_forgotten_once_no_token_of_it_can_live(
    links: Links, table: MemoryLinks, clock: Clock
) -> None:
    first, second = [await links.create("r1", Role.WALL) for _ in range(2)]
    await links.revoke("r1", first.id)
    clock.now += 12 * 3600
    await links.revoke("r1", second.id)
    assert (links.revoked(first.id), links.revoked(second.id)) == (False, True)
    assert await refused(links, links.signed(first)) is Code.REVOKED

    later = Links(table, SECRET, clock=clock)
    clock.now += 1
    await later.load()
    assert (later.revoked(first.id), later.revoked(second.id)) == (False, True)


async def test_a_link_cannot_expire_in_the_past(links: Links) -> None:
    with pytest.raises(Refused, match="must be in the future"):
        await links.create("r1", Role.HOST, expires_at=NOW * 1000)


async def test_a_room_has_so_many_links_and_no_more(links: Links, table: MemoryLinks) -> None:
    for number in range(LINKS_LIMIT):
        await table.add(Link(f"l{number}", "r1", Role.ATTENDEE, None, 0))
    with pytest.raises(Refused) as caught:
        await links.create("r1", Role.HOST)
    assert caught.value.code is Code.CONFLICT
    await links.create("r2", Role.HOST)
    await links.revoke("r1", "l0")
    await links.create("r1", Role.HOST)


async def test_labels_and_those_who_acted_are_names_of_the_staff(links: Links, table: MemoryLinks) -> None:
    await links.create("r1", Role.HOST, label="店长")
    await links.create("r1", Role.ATTENDEE, label="贵宾")
    await links.create("r2", Role.HOST, label="Ann")
    table.seen = ["老李"]
    assert set(await links.names.of("r1")) == {"店长", "老李"}
    await links.create("r1", Role.MODERATOR, label="小美")
    assert set(await links.names.of("r1")) == {"店长", "老李", "小美"}


def test_a_link_stands_in_the_fragment() -> None:
    assert link_url("https://live.example", "r1", Role.HOST, "x.y") == "https://live.example/host/r1#link=x.y"
    assert link_url(None, "r1", Role.WALL, "x.y") == "/wall/r1#link=x.y"
    assert link_url(None, "r1", Role.ATTENDEE, "x.y") == "/r/r1#link=x.y"
