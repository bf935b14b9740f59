from dataclasses import replace
from typing import Any

from protocols.messages import Audience
from rooms.room import Room
from server.lobby import Listed, Lobby, Wanted, listed, results
from tests.rooms.play import ANN, BEN, HOST, Play
from tests.server.lobby_tables import MemoryRooms


def kept(number: int, shop: str | None = "s1", status: Any = "open") -> Listed:
    return Listed(f"k{number}", f"Room {number}", status, shop, number, number)


def at_work(room: str, shop: str | None = "s1", at: int = 1_000_000) -> Room:
    play = Play(created=False)
    play.room.id = room
    play.now = at
    play.do(HOST, "room.create", title=f"At work {room}", shop=shop)
    return play.room


async def ids(lobby: Lobby, **wanted: Any) -> tuple[list[str], bool]:
    rooms, more = await lobby.page(Wanted(**wanted))
    return [room.id for room in rooms], more


async def test_pages_go_through_all_rooms_once() -> None:
    lobby = Lobby(MemoryRooms(*(kept(number) for number in range(1, 8))), at_work=lambda: [])
    seen: list[str] = []
    before, more = None, True
    while more:
        page, more = await lobby.page(Wanted(limit=3, before=before))
        seen += [room.id for room in page]
        before = page[-1].active_at
    assert seen == [f"k{number}" for number in range(7, 0, -1)]


async def test_a_room_at_work_is_called_as_it_is_called_now() -> None:
    lobby = Lobby(MemoryRooms(kept(1), kept(2), replace(kept(3), id="new")), at_work=lambda: [at_work("new")])
    assert await lobby.titles({"k1", "new", "gone"}) == {"k1": "Room 1", "new": "At work new"}
    assert await lobby.titles({"new"}) == {"new": "At work new"}


async def test_a_room_that_was_just_made_is_there_before_the_database_has_it() -> None:
    lobby = Lobby(MemoryRooms(kept(1)), at_work=lambda: [at_work("new")])
    assert await ids(lobby) == (["new", "k1"], False)
    assert await ids(lobby, limit=1) == (["new"], True)
    assert await ids(lobby, limit=1, before=1_000_000) == (["k1"], False)


async def test_a_room_at_work_is_listed_once_and_as_it_is() -> None:
    lobby = Lobby(MemoryRooms(kept(1), kept(2), kept(3)), at_work=lambda: [at_work("k1", at=10)])
    rooms, _ = await lobby.page(Wanted())
    assert [(room.id, room.title) for room in rooms] == [
        ("k1", "At work k1"),
        ("k3", "Room 3"),
        ("k2", "Room 2"),
    ]
    # It stands where it is now, not again where it was.
    assert await ids(lobby, before=4) == (["k3", "k2"], False)


async def test_a_room_at_work_but_quiet_comes_on_its_own_page() -> None:
    table = MemoryRooms(*(kept(number) for number in range(5, 9)))
    lobby = Lobby(table, at_work=lambda: [at_work("old", at=2)])
    assert await ids(lobby, limit=2) == (["k8", "k7"], True)
    assert await ids(lobby, limit=2, before=7) == (["k6", "k5"], True)
    assert await ids(lobby, limit=2, before=5) == (["old"], False)


async def test_only_what_is_wanted() -> None:
    rooms = [at_work("mine"), at_work("theirs", "s2"), at_work("house", None)]
    table = MemoryRooms(kept(1), kept(2, "s2"), kept(3, None), kept(4, status="closed"))
    lobby = Lobby(table, at_work=lambda: rooms)
    assert await ids(lobby, shops=["s1"]) == (["mine", "k4", "k1"], False)
    assert await ids(lobby, shops=["s1"], status="closed") == (["k4"], False)
    assert await ids(lobby, shops=[]) == ([], False)
    assert len((await ids(lobby))[0]) == 7


async def test_the_end_of_a_page_parts_none_of_the_same_instant() -> None:
    same = [Listed(f"s{n}", "T", "open", None, 5, 5) for n in range(4)]
    lobby = Lobby(MemoryRooms(kept(9), *same, kept(1)), at_work=lambda: [])
    assert await ids(lobby, limit=2) == (["k9", "s0", "s1", "s2", "s3"], True)
    assert await ids(lobby, limit=2, before=5) == (["k1"], False)


def test_a_room_is_listed_as_it_is() -> None:
    assert listed(at_work("r", "s1")) == Listed("r", "At work r", "open", "s1", 1_000_000, 1_000_000)


def test_results_are_what_the_room_shows() -> None:
    play = Play()

    def made(**fields: Any) -> str:
        poll: str = play.do(HOST, "poll.create", **fields)[0].data.poll  # type: ignore[union-attr]
        return poll

    choice = made(question="Which?", kind="multi", options=["a", "b", "c"], max_choices=2, hidden=True)
    rating = made(question="How?", kind="rating")
    made(question="Not yet", kind="single", options=["a", "b"])
    for poll in (choice, rating):
        play.do(HOST, "poll.open", poll=poll)
    play.do(ANN, "poll.vote", poll=choice, choices=[0, 2])
    play.do(BEN, "poll.vote", poll=choice, choices=[2])
    play.do(ANN, "poll.vote", poll=rating, choices=[5])
    play.do(HOST, "poll.close", poll=rating)
    first, second = results(play.view("polls", Audience.HOSTS)["polls"])
    assert (first["id"], first["status"], first["voters"]) == (choice, "open", 2)
    assert first["options"] == [
        {"id": 0, "text": "a", "votes": 1},
        {"id": 1, "text": "b", "votes": 0},
        {"id": 2, "text": "c", "votes": 2},
    ]
    assert (second["status"], second["closed_at"]) == ("closed", play.now)
    assert second["options"][-1] == {"id": 5, "text": "5", "votes": 1}
    assert sum(option["votes"] for option in second["options"]) == 1
