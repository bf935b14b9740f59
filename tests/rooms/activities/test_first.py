"""First N: exactly so many, in the order of the log; the countdown, the barrier, who learns what."""

import json
from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.limits import DAY_MS, FIRST_PLACES, FIRST_PLACES_KEPT
from protocols.messages import Audience, By, Role
from tests.rooms.play import ANN, BEN, BOT, HOST, MODERATOR, WALL, Play, types


def created(play: Play, places: int = 3) -> str:
    record = play.do(HOST, "first.create", title="Dinosaur", places=places)[0]
    assert record.audience is Audience.HOSTS
    return str(record.data.first)  # type: ignore[union-attr]


def opened(play: Play, places: int = 3) -> str:
    first = created(play, places)
    play.do(HOST, "first.open", first=first)
    return first


def shown(play: Play, audience: Audience = Audience.EVERYONE) -> dict[str, Any]:
    first: dict[str, Any] = play.view("firsts", audience)["firsts"][-1]
    return first


def refusal(play: Play, who: By, word: str, /, **fields: Any) -> Code:
    before = play.room.dump()
    with pytest.raises(Refused) as refused:
        play.do(who, word, **fields)
    assert play.room.dump() == before
    return refused.value.code


def public(play: Play) -> str:
    """All that is told to everyone."""
    records = [
        [record.by and record.by.as_wire(), record.data and record.data.dump()]
        for record in play.log
        if record.told_to(Audience.EVERYONE)
    ]
    ticks = [tick.data for tick in play.room.ticks(Audience.EVERYONE)]
    return json.dumps([records, ticks, play.room.view(Audience.EVERYONE)], ensure_ascii=False)


def kept(play: Play) -> str:
    """All that is in the log and in a snapshot."""
    return str([play.log, play.room.dump()])


def person(number: int) -> By:
    return By(f"p{number}", f"¤P{number}", Role.ATTENDEE)


def test_a_draft_is_for_hosts() -> None:
    play = Play()
    first = created(play)
    assert play.view("firsts") == {"firsts": []}
    assert shown(play, Audience.HOSTS)["status"] == "draft"
    assert refusal(play, ANN, "first.tap", first=first) is Code.NOT_FOUND
    assert refusal(play, HOST, "first.close", first=first) is Code.CONFLICT
    assert play.do(HOST, "first.remove", first=first)[0].audience is Audience.HOSTS


def test_the_first_taps_get_the_places_and_no_others() -> None:
    play = Play()
    first = opened(play)
    tapped = play.do(ANN, "first.tap", first=first)
    assert (types(tapped), tapped[0].audience) == (["first.tapped"], Audience.HOSTS)
    assert play.do(ANN, "first.tap", first=first) == []
    play.do(BEN, "first.tap", first=first)
    last = play.do(person(3), "first.tap", first=first)
    assert types(last) == ["first.tapped", "first.closed"]
    assert last[-1].data.dump() == {"first": first, "reason": "full", "taken": 3}  # type: ignore[union-attr]
    assert (last[-1].audience, last[-1].by) == (Audience.EVERYONE, None), "who has the last place is for hosts"
    assert refusal(play, person(4), "first.tap", first=first) is Code.CLOSED
    assert play.do(ANN, "first.tap", first=first) == [], "who has a place keeps it, also when they tap again"
    assert play.room.mine(BEN.id) == {"firsts": {"places": {first: {"place": 2, "contact": None}}}}
    assert play.room.mine("p4") == {}


def test_five_thousand_taps_give_fifty_places_in_the_order_of_the_log() -> None:
    play = Play()
    first = opened(play, 50)
    late = 0
    for number in range(5_000):
        try:
            play.do(person(number * 7_919 % 5_000), "first.tap", first=first)
        except Refused as refused:
            late += refused.code is Code.CLOSED
    taps = [record for record in play.log if record.type == "first.tapped"]
    assert [record.data.place for record in taps] == list(range(1, 51))  # type: ignore[union-attr]
    assert late == 4_950
    winners = shown(play, Audience.HOSTS)["winners"]
    assert [each["name"] for each in winners] == [record.by.name for record in taps if record.by]


def test_names_are_for_hosts_alone() -> None:
    play = Play()
    first = opened(play)
    play.do(ANN, "first.tap", first=first)
    winner = {"place": 1, "name": "¤Ann", "guest": False, "at": play.now, "contact": None}
    assert shown(play, Audience.HOSTS)["winners"] == [winner]
    assert [tick.data for tick in play.room.ticks(Audience.EVERYONE)] == [{"first": first, "taken": 1}]
    assert "Ann" not in public(play)


@pytest.mark.parametrize("who", [HOST, MODERATOR, WALL, BOT])
def test_those_who_run_the_room_take_no_place(who: By) -> None:
    play = Play()
    assert refusal(play, who, "first.tap", first=opened(play)) is Code.FORBIDDEN


def test_a_countdown_opens_at_its_time() -> None:
    play = Play()
    first = created(play)
    at = play.now + 10_000
    announced = play.do(HOST, "first.open", first=first, delay_ms=10_000)
    assert announced[0].data.dump()["opens_at"] == at  # type: ignore[union-attr]
    assert refusal(play, ANN, "first.tap", first=first) is Code.CONFLICT
    assert play.replayed().due() == play.room.due() == at
    begun = play.wait(12_000)
    assert [(record.type, record.at, record.by) for record in begun] == [("first.opened", at, None)]
    assert play.room.due() is None
    assert types(play.do(ANN, "first.tap", first=first)) == ["first.tapped"]


def test_a_countdown_can_be_cut_short_or_broken_off() -> None:
    play = Play()
    first = created(play)
    play.do(HOST, "first.open", first=first, delay_ms=10_000)
    assert types(play.do(HOST, "first.open", first=first)) == ["first.opened"]
    other = created(play)
    play.do(HOST, "first.open", first=other, delay_ms=10_000)
    play.do(HOST, "first.close", first=other)
    assert play.wait(20_000) == []
    assert refusal(play, HOST, "first.open", first=other) is Code.CONFLICT


def test_closing_is_a_barrier() -> None:
    play = Play()
    first = opened(play)
    play.do(ANN, "first.tap", first=first)
    closed = play.do(MODERATOR, "first.close", first=first)
    assert closed[0].data.dump() == {"first": first, "reason": "staff", "taken": 1}  # type: ignore[union-attr]
    assert refusal(play, BEN, "first.tap", first=first) is Code.CLOSED
    assert play.do(HOST, "first.close", first=first) == []


def test_the_room_takes_it_along_when_it_closes() -> None:
    play = Play()
    opened(play)
    play.do(HOST, "first.open", first=created(play), delay_ms=5_000)
    assert types(play.do(HOST, "room.close")) == ["first.closed", "first.closed", "room.closed"]
    assert play.room.due() is None


def test_a_gift_is_handed_over_and_that_can_be_taken_back() -> None:
    play = Play()
    first = opened(play)
    play.do(ANN, "first.tap", first=first)
    assert refusal(play, ANN, "first.redeem", first=first, place=1) is Code.FORBIDDEN
    assert refusal(play, HOST, "first.redeem", first=first, place=2) is Code.NOT_FOUND
    given = play.do(MODERATOR, "first.redeem", first=first, place=1)[0]
    assert (given.audience, given.by) == (Audience.EVERYONE, MODERATOR)
    assert play.do(HOST, "first.redeem", first=first, place=1) == []
    assert shown(play)["redeemed"] == [1]
    play.do(HOST, "first.unredeem", first=first, place=1)
    assert shown(play)["redeemed"] == []


def test_a_winners_contact_is_for_hosts_and_can_be_taken_back() -> None:
    play = Play()
    first = opened(play)
    play.do(ANN, "first.tap", first=first)
    assert refusal(play, BEN, "first.claim", first=first, contact="me!") is Code.FORBIDDEN
    assert refusal(play, HOST, "first.claim", first=first, contact="me!") is Code.FORBIDDEN
    claimed = play.do(ANN, "first.claim", first=first, contact="138 0000")
    assert [(each.type, each.audience, each.by) for each in claimed] == [("first.claimed", Audience.HOSTS, ANN)]
    assert play.do(ANN, "first.claim", first=first, contact="138 0000") == []
    play.do(BEN, "first.tap", first=first)
    assert [each["contact"] for each in shown(play, Audience.HOSTS)["winners"]] == ["138 0000", None]
    assert play.room.mine(ANN.id)["firsts"]["places"][first] == {"place": 1, "contact": "138 0000"}
    assert "138 0000" not in public(play) + json.dumps([play.room.mine(BEN.id), play.room.mine(HOST.id)])
    snapshot = play.room.dump()

    play.do(ANN, "first.claim", first=first, contact="139 1111")
    assert "138 0000" not in kept(play)
    gone = play.do(ANN, "first.claim", first=first, contact=None)
    assert [(each.type, each.audience) for each in gone] == [("first.unclaimed", Audience.HOSTS)]
    assert "139 1111" not in kept(play)
    assert play.do(ANN, "first.claim", first=first, contact=None) == []
    for start in (None, type(play.room).load("r1", snapshot)):
        assert play.replayed(start).dump() == play.room.dump()


def test_a_removed_gift_takes_all_contacts_along() -> None:
    play = Play()
    first = opened(play)
    for number in range(3):
        play.do(person(number), "first.tap", first=first)
        play.do(person(number), "first.claim", first=first, contact=f"138 000{number}")
    snapshot = play.room.dump()
    assert types(play.do(HOST, "first.remove", first=first)) == ["first.removed"]
    assert "138 000" not in kept(play)
    for start in (None, type(play.room).load("r1", snapshot)):
        assert play.replayed(start).dump() == play.room.dump()
    play.do(HOST, "person.erase", user="p1")
    assert "'p1'" not in kept(play)


def test_a_rehearsed_gift_is_a_draft_without_winners_or_contacts() -> None:
    play = Play()
    created(play)
    play.do(HOST, "room.rehearse")
    first = shown(play, Audience.HOSTS)["first"]
    play.do(HOST, "first.open", first=first)
    play.do(ANN, "first.tap", first=first)
    play.do(ANN, "first.claim", first=first, contact="138 0000")
    play.do(HOST, "room.clear")
    assert "138 0000" not in kept(play)
    assert (shown(play, Audience.HOSTS)["status"], shown(play, Audience.HOSTS)["winners"]) == ("draft", [])
    assert refusal(play, ANN, "first.claim", first=first, contact="late") is Code.NOT_FOUND
    assert play.replayed().dump() == play.room.dump()


def test_whoever_is_erased_leaves_the_place_taken_and_no_name_or_contact() -> None:
    play = Play()
    first = opened(play)
    play.do(ANN, "first.tap", first=first)
    play.do(BEN, "first.tap", first=first)
    play.do(ANN, "first.claim", first=first, contact="138 0000")
    play.do(BEN, "first.claim", first=first, contact="139 1111")
    snapshot = play.room.dump()
    play.do(HOST, "person.erase", user=ANN.id)
    for trace in (ANN.id, "138 0000"):
        assert trace not in kept(play)
    winners = shown(play, Audience.HOSTS)["winners"]
    assert [(each["name"], each["contact"]) for each in winners] == [("", None), ("¤Ben", "139 1111")]
    for start in (None, type(play.room).load("r1", snapshot)):
        assert play.replayed(start).dump() == play.room.dump()


def test_it_grows_old_once_it_is_over() -> None:
    play = Play()
    first = opened(play)
    other = opened(play)
    for each in (first, other):
        play.do(ANN, "first.tap", first=each)
        play.do(ANN, "first.claim", first=each, contact="138 0000")
    play.do(HOST, "first.close", first=first)
    play.wait(2 * DAY_MS)
    before = play.now
    play.now += play.room.settings.retention_days * DAY_MS
    assert types(play.retire(before)) == ["room.retired"]
    assert [each["first"] for each in play.view("firsts")["firsts"]] == [other]
    assert play.room.mine(ANN.id) == {"firsts": {"places": {other: {"place": 1, "contact": None}}}}
    assert "138 0000" not in kept(play), "a contact grows old with the tap, also where it is not over"
    assert play.replayed().dump() == play.room.dump()


def test_a_room_gives_a_bounded_number_of_places() -> None:
    play = Play()
    assert refusal(play, HOST, "first.create", title="x", places=FIRST_PLACES + 1) is Code.INVALID
    for _ in range(FIRST_PLACES_KEPT // FIRST_PLACES):
        first = created(play, FIRST_PLACES)
    assert refusal(play, HOST, "first.create", title="One more", places=1) is Code.CONFLICT
    play.do(HOST, "first.remove", first=first)
    created(play)
