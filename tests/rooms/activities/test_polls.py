"""Polls: the clock, the ballots, the barrier, and what is hidden."""

import json
from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.limits import DAY_MS, OPTIONS, SHOPS, VIEW_BYTES
from protocols.messages import Audience, By, Record, Role
from rooms.room import Room
from tests.rooms.play import ANN, BEN, BOT, HOST, MODERATOR, WALL, Play, types

TWO = {"kind": "single", "options": ["red", "blue"]}


def drafted(play: Play, **fields: Any) -> str:
    record = play.do(HOST, "poll.create", **({"question": "Which?"} | TWO | fields))[0]
    assert record.audience is Audience.HOSTS
    return str(record.data.poll)  # type: ignore[union-attr]


def opened(play: Play, **fields: Any) -> str:
    poll = drafted(play, **fields)
    play.do(HOST, "poll.open", poll=poll)
    return poll


def shown(play: Play, audience: Audience = Audience.EVERYONE) -> dict[str, Any]:
    poll: dict[str, Any] = play.view("polls", audience)["polls"][-1]
    return poll


def refusal(play: Play, who: By, word: str, /, **fields: Any) -> Code:
    before = play.room.dump()
    with pytest.raises(Refused) as refused:
        play.do(who, word, **fields)
    assert play.room.dump() == before
    return refused.value.code


def data(record: Record) -> dict[str, Any]:
    assert record.data is not None
    return record.data.dump()


def voter(number: int) -> By:
    return By(f"v{number}", f"V{number}", Role.ATTENDEE, guest=number % 2 == 0)


def test_a_draft_is_for_hosts_and_opening_tells_all_of_it() -> None:
    play = Play()
    poll = drafted(play, duration_ms=30_000)
    assert play.view("polls")["polls"] == []
    assert shown(play, Audience.HOSTS)["status"] == "draft"
    assert refusal(play, ANN, "poll.vote", poll=poll, choices=[0]) is Code.NOT_FOUND
    told = play.do(HOST, "poll.open", poll=poll)[0]
    assert told.audience is Audience.EVERYONE
    assert data(told)["question"] == "Which?"
    assert data(told)["options"] == ["red", "blue"]
    assert data(told)["closes_at"] == play.now + 30_000
    assert play.do(HOST, "poll.open", poll=poll) == []
    other = drafted(play, duration_ms=30_000)
    assert data(play.do(HOST, "poll.open", poll=other, duration_ms=5_000)[0])["closes_at"] == play.now + 5_000
    assert shown(play)["duration_ms"] == 5_000


def test_one_ballot_a_person_changed_until_close() -> None:
    play = Play()
    poll = opened(play)
    cast = play.do(ANN, "poll.vote", poll=poll, choices=[0])
    assert (types(cast), cast[0].audience) == (["poll.voted"], Audience.NOBODY)
    assert play.do(ANN, "poll.vote", poll=poll, choices=[0]) == []
    play.do(BEN, "poll.vote", poll=poll, choices=[0])
    play.do(ANN, "poll.vote", poll=poll, choices=[1])
    guests = {"counts": [1, 0], "voters": 1}
    assert shown(play)["result"] == {"counts": [1, 1], "voters": 2, "guests": guests}
    assert play.room.mine(ANN.id) == {"polls": {"ballots": {poll: [1]}}}
    assert "ballots" not in json.dumps(play.room.view(Audience.HOSTS))
    closed = play.do(HOST, "poll.close", poll=poll)
    assert data(closed[0]) == {"poll": poll, "reason": "staff", "result": shown(play)["result"]}
    assert refusal(play, ANN, "poll.vote", poll=poll, choices=[0]) is Code.CLOSED
    assert play.do(HOST, "poll.close", poll=poll) == []
    assert refusal(play, HOST, "poll.open", poll=poll) is Code.CONFLICT


@pytest.mark.parametrize("who", [HOST, MODERATOR, WALL, BOT])
def test_those_who_run_the_room_are_no_voters(who: By) -> None:
    play = Play()
    assert refusal(play, who, "poll.vote", poll=opened(play), choices=[0]) is Code.FORBIDDEN


def test_a_person_behind_a_bot_votes_once() -> None:
    play = Play()
    poll = opened(play)
    for choice in (0, 1, 1):
        person = {"id": "zhang", "name": "小张", "via": "wecom"}
        play.do(BOT, "poll.vote", poll=poll, choices=[choice], on_behalf_of=person)
    assert shown(play)["result"]["counts"] == [0, 1]


@pytest.mark.parametrize(
    ("who", "bound", "signed_up", "may"),
    [
        ("everyone", False, False, True),
        ("bound", False, True, False),
        ("bound", True, False, True),
        ("signed_up", True, False, False),
        ("signed_up", False, True, True),
    ],
)
def test_who_may_vote(who: str, bound: bool, signed_up: bool, may: bool) -> None:
    play = Play()
    vote: dict[str, Any] = {"poll": opened(play, who=who), "choices": [0], "bound": bound, "signed_up": signed_up}
    if may:
        assert types(play.do(ANN, "poll.vote", **vote)) == ["poll.voted"]
    else:
        assert refusal(play, ANN, "poll.vote", **vote) is Code.FORBIDDEN


@pytest.mark.parametrize(
    ("fields", "good", "bad"),
    [
        (TWO, [[0], [1]], [[2], [0, 1], [0, 0]]),
        (
            {"kind": "multi", "options": ["a", "b", "c"], "max_choices": 2},
            [[0], [2, 1]],
            [[0, 1, 2], [1, 1], [3]],
        ),
        ({"kind": "rating", "options": []}, [[1], [5]], [[0], [6], [1, 2]]),
    ],
)
def test_a_ballot_fits_its_poll(fields: dict[str, Any], good: list[list[int]], bad: list[list[int]]) -> None:
    play = Play()
    poll = opened(play, **fields)
    for choices in good:
        assert types(play.do(ANN, "poll.vote", poll=poll, choices=choices)) == ["poll.voted"]
    for choices in bad:
        assert refusal(play, ANN, "poll.vote", poll=poll, choices=choices) is Code.INVALID
    assert sum(shown(play)["result"]["counts"]) == len(good[-1])


def test_the_order_of_choices_says_nothing() -> None:
    play = Play()
    poll = opened(play, kind="multi")
    play.do(ANN, "poll.vote", poll=poll, choices=[1, 0])
    assert play.do(ANN, "poll.vote", poll=poll, choices=[0, 1]) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"options": ["one"]},
        {"options": ["same", "same"]},
        {"kind": "rating"},
        {"max_choices": 2},
        {"kind": "multi", "max_choices": 3},
        {"options": ["x" * 101, "y"]},
        {"options": [f"{number}" for number in range(21)]},
        {"kind": "ranking"},
        {"duration_ms": 10},
    ],
)
def test_a_poll_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    assert refusal(Play(), HOST, "poll.create", **({"question": "Which?"} | TWO | fields)) is Code.INVALID


def test_the_timer_closes_at_its_deadline_and_no_ballot_comes_later() -> None:
    play = Play()
    poll = opened(play, duration_ms=10_000)
    deadline = play.now + 10_000
    play.do(ANN, "poll.vote", poll=poll, choices=[0])
    assert play.wait(9_999) == []
    assert play.room.due() == Room.load("r1", play.room.dump()).due() == deadline
    closed = play.wait(5_000)
    assert types(closed) == ["poll.closed"]
    assert (closed[0].at, closed[0].by, data(closed[0])["reason"]) == (deadline, None, "timer")
    assert data(closed[0])["result"]["counts"] == [1, 0]
    assert refusal(play, BEN, "poll.vote", poll=poll, choices=[0]) is Code.CLOSED
    assert shown(play)["closed_at"] == deadline
    assert play.room.due() is None


def test_a_pause_stops_the_clock_and_not_the_voting() -> None:
    play = Play()
    poll = opened(play, duration_ms=10_000)
    play.wait(4_000)
    assert data(play.do(HOST, "poll.pause", poll=poll)[0])["remaining_ms"] == 6_000
    assert play.do(HOST, "poll.pause", poll=poll) == []
    assert play.wait(60_000) == []
    assert types(play.do(ANN, "poll.vote", poll=poll, choices=[0])) == ["poll.voted"]
    play.do(HOST, "poll.extend", poll=poll)
    assert data(play.do(HOST, "poll.resume", poll=poll)[0])["closes_at"] == play.now + 36_000
    play.do(HOST, "poll.extend", poll=poll, by_ms=4_000)
    assert play.room.due() == shown(play)["closes_at"] == play.now + 40_000
    assert types(play.wait(40_000)) == ["poll.closed"]
    without = opened(play)
    for word in ("poll.pause", "poll.resume", "poll.extend"):
        assert refusal(play, HOST, word, poll=without) is Code.CONFLICT


def test_hidden_results_are_for_hosts_until_revealed() -> None:
    play = Play()
    poll = opened(play, hidden=True)
    play.do(ANN, "poll.vote", poll=poll, choices=[1])
    assert shown(play)["result"] is None
    assert play.room.ticks(Audience.EVERYONE) == []
    tick = play.room.ticks(Audience.HOSTS)[0]
    assert (tick.type, tick.key, tick.data["result"]["counts"]) == ("poll.tally", poll, [0, 1])
    closed, counted = play.do(HOST, "poll.close", poll=poll)
    assert (closed.audience, data(closed)["result"]) == (Audience.EVERYONE, None)
    assert (counted.audience, data(counted)["result"]["counts"]) == (Audience.HOSTS, [0, 1])
    assert shown(play)["result"] is None
    assert play.room.ticks(Audience.HOSTS) == []
    revealed = play.do(HOST, "poll.reveal", poll=poll)[0]
    assert (revealed.audience, data(revealed)["result"]["counts"]) == (Audience.EVERYONE, [0, 1])
    assert shown(play)["result"]["counts"] == [0, 1]
    assert refusal(play, HOST, "poll.hide", poll=poll) is Code.CONFLICT


def test_hiding_while_open_takes_the_tally_away() -> None:
    play = Play()
    poll = opened(play)
    assert len(play.room.ticks(Audience.EVERYONE)) == 1
    play.do(HOST, "poll.hide", poll=poll)
    assert play.room.ticks(Audience.EVERYONE) == []
    assert types(play.do(HOST, "poll.reveal", poll=poll)) == ["poll.revealed"]
    assert len(play.room.ticks(Audience.EVERYONE)) == 1


def test_a_removed_poll_takes_its_ballots_along() -> None:
    play = Play()
    poll = opened(play, duration_ms=5_000)
    play.do(ANN, "poll.vote", poll=poll, choices=[0])
    play.do(HOST, "poll.remove", poll=poll)
    assert play.view("polls", Audience.HOSTS) == {"polls": []}
    assert (play.room.mine(ANN.id), play.room.due()) == ({}, None)
    assert refusal(play, ANN, "poll.vote", poll=poll, choices=[0]) is Code.NOT_FOUND


@pytest.mark.parametrize("closed", [False, True])
def test_a_reset_poll_is_a_draft_and_its_ballots_are_void(*, closed: bool) -> None:
    play = Play()
    before = drafted(play)
    poll = opened(play, question="Again?", hidden=True, duration_ms=60_000)
    draw = str(data(play.do(HOST, "draw.create", title="Lot", winners=1, of=poll)[0])["draw"])
    play.do(ANN, "poll.vote", poll=poll, choices=[0])
    play.do(HOST, "poll.reveal", poll=poll)
    play.do(HOST, "stage.set", scene="poll", subject=poll)
    after = drafted(play)
    if closed:
        play.do(HOST, "poll.close", poll=poll)
    redrafted, removed = play.do(MODERATOR, "poll.reset", poll=poll)
    assert (redrafted.type, redrafted.audience) == ("poll.redrafted", Audience.HOSTS)
    assert (removed.type, removed.audience, data(removed)) == ("poll.removed", Audience.EVERYONE, {"poll": poll})
    anew = data(redrafted)["poll"]
    polls = play.view("polls", Audience.HOSTS)["polls"]
    assert [each["poll"] for each in polls] == [before, anew, after]
    assert (polls[1]["question"], polls[1]["hidden"], polls[1]["duration_ms"]) == ("Again?", True, 60_000)
    assert (polls[1]["status"], polls[1]["opened_at"], polls[1]["result"]["voters"]) == ("draft", None, 0)
    assert play.view("polls")["polls"] == []
    assert play.view("stage")["scene"] == "auto"
    assert (play.room.mine(ANN.id), play.room.due(), play.room.ticks(Audience.HOSTS)) == ({}, None, [])
    assert play.do(HOST, "poll.reset", poll=anew) == []
    # A ballot of the run before that comes late, and its retry, find no poll.
    play.do(HOST, "poll.open", poll=anew)
    assert refusal(play, BEN, "poll.vote", poll=poll, choices=[1]) is Code.NOT_FOUND
    assert types(play.do(ANN, "poll.vote", poll=anew, choices=[1])) == ["poll.voted"]
    assert play.view("polls", Audience.HOSTS)["polls"][1]["result"]["counts"] == [0, 1]
    play.do(HOST, "draw.freeze", draw=draw)
    assert play.view("draws")["draws"][0]["entrants"] == 1
    assert refusal(play, ANN, "poll.reset", poll=anew) is Code.FORBIDDEN
    assert play.replayed().dump() == play.room.dump()


def test_a_forgotten_voters_ballot_still_counts() -> None:
    play = Play()
    poll = opened(play)
    play.do(BEN, "poll.vote", poll=poll, choices=[0])
    play.do(BEN, "poll.vote", poll=poll, choices=[1])
    before = shown(play)["result"]
    assert before["guests"]["voters"] == 1
    play.do(HOST, "person.erase", user=BEN.id)
    assert shown(play)["result"] == before
    assert play.replayed().dump() == play.room.dump()
    assert BEN.id not in str(play.log)


def test_the_tally_is_the_distinct_voters() -> None:
    play = Play()
    poll = opened(play)
    for turn in range(3):
        for number in range(100):
            play.do(voter(number), "poll.vote", poll=poll, choices=[(number + turn) % 2])
    result = shown(play)["result"]
    assert (result["counts"], result["voters"]) == ([50, 50], 100)
    assert result["guests"] == {"counts": [50, 0], "voters": 50}


def test_a_room_has_a_bounded_number_of_polls() -> None:
    play = Play()
    for _ in range(100):
        poll = drafted(play)
    assert refusal(play, HOST, "poll.create", question="More?", **TWO) is Code.CONFLICT
    play.do(HOST, "poll.remove", poll=poll)
    assert drafted(play)


@pytest.mark.parametrize("hidden", [False, True])
def test_closing_the_room_closes_what_is_open(hidden: bool) -> None:
    play = Play()
    drafted(play)
    poll = opened(play, hidden=hidden, duration_ms=60_000)
    play.do(ANN, "poll.vote", poll=poll, choices=[1])
    closing = play.do(HOST, "room.close")
    assert types(closing) == ["poll.closed", *(["poll.counted"] if hidden else []), "room.closed"]
    assert [record.command for record in closing[:-1]] == [None] * (len(closing) - 1)
    assert data(closing[0])["reason"] == "staff"
    assert (data(closing[0])["result"] is None, shown(play)["result"] is None) == (hidden, hidden)
    assert shown(play, Audience.HOSTS)["result"]["counts"] == [0, 1]
    assert play.room.due() is None

    play.do(HOST, "room.open")
    assert [each["status"] for each in play.view("polls", Audience.HOSTS)["polls"]] == ["draft", "closed"]
    assert refusal(play, BEN, "poll.vote", poll=poll, choices=[0]) is Code.CLOSED
    play.do(HOST, "poll.reveal", poll=poll)
    assert shown(play)["result"]["counts"] == [0, 1]
    assert play.replayed().dump() == play.room.dump()


def test_closing_a_closed_room_again_closes_what_was_opened_since() -> None:
    play = Play()
    assert types(play.do(HOST, "room.close")) == ["room.closed"]
    opened(play)
    assert types(play.do(HOST, "room.close")) == ["poll.closed"]
    assert play.do(HOST, "room.close") == []


def test_closed_polls_grow_old_and_open_ones_do_not() -> None:
    play = Play()
    for word in ("poll.close", "poll.open"):
        poll = opened(play) if word == "poll.close" else drafted(play)
        if word == "poll.close":
            play.do(ANN, "poll.vote", poll=poll, choices=[0])
        play.do(HOST, word, poll=poll)
    play.do(BEN, "poll.vote", poll=poll, choices=[0])
    play.wait(2 * DAY_MS)
    before = play.now
    play.now += play.room.settings.retention_days * DAY_MS
    assert types(play.retire(before)) == ["room.retired"]
    assert [(each["poll"], each["status"]) for each in play.view("polls", Audience.HOSTS)["polls"]] == [(poll, "open")]
    assert ANN.id not in str(play.room.dump())
    # A ballot in an open poll is one person's, and can still be forgotten with them.
    assert play.room.mine(BEN.id)
    play.do(HOST, "person.erase", user=BEN.id)
    assert BEN.id not in str(play.room.dump()) + str(play.log[play.log[-2].data.upto :])  # type: ignore[union-attr]
    assert play.replayed().dump() == play.room.dump()


def test_polls_are_together_as_long_as_a_view_has_room_for() -> None:
    play = Play()
    long: dict[str, Any] = {"kind": "multi", "options": [f"{number:02}" + "字" * 98 for number in range(OPTIONS)]}
    for _ in range(VIEW_BYTES // (OPTIONS * 300)):
        first = drafted(play, **long)
    assert refusal(play, HOST, "poll.create", question="Which?", **long) is Code.CONFLICT
    play.do(HOST, "poll.remove", poll=first)
    drafted(play, **long)


def in_shop(name: str, shop: str | None, *, guest: bool = True) -> By:
    return By(name, name.title(), Role.ATTENDEE, guest=guest, shop=shop)


def shops(*ids: str) -> dict[str, Any]:
    return {"settings": {"shops": [{"id": each, "name": each.title()} for each in ids]}}


def test_votes_are_counted_for_each_shop_and_in_total() -> None:
    play = Play()
    play.do(HOST, "room.configure", **shops("east", "west"))
    poll = opened(play)
    for who, choice in (
        (in_shop("a", "east"), 0),
        (in_shop("b", "east"), 1),
        (in_shop("c", "west"), 1),
        (in_shop("d", None), 1),
        (in_shop("e", "north"), 0),
    ):
        play.do(who, "poll.vote", poll=poll, choices=[choice])
    result = shown(play)["result"]
    assert (result["counts"], result["voters"]) == ([2, 3], 5)
    assert result["shops"] == {"east": {"counts": [1, 1], "voters": 2}, "west": {"counts": [0, 1], "voters": 1}}
    assert play.room.ticks(Audience.EVERYONE)[0].data["result"] == result
    # Who goes to another shop and votes anew counts there alone.
    play.do(in_shop("a", "west"), "poll.vote", poll=poll, choices=[1])
    closed = data(play.do(HOST, "poll.close", poll=poll)[0])["result"]
    assert closed["shops"] == {"east": {"counts": [0, 1], "voters": 1}, "west": {"counts": [0, 2], "voters": 2}}
    assert Room.load("r", play.room.dump()).dump() == play.room.dump()


def test_what_is_hidden_is_hidden_for_each_shop_too() -> None:
    play = Play()
    play.do(HOST, "room.configure", **shops("east"))
    poll = opened(play, hidden=True)
    told = play.do(in_shop("a", "east"), "poll.vote", poll=poll, choices=[0])
    told += play.do(HOST, "poll.close", poll=poll)
    assert shown(play)["result"] is None
    assert play.room.ticks(Audience.EVERYONE) == []
    everyone = [data(record) for record in told if record.audience is Audience.EVERYONE]
    assert "east" not in json.dumps(everyone)
    assert shown(play, Audience.HOSTS)["result"]["shops"]["east"]["voters"] == 1
    revealed = data(play.do(HOST, "poll.reveal", poll=poll)[0])["result"]
    assert revealed["shops"] == {"east": {"counts": [1, 0], "voters": 1}}


def test_the_ballot_of_somebody_erased_stays_in_its_shop() -> None:
    play = Play()
    play.do(HOST, "room.configure", **shops("east"))
    poll = opened(play)
    play.do(in_shop("a", "east"), "poll.vote", poll=poll, choices=[0])
    before = shown(play)["result"]
    play.do(HOST, "person.erase", user="a")
    assert shown(play)["result"] == before
    assert before["shops"]["east"]["voters"] == 1
    assert play.replayed().dump() == play.room.dump()


def test_shops_that_come_and_go_are_bounded() -> None:
    play = Play()
    poll = opened(play)
    for number in range(SHOPS + 3):
        play.do(HOST, "room.configure", **shops(f"s{number}"))
        play.do(in_shop(f"p{number}", f"s{number}"), "poll.vote", poll=poll, choices=[0])
    result = shown(play)["result"]
    assert (result["voters"], len(result["shops"])) == (SHOPS + 3, SHOPS)
    assert Room.load("r", play.room.dump()).dump() == play.room.dump()
