"""The room's own life: made for a shop or the house, by this software or an earlier one."""

from dataclasses import replace
from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.messages import Audience
from rooms.activities.room import RoomCreated
from rooms.registry import REGISTRY
from rooms.room import Room
from tests.rooms.play import ANN, BEN, HOST, MODERATOR, Play, types

# room.created as it stood in logs before there were shops.
OLD: dict[str, Any] = {"title": "Old", "settings": {"text_length": 300}, "status": "open"}


def made(**fields: Any) -> Play:
    play = Play(created=False)
    play.do(HOST, "room.create", title="Show", **fields)
    return play


@pytest.mark.parametrize("shop", [None, "hangzhou-1"])
def test_a_room_belongs_to_the_shop_that_it_was_made_for(shop: str | None) -> None:
    play = made(shop=shop)
    assert play.room.shop == shop
    assert play.replayed().shop == shop
    assert Room.load("r1", play.room.dump()).shop == shop


def test_a_room_stays_in_its_shop() -> None:
    play = made(shop="hangzhou-1")
    with pytest.raises(Refused) as refused:
        play.do(HOST, "room.create", title="Show", shop="suzhou-2")
    assert refused.value.code is Code.CONFLICT
    with pytest.raises(Refused, match="shop does not belong here"):
        REGISTRY.command("room.configure", {"id": "c", "room": "r1", "shop": "suzhou-2"})
    assert play.room.shop == "hangzhou-1"


@pytest.mark.parametrize("shop", ["", "a b", "../x", "x" * 65, 7, ["s"]])
def test_what_is_no_id_is_no_shop(shop: object) -> None:
    with pytest.raises(Refused) as refused:
        REGISTRY.command("room.create", {"id": "c", "room": "r1", "title": "T", "shop": shop})
    assert refused.value.code is Code.INVALID


def test_an_event_from_before_there_were_shops_is_read() -> None:
    event = REGISTRY.event("room.created", 1, OLD)
    assert isinstance(event, RoomCreated)
    assert event.shop is None
    record = replace(made(shop="hangzhou-1").log[0], version=1, data=event)
    room = Room("r1")
    room.apply(record)
    assert (room.title, room.shop, room.settings.text_length) == ("Old", None, 300)


def test_a_snapshot_from_before_there_were_shops_is_read() -> None:
    state = made(shop="hangzhou-1").room.dump()
    del state["activities"]["room"]["shop"]
    room = Room.load("r1", state)
    assert (room.title, room.shop) == ("Show", None)


def rehearsed() -> tuple[Play, dict[str, Any]]:
    """A rehearsal in which one thing of each kind was begun, and what they are called."""
    play = made(shop="hangzhou-1")
    play.do(HOST, "room.configure", settings={"slow_mode_ms": 0, "photos_approved": False})
    play.do(HOST, "cue.prepare", text="A photo, please")
    play.do(HOST, "room.rehearse")
    things: dict[str, Any] = {}
    begun: dict[str, dict[str, Any]] = {
        "poll": {"question": "Which?", "kind": "single", "options": ["a", "b"], "hidden": True, "duration_ms": 9_000},
        "first": {"title": "Gift", "places": 1},
        "draw": {"title": "Lot", "winners": 1},
    }
    for word, fields in begun.items():
        created = play.do(HOST, f"{word}.create", **fields)[0].data
        things[word] = created.dump()[word] if created else ""
        play.do(HOST, f"{word}.open", **{word: things[word]})
    play.do(ANN, "photo.add", vouched=True, photo="p1", width=4, height=3, color="#ffffff")
    play.do(HOST, "poll.create", question="Whose?", kind="single", options=["Ann’s"], photos=["p1"])
    play.do(ANN, "chat.send", text="hi")
    play.do(ANN, "question.ask", text="why?")
    play.do(ANN, "poll.vote", poll=things["poll"], choices=[0])
    play.do(HOST, "poll.reveal", poll=things["poll"])
    play.do(ANN, "first.tap", first=things["first"])
    play.do(ANN, "draw.enter", draw=things["draw"])
    play.do(HOST, "draw.freeze", draw=things["draw"])
    play.do(HOST, "draw.reveal", draw=things["draw"])
    play.do(HOST, "draw.create", title="Voters", winners=1, of=things["poll"])
    play.do(HOST, "announcement.post", text="Doors at six")
    play.do(HOST, "cue.call", cue=play.view("cues", Audience.HOSTS)["sheet"][0]["cue"])
    play.do(HOST, "cue.say", text="Louder, please")
    play.do(HOST, "stage.set", scene="poll", subject=things["poll"])
    play.do(HOST, "person.role", user=BEN.id, role="moderator")
    play.do(HOST, "person.kick", user=ANN.id)
    return play, things


def test_a_rehearsal_is_told_to_all_and_cleared_whole() -> None:
    play, things = rehearsed()
    assert play.view("room")["rehearsal"]
    upto = play.room.seq
    (cleared,) = play.do(HOST, "room.clear")
    assert (cleared.type, cleared.audience, cleared.seq) == ("room.cleared", Audience.EVERYONE, upto + 1)
    names = cleared.data.dump()["names"] if cleared.data else {}
    assert set(names) == set(things.values())
    hosts = play.room.view(Audience.HOSTS)
    assert not hosts["room"]["rehearsal"]
    (poll,) = hosts["polls"]["polls"]
    assert (poll["poll"], poll["status"], poll["hidden"]) == (names[things["poll"]], "draft", True)
    (first,) = hosts["firsts"]["firsts"]
    assert (first["first"], first["status"], first["taken"]) == (names[things["first"]], "draft", 0)
    drawn, voters = hosts["draws"]["draws"]
    assert (drawn["draw"], drawn["status"], drawn["won"]) == (names[things["draw"]], "draft", [])
    assert voters["of"] == poll["poll"]
    assert [each["called_at"] for each in hosts["cues"]["sheet"]] == [None]
    assert (hosts["cues"]["on"], hosts["announcements"]["current"], hosts["stage"]["scene"]) == (None, None, "auto")
    assert (hosts["chat"]["messages"], hosts["questions"]["questions"], hosts["photos"]["photos"]) == ([], [], [])
    assert [each["user"] for each in hosts["people"]["roles"]] == [BEN.id]
    assert play.room.settings.photos_approved is False
    assert play.room.mine(ANN.id) == {}
    assert (play.room.due(), play.room.shop, play.room.seqs_of(ANN.id)) == (None, "hangzhou-1", ())
    for gone in (ANN.id, "Louder", "Doors at six"):
        assert gone not in str(play.log)
    assert play.replayed().dump() == Room.load("r1", play.room.dump()).dump() == play.room.dump()
    # What is sent late finds nothing.
    late: dict[str, dict[str, Any]] = {"poll.vote": {"choices": [0]}, "first.tap": {}, "draw.enter": {}}
    for word, fields in late.items():
        thing = word.split(".")[0]
        once: dict[str, Any] = {thing: things[thing]}
        anew: dict[str, Any] = {thing: names[things[thing]]}
        play.do(HOST, f"{thing}.open", **anew)
        with pytest.raises(Refused) as refused:
            play.do(ANN, word, **once, **fields)
        assert refused.value.code is Code.NOT_FOUND


def test_a_rehearsal_begins_before_the_show_and_is_cleared_by_its_host() -> None:
    play = made()
    with pytest.raises(Refused, match="no rehearsal"):
        play.do(HOST, "room.clear")
    play.do(HOST, "cue.prepare", text="Question time")
    play.do(HOST, "poll.create", question="Which?", kind="rating")
    play.do(HOST, "stage.set", scene="cover")
    for who in (MODERATOR, ANN):
        with pytest.raises(Refused) as refused:
            play.do(who, "room.rehearse")
        assert refused.value.code is Code.FORBIDDEN
    assert types(play.do(HOST, "room.rehearse")) == ["room.rehearsal_started"]
    assert play.do(HOST, "room.rehearse") == []
    play.do(ANN, "chat.send", text="hi")
    with pytest.raises(Refused) as refused:
        play.do(MODERATOR, "room.clear")
    assert refused.value.code is Code.FORBIDDEN
    assert play.view("room")["rehearsal"]
    play.do(HOST, "room.clear")
    assert not play.view("room")["rehearsal"]
    play.do(ANN, "chat.send", text="for real")
    with pytest.raises(Refused) as refused:
        play.do(HOST, "room.rehearse")
    assert refused.value.code is Code.CONFLICT
    assert len(play.view("chat")["messages"]) == 1


def test_what_was_decided_on_people_before_and_in_a_rehearsal_holds() -> None:
    play = made()
    play.do(HOST, "person.ban", user="u1", name="One")
    play.do(HOST, "room.rehearse")
    play.do(HOST, "person.unban", user="u1")
    play.do(HOST, "person.ban", user="u2", name="Two")
    play.do(HOST, "person.mute", user="u3", name="Three", for_ms=1_000)
    play.wait(2_000)
    play.do(HOST, "room.clear")
    assert [each["user"] for each in play.view("people", Audience.HOSTS)["banned"]] == ["u2"]
    assert "Three" not in str(play.log)
    assert play.replayed().dump() == play.room.dump()


def test_a_snapshot_from_before_there_were_rehearsals_is_read() -> None:
    state = made().room.dump()
    for name in ("rehearsal", "rehearses_since", "cleared_at"):
        del state["activities"]["room"][name]
    room = Room.load("r1", state)
    assert (room.rehearses, room.cleared_at) == (False, 0)
