"""Lucky draws: who is in, what is published when, who learns what, and who is passed over."""

import json
from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.limits import DAY_MS, DRAW_WINNERS, DRAWS_KEPT
from protocols.messages import Audience, By, Record, Role
from rooms.lot import commitment, drawn_order, roll_digest
from tests.rooms.play import ANN, BEN, BOT, HOST, MODERATOR, WALL, Play, types


def person(number: int) -> By:
    return By(f"p{number}", f"¤Person{number}", Role.ATTENDEE)


def created(play: Play, winners: int = 1, of: str | None = None) -> str:
    record = play.do(HOST, "draw.create", title="Castle", winners=winners, of=of)[0]
    assert record.audience is Audience.HOSTS
    return str(record.data.draw)  # type: ignore[union-attr]


def opened(play: Play, winners: int = 1, people: int = 5) -> str:
    draw = created(play, winners)
    play.do(HOST, "draw.open", draw=draw)
    for number in range(people):
        play.do(person(number), "draw.enter", draw=draw)
    return draw


def drawn(play: Play, winners: int = 1, people: int = 5) -> str:
    draw = opened(play, winners, people)
    play.do(HOST, "draw.freeze", draw=draw)
    play.do(HOST, "draw.reveal", draw=draw)
    return draw


def shown(play: Play, audience: Audience = Audience.EVERYONE) -> dict[str, Any]:
    draw: dict[str, Any] = play.view("draws", audience)["draws"][-1]
    return draw


def winner(play: Play, place: int = 1) -> By:
    """The holder of the place, found by the record for hosts."""
    won = [record for record in play.log if record.type == "draw.won" and data(record)["place"] == place]
    assert won[-1].by is not None
    return won[-1].by


def data(record: Record) -> dict[str, Any]:
    assert record.data is not None
    return record.data.dump()


def public(play: Play) -> str:
    said = [
        [record.by and record.by.as_wire(), data(record)] for record in play.log if record.told_to(Audience.EVERYONE)
    ]
    ticks = [tick.data for tick in play.room.ticks(Audience.EVERYONE)]
    return json.dumps([said, ticks, play.room.view(Audience.EVERYONE)])


def refusal(play: Play, who: By, word: str, /, **fields: Any) -> Code:
    before = play.room.dump()
    with pytest.raises(Refused) as refused:
        play.do(who, word, **fields)
    assert play.room.dump() == before
    return refused.value.code


def test_those_who_are_present_enter_once_while_it_is_open() -> None:
    play = Play()
    draw = created(play)
    assert refusal(play, ANN, "draw.enter", draw=draw) is Code.NOT_FOUND
    assert refusal(play, HOST, "draw.freeze", draw=draw) is Code.CONFLICT
    play.do(HOST, "draw.open", draw=draw)
    assert refusal(play, HOST, "draw.freeze", draw=draw) is Code.CONFLICT, "nobody is in it"
    entered = play.do(ANN, "draw.enter", draw=draw)
    assert (types(entered), entered[0].audience) == (["draw.entered"], Audience.NOBODY)
    assert play.do(ANN, "draw.enter", draw=draw) == []
    assert [tick.data for tick in play.room.ticks(Audience.EVERYONE)] == [{"draw": draw, "entrants": 1}]
    ticket = data(entered[0])["ticket"]
    assert play.room.mine(ANN.id)["draws"] == {"tickets": {draw: {"ticket": ticket, "place": None, "contact": None}}}
    play.do(HOST, "draw.freeze", draw=draw)
    assert refusal(play, BEN, "draw.enter", draw=draw) is Code.CLOSED


@pytest.mark.parametrize("who", [HOST, MODERATOR, WALL, BOT])
def test_those_who_run_the_room_win_nothing(who: By) -> None:
    play = Play()
    assert refusal(play, who, "draw.enter", draw=opened(play)) is Code.FORBIDDEN


def test_who_was_banned_or_came_to_run_the_room_meanwhile_wins_nothing() -> None:
    play = Play()
    draw = opened(play, winners=5)
    play.do(HOST, "person.ban", user="p1")
    play.do(HOST, "person.role", user="p3", role="moderator")
    frozen = play.do(HOST, "draw.freeze", draw=draw)
    assert types(frozen) == ["draw.excluded", "draw.excluded", "draw.sealed", "draw.frozen"]
    assert {each.audience for each in frozen[:2]} == {Audience.NOBODY}
    play.do(HOST, "draw.reveal", draw=draw)
    assert sorted(prize["name"] for prize in shown(play, Audience.HOSTS)["won"]) == ["¤Person0", "¤Person2", "¤Person4"]
    tickets = [data(each)["ticket"] for each in play.log if each.type == "draw.entered"]
    assert data(frozen[-1])["roll"] == roll_digest([tickets[0], tickets[2], tickets[4]])
    assert play.room.mine("p1") == {}
    play.do(HOST, "person.erase", user="p1")
    assert play.replayed().dump() == play.room.dump()


def test_the_commitment_comes_first_and_the_seed_with_the_winners() -> None:
    play = Play()
    draw = opened(play, winners=2)
    frozen = play.do(HOST, "draw.freeze", draw=draw)
    assert [(record.type, record.audience) for record in frozen] == [
        ("draw.sealed", Audience.NOBODY),
        ("draw.frozen", Audience.EVERYONE),
    ]
    seed, said = data(frozen[0])["seed"], data(frozen[1])
    assert frozen[0].data is not None
    assert frozen[0].data.secret
    assert seed not in public(play) + json.dumps(play.room.view(Audience.HOSTS))
    tickets = [data(record)["ticket"] for record in play.log if record.type == "draw.entered"]
    assert said["roll"] == roll_digest(tickets)
    assert said["commitment"] == commitment(seed, draw, 2, said["roll"])

    revealed = play.do(HOST, "draw.reveal", draw=draw)
    assert types(revealed) == ["draw.won", "draw.named"] * 2 + ["draw.revealed"]
    assert data(revealed[-1]) == {"draw": draw, "seed": seed, "tickets": drawn_order(seed, tickets)[:2]}
    assert play.do(HOST, "draw.reveal", draw=draw) == []
    assert play.do(HOST, "draw.freeze", draw=draw) == []
    assert shown(play)["seed"] == seed


def test_names_are_masked_for_all_but_hosts() -> None:
    play = Play()
    drawn(play, winners=3)
    assert "Person" not in public(play)
    assert [each["shown"] for each in shown(play)["won"]] == ["¤*"] * 3
    assert shown(play, Audience.HOSTS)["won"][0]["name"] == winner(play).name


def test_there_may_be_fewer_people_than_prizes() -> None:
    play = Play()
    draw = drawn(play, winners=4, people=2)
    assert len(shown(play)["won"]) == 2
    assert refusal(play, HOST, "draw.redraw", draw=draw, place=1) is Code.CONFLICT


def test_voters_of_a_poll_are_in_it_also_those_a_bot_speaks_for() -> None:
    play = Play()
    poll = data(play.do(HOST, "poll.create", question="Which?", kind="single", options=["a", "b"])[0])["poll"]
    play.do(HOST, "poll.open", poll=poll)
    draw = created(play, winners=2, of=poll)
    assert refusal(play, HOST, "draw.open", draw=draw) is Code.CONFLICT
    assert refusal(play, HOST, "draw.freeze", draw=draw) is Code.CONFLICT
    for who in (ANN, BEN, person(1), person(2)):
        play.do(who, "poll.vote", poll=poll, choices=[0])
    play.do(BOT, "poll.vote", poll=poll, choices=[1], on_behalf_of={"id": "zhang", "name": "小张", "via": "wecom"})
    play.do(HOST, "person.ban", user=BEN.id)
    play.do(HOST, "person.erase", user="p1")
    play.do(HOST, "person.role", user="p2", role="moderator")
    frozen = play.do(HOST, "draw.freeze", draw=draw)
    assert {record.by.id for record in frozen if record.type == "draw.entered" and record.by} == {ANN.id, "wecom:zhang"}
    assert refusal(play, person(3), "draw.enter", draw=draw) is Code.CLOSED
    play.do(HOST, "poll.remove", poll=poll)
    play.do(HOST, "draw.reveal", draw=draw)
    assert {each["name"] for each in shown(play, Audience.HOSTS)["won"]} == {"¤Ann", "小张"}
    assert play.replayed().dump() == play.room.dump()
    assert refusal(play, HOST, "draw.create", title="x", winners=1, of="none") is Code.NOT_FOUND


def test_an_absent_winner_is_passed_over_for_the_next_in_order() -> None:
    play = Play()
    draw = drawn(play)
    absent = winner(play)
    play.do(absent, "draw.claim", draw=draw, contact="138 0000")
    seed = shown(play)["seed"]
    order = drawn_order(seed, [data(record)["ticket"] for record in play.log if record.type == "draw.entered"])
    assert refusal(play, HOST, "draw.redraw", draw=draw, place=2) is Code.NOT_FOUND
    again = play.do(MODERATOR, "draw.redraw", draw=draw, place=1)
    assert types(again) == ["draw.unclaimed", "draw.redrawn", "draw.won", "draw.named"]
    assert data(again[1]) == {"draw": draw, "place": 1, "before": order[0], "ticket": order[1]}
    assert (again[1].audience, again[1].by) == (Audience.EVERYONE, MODERATOR)
    assert [each["ticket"] for each in shown(play)["won"]] == [order[1]]
    assert shown(play)["passed"] == [{"place": 1, "ticket": order[0]}]
    assert play.room.mine(absent.id)["draws"]["tickets"][draw]["place"] is None
    assert "138 0000" not in str(play.log) + json.dumps(play.room.dump())
    play.do(HOST, "draw.redeem", draw=draw, place=1)
    assert refusal(play, HOST, "draw.redraw", draw=draw, place=1) is Code.CONFLICT
    assert play.replayed().dump() == play.room.dump()


def test_a_winners_contact_is_for_hosts_and_can_be_taken_back() -> None:
    play = Play()
    draw = drawn(play)
    lucky = winner(play)
    loser = next(person(number) for number in range(5) if person(number).id != lucky.id)
    assert refusal(play, loser, "draw.claim", draw=draw, contact="me!") is Code.FORBIDDEN
    claimed = play.do(lucky, "draw.claim", draw=draw, contact="138 0000")[0]
    assert claimed.audience is Audience.HOSTS
    assert "138 0000" not in public(play)
    assert shown(play, Audience.HOSTS)["won"][0]["contact"] == "138 0000"
    assert play.room.mine(lucky.id)["draws"]["tickets"][draw]["contact"] == "138 0000"
    play.do(lucky, "draw.claim", draw=draw, contact="139 1111")
    assert "138 0000" not in str(play.log)
    play.do(lucky, "draw.claim", draw=draw, contact=None)
    assert "139 1111" not in str(play.log) + json.dumps(play.room.dump())
    assert play.do(lucky, "draw.claim", draw=draw, contact=None) == []
    assert play.replayed().dump() == play.room.dump()


def test_a_prize_is_handed_over_and_that_can_be_taken_back() -> None:
    play = Play()
    draw = drawn(play)
    given = play.do(MODERATOR, "draw.redeem", draw=draw, place=1)[0]
    assert (given.audience, given.by) == (Audience.EVERYONE, MODERATOR)
    assert play.do(HOST, "draw.redeem", draw=draw, place=1) == []
    assert shown(play)["won"][0]["redeemed"]
    play.do(HOST, "draw.unredeem", draw=draw, place=1)
    assert not shown(play)["won"][0]["redeemed"]


def test_an_erased_winner_leaves_no_name_no_contact_and_the_same_roll() -> None:
    play = Play()
    draw = drawn(play)
    lucky, roll = winner(play), shown(play)["roll"]
    play.do(lucky, "draw.claim", draw=draw, contact="138 0000")
    snapshot = play.room.dump()
    play.do(HOST, "person.erase", user=lucky.id)
    for trace in (f"'{lucky.id}'", lucky.name, "138 0000", "¤*"):
        assert trace not in str(play.log) + str(play.room.dump())
    tickets = [data(record)["ticket"] for record in play.log if record.type == "draw.entered"]
    assert roll_digest(tickets) == shown(play)["roll"] == roll
    assert play.replayed().dump() == play.room.dump()
    assert play.replayed(type(play.room).load("r1", snapshot)).dump() == play.room.dump()
    play.do(HOST, "draw.redraw", draw=draw, place=1)
    assert shown(play)["won"][0]["shown"] == "¤*"


def test_an_erased_entrant_may_still_be_drawn_and_is_nobody() -> None:
    play = Play()
    draw = opened(play, people=1)
    play.do(HOST, "draw.freeze", draw=draw)
    play.do(HOST, "person.erase", user="p0")
    assert types(play.do(HOST, "draw.reveal", draw=draw)) == ["draw.won", "draw.revealed"]
    assert shown(play, Audience.HOSTS)["won"][0]["name"] == ""
    assert play.replayed().dump() == play.room.dump()


def test_what_was_drawn_grows_old_with_names_and_contacts() -> None:
    play = Play()
    draw = drawn(play)
    play.do(winner(play), "draw.claim", draw=draw, contact="138 0000")
    other = opened(play)
    play.wait(2 * DAY_MS)
    before = play.now
    play.now += play.room.settings.retention_days * DAY_MS
    play.retire(before)
    assert [each["draw"] for each in play.view("draws")["draws"]] == [other]
    assert "138 0000" not in str(play.log)
    assert not any(record.type == "draw.named" and record.data for record in play.log)
    assert play.room.mine("p0")["draws"]["tickets"].keys() == {other}


def test_a_removed_draw_takes_names_and_contacts_along() -> None:
    play = Play()
    draw = drawn(play, winners=2)
    for place in (1, 2):
        play.do(winner(play, place), "draw.claim", draw=draw, contact=f"138 000{place}")
    play.do(HOST, "draw.remove", draw=draw)
    assert play.view("draws", Audience.HOSTS) == {"draws": []}
    assert "138 000" not in str(play.log)
    assert not any(record.type == "draw.named" and record.data for record in play.log)
    assert play.replayed().dump() == play.room.dump()


def test_a_room_has_a_bounded_number_of_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    play = Play()
    assert refusal(play, HOST, "draw.create", title="x", winners=DRAW_WINNERS + 1) is Code.INVALID
    draws = [created(play) for _ in range(DRAWS_KEPT)]
    assert refusal(play, HOST, "draw.create", title="x", winners=1) is Code.CONFLICT
    play.do(HOST, "draw.remove", draw=draws[0])
    for _ in range(4):
        play.do(HOST, "draw.remove", draw=draws.pop())
        created(play, winners=DRAW_WINNERS)
    play.do(HOST, "draw.remove", draw=draws.pop())
    assert refusal(play, HOST, "draw.create", title="x", winners=DRAW_WINNERS) is Code.CONFLICT
    monkeypatch.setattr("rooms.activities.draws.DRAW_ENTRANTS", 3)
    draw = opened(play, people=3)
    assert refusal(play, person(9), "draw.enter", draw=draw) is Code.CONFLICT
