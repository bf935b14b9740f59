"""Photos as entries in a vote: whose they are, what stays of them, and who is told."""

from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.limits import OPTIONS
from protocols.messages import Audience, By, Role
from rooms.poll import Poll
from rooms.poll_events import PollCreated
from tests.rooms.play import ANN, BEN, HOST, Play, types

CAT = By("user-cat", "¤Cat", Role.ATTENDEE)


def posted(play: Play, who: By, photo: str, *, approved: bool = True) -> str:
    play.do(who, "photo.add", vouched=True, photo=photo, width=4, height=3, color="#ffffff", caption="¤mine")
    if approved:
        play.do(HOST, "photo.approve", photo=photo)
    return photo


def drafted(play: Play, *photos: str) -> str:
    options = [f"Entry {place}" for place, _ in enumerate(photos, 1)]
    wanted: dict[str, Any] = {"question": "Which?", "kind": "single", "options": options, "photos": list(photos)}
    return str(play.do(HOST, "poll.create", **wanted)[0].data.poll)  # type: ignore[union-attr]


def shown(play: Play, audience: Audience = Audience.EVERYONE) -> dict[str, Any]:
    poll: dict[str, Any] = play.view("polls", audience)["polls"][-1]
    return poll


def refusal(play: Play, word: str, /, **fields: Any) -> Code:
    before = play.room.dump()
    with pytest.raises(Refused) as refused:
        play.do(HOST, word, **fields)
    assert play.room.dump() == before
    return refused.value.code


def test_photos_are_gathered_in_a_draft_that_only_hosts_see() -> None:
    play = Play()
    one, two = posted(play, ANN, "p1"), posted(play, BEN, "p2")
    poll = drafted(play, one)
    assert refusal(play, "poll.open", poll=poll) is Code.CONFLICT, "one is no choice"
    (entered,) = play.do(HOST, "poll.enter", poll=poll, photo=two, option="Entry 2")
    assert (entered.type, entered.audience) == ("poll.entered", Audience.HOSTS)
    assert play.do(HOST, "poll.enter", poll=poll, photo=two, option="Entry 2") == []
    assert play.view("polls")["polls"] == []
    play.do(HOST, "poll.open", poll=poll)
    assert (shown(play)["options"], shown(play)["photos"]) == (["Entry 1", "Entry 2"], [one, two])
    play.do(CAT, "poll.vote", poll=poll, choices=[1])
    assert shown(play)["result"]["counts"] == [0, 1]
    third = posted(play, CAT, "p3")
    assert refusal(play, "poll.enter", poll=poll, photo=third, option="Late") is Code.CONFLICT
    assert refusal(play, "poll.withdraw", poll=poll, photo=two) is Code.CONFLICT


def test_options_with_and_without_a_photo_stand_side_by_side() -> None:
    play = Play()
    poll = str(play.do(HOST, "poll.create", question="Which?", kind="multi", options=["a", "b"])[0].data.poll)  # type: ignore[union-attr]
    assert shown(play, Audience.HOSTS)["photos"] == []
    play.do(HOST, "poll.enter", poll=poll, photo=posted(play, ANN, "p1"), option="c")
    play.do(HOST, "poll.enter", poll=poll, photo=posted(play, BEN, "p2"), option="d")
    assert shown(play, Audience.HOSTS)["photos"] == [None, None, "p1", "p2"]
    assert types(play.do(HOST, "poll.withdraw", poll=poll, photo="p1")) == ["poll.withdrawn"]
    assert play.do(HOST, "poll.withdraw", poll=poll, photo="p1") == []
    assert (shown(play, Audience.HOSTS)["options"], shown(play, Audience.HOSTS)["photos"]) == (
        ["a", "b", "d"],
        [None, None, "p2"],
    )
    play.do(HOST, "poll.withdraw", poll=poll, photo="p2")
    assert shown(play, Audience.HOSTS)["photos"] == []
    assert shown(play, Audience.HOSTS)["max_choices"] == 2
    assert play.replayed().dump() == play.room.dump()


def test_one_person_has_one_photo_in_a_vote() -> None:
    play = Play()
    poll = drafted(play, posted(play, ANN, "p1"))
    second = posted(play, ANN, "p2")
    assert refusal(play, "poll.enter", poll=poll, photo=second, option="again") is Code.CONFLICT
    both = {"question": "?", "kind": "single", "options": ["a", "b"], "photos": ["p1", second]}
    assert refusal(play, "poll.create", **both) is Code.CONFLICT
    assert drafted(play, second), "but in another vote"
    play.do(HOST, "photo.hide", photo="p1")
    assert refusal(play, "poll.enter", poll=poll, photo=second, option="again") is Code.CONFLICT


def test_only_what_everyone_sees_is_entered() -> None:
    play = Play()
    poll = drafted(play, posted(play, ANN, "p1"))
    posted(play, BEN, "p2", approved=False)
    assert refusal(play, "poll.enter", poll=poll, photo="p2", option="b") is Code.CONFLICT
    assert refusal(play, "poll.enter", poll=poll, photo="none", option="b") is Code.NOT_FOUND
    assert refusal(play, "poll.enter", poll="none", photo="p2", option="b") is Code.NOT_FOUND
    play.do(HOST, "photo.approve", photo="p2")
    assert refusal(play, "poll.enter", poll=poll, photo="p2", option="Entry 1") is Code.CONFLICT
    assert refusal(play, "poll.withdraw", poll=poll, photo="p1") is Code.CONFLICT, "a poll has an option"


def test_a_photo_that_goes_leaves_its_option() -> None:
    play = Play()
    poll = drafted(play, posted(play, ANN, "p1"), posted(play, BEN, "p2"))
    play.do(HOST, "poll.open", poll=poll)
    play.do(CAT, "poll.vote", poll=poll, choices=[0])
    play.do(ANN, "photo.delete", photo="p1")
    play.do(HOST, "person.erase", user=BEN.id)
    assert shown(play)["options"] == ["Entry 1", "Entry 2"]
    assert shown(play)["result"]["counts"] == [1, 0]
    assert play.view("photos")["photos"] == []
    assert "¤mine" not in str(play.room.dump())
    assert play.replayed().dump() == play.room.dump()


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "single", "options": ["a", "b"], "photos": ["p1"]},
        {"kind": "single", "options": ["a"], "photos": [None]},
        {"kind": "single", "options": [], "photos": []},
        {"kind": "rating", "options": [], "photos": ["p1"]},
    ],
)
def test_photos_fit_the_options(wrong: dict[str, Any]) -> None:
    play = Play()
    posted(play, ANN, "p1")
    assert refusal(play, "poll.create", question="?", **wrong) is Code.INVALID


def test_there_are_no_more_entries_than_options() -> None:
    play = Play()
    play.do(HOST, "room.configure", settings={"photos_approved": False})
    people = [By(f"user-{n}", f"N{n}", Role.ATTENDEE) for n in range(OPTIONS + 1)]
    photos = [posted(play, who, f"p{n}", approved=False) for n, who in enumerate(people)]
    poll = drafted(play, *photos[:OPTIONS])
    assert refusal(play, "poll.enter", poll=poll, photo=photos[-1], option="more") is Code.CONFLICT


def test_what_was_made_before_there_were_photos_is_read() -> None:
    words = {"question": "?", "kind": "single", "options": ["a", "b"], "max_choices": 1, "who": "everyone"}
    created = PollCreated.load({"poll": "p", **words, "hidden": False, "duration_ms": None})
    assert created.photos == []
    state = Poll(**created.dump()).dump()
    del state["photos"]
    assert Poll.of_dump(state).photos == []


def test_a_draw_is_among_those_whose_photos_are_shown() -> None:
    play = Play()
    posted(play, ANN, "p1")
    posted(play, ANN, "p2")
    posted(play, BEN, "p3", approved=False)
    draw = str(play.do(HOST, "draw.create", title="Lot", winners=1, of="photos")[0].data.draw)  # type: ignore[union-attr]
    frozen = play.do(HOST, "draw.freeze", draw=draw)
    assert [record.by for record in frozen if record.type == "draw.entered"] == [ANN]
    told = play.do(HOST, "draw.reveal", draw=draw)
    assert [record.by for record in told if record.type == "draw.won"] == [ANN]
