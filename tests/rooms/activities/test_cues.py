"""The host's calls: prepared for hosts, called for everyone, one at a time."""

from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.limits import CUE_LENGTH, CUES_KEPT, DAY_MS
from protocols.messages import Audience
from tests.rooms.play import ANN, HOST, MODERATOR, Play, types


def prepare(play: Play, text: str, does: str = "none") -> str:
    return str(getattr(play.do(HOST, "cue.prepare", text=text, does=does)[0].data, "cue", ""))


def sheet(play: Play) -> list[str]:
    return [each["text"] for each in play.view("cues", Audience.HOSTS)["sheet"]]


def on(play: Play) -> Any:
    return play.view("cues")["on"]


def test_a_run_sheet_is_for_hosts_and_a_call_for_everyone() -> None:
    play = Play()
    photo = prepare(play, "Share a photo of your model", "photo")
    ask = prepare(play, "Question time", "question")
    assert {record.audience for record in play.log[1:]} == {Audience.HOSTS}
    assert play.view("cues") == {"on": None}

    (called,) = play.do(HOST, "cue.call", cue=photo)
    assert called.audience is Audience.EVERYONE
    assert on(play) == {"cue": photo, "text": "Share a photo of your model", "does": "photo", "at": play.now}
    assert "sheet" not in play.view("cues")
    play.do(MODERATOR, "cue.call", cue=ask)
    assert on(play)["cue"] == ask
    assert [each["called_at"] for each in play.view("cues", Audience.HOSTS)["sheet"]] == [play.now, play.now]


def test_two_hosts_who_tap_next_at_once_call_it_once() -> None:
    play = Play()
    photo = prepare(play, "A photo, please", "photo")
    assert types(play.do(HOST, "cue.call", cue=photo)) == ["cue.called"]
    assert play.do(MODERATOR, "cue.call", cue=photo) == []
    play.do(HOST, "cue.withdraw", cue=photo)
    assert play.do(MODERATOR, "cue.withdraw", cue=photo) == []
    assert on(play) is None
    assert types(play.do(HOST, "cue.call", cue=photo)) == ["cue.called"], "it may be called again"


def test_what_was_not_prepared_is_called_too() -> None:
    play = Play()
    play.do(HOST, "cue.say", text="Wave at the camera")
    assert on(play)["text"] == "Wave at the camera"
    assert sheet(play) == []


def test_the_run_sheet_is_changed_moved_and_shortened() -> None:
    play = Play()
    one, two, three = (prepare(play, text) for text in ("one", "two", "three"))
    play.do(HOST, "cue.move", cue=three, place=0)
    assert sheet(play) == ["three", "one", "two"]
    play.do(HOST, "cue.move", cue=three, place=50)
    assert sheet(play) == ["one", "two", "three"]
    assert play.do(HOST, "cue.move", cue=three, place=2) == []
    play.do(HOST, "cue.call", cue=two)
    play.do(HOST, "cue.change", cue=two, text="zwei", does="vote")
    assert sheet(play) == ["one", "zwei", "three"]
    assert on(play)["text"] == "two", "what people see stays"
    play.do(HOST, "cue.drop", cue=one)
    assert sheet(play) == ["zwei", "three"]
    with pytest.raises(Refused) as refused:
        play.do(HOST, "cue.call", cue=one)
    assert refused.value.code is Code.NOT_FOUND
    assert play.replayed().dump() == play.room.dump()


def test_a_run_sheet_has_a_bound() -> None:
    play = Play()
    for number in range(CUES_KEPT):
        prepare(play, f"call {number}")
    with pytest.raises(Refused) as refused:
        prepare(play, "one more")
    assert refused.value.code is Code.CONFLICT


def test_the_call_ends_with_the_room_and_what_was_called_goes_with_its_age() -> None:
    play = Play()
    play.do(HOST, "room.configure", settings={"retention_days": 1})
    called = prepare(play, "called")
    prepare(play, "prepared")
    play.do(HOST, "cue.call", cue=called)
    assert types(play.do(HOST, "room.close")) == ["cue.withdrawn", "room.closed"]
    play.do(HOST, "room.open")
    play.do(HOST, "cue.call", cue=called)
    play.wait(2 * DAY_MS)
    play.retire()
    assert (on(play), sheet(play)) == (None, ["prepared"])


@pytest.mark.parametrize("fields", [{"text": ""}, {"text": "x" * (CUE_LENGTH + 1)}, {"text": "a", "does": "dance"}])
def test_bad_input_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        Play().do(HOST, "cue.say", **fields)
    assert refused.value.code is Code.INVALID


def test_only_staff_calls() -> None:
    with pytest.raises(Refused) as refused:
        Play().do(ANN, "cue.say", text="Everybody jump")
    assert refused.value.code is Code.FORBIDDEN
