"""What only the order of a room knows: who may write, and that a panic leaves everything as it was."""

from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.messages import Audience, By
from tests.rooms.play import ANN, BOT, HOST, MODERATOR, Play, types

FREE = {"muted": False, "chat_closed": False, "panicked": False}


@pytest.fixture
def play() -> Play:
    return Play()


def refused(play: Play, who: By, word: str, **fields: Any) -> Code:
    seq = play.room.seq
    with pytest.raises(Refused) as caught:
        play.do(who, word, **fields)
    assert play.room.seq == seq
    return caught.value.code


@pytest.mark.parametrize(
    ("on", "off", "field", "code"),
    [
        ("room.mute", "room.unmute", "muted", Code.MUTED),
        ("chat.close", "chat.open", "chat_closed", Code.CLOSED),
        ("room.panic", "room.calm", "panicked", Code.MUTED),
    ],
)
def test_a_switch_and_its_way_back(play: Play, on: str, off: str, field: str, code: Code) -> None:
    (told,) = play.do(MODERATOR, on)
    assert (told.audience, told.by) == (Audience.EVERYONE, MODERATOR)
    assert play.view("order") == FREE | {field: True}
    assert play.do(HOST, on) == []
    assert refused(play, ANN, "chat.send", text="hi") is code
    assert refused(play, BOT, "chat.send", text="hi") is code
    play.do(HOST, "chat.send", text="quiet please")

    (told,) = play.do(HOST, off)
    assert told.by == HOST
    assert play.view("order") == FREE
    assert play.do(HOST, off) == []
    play.do(ANN, "chat.send", text="hi")


def test_votes_go_on_and_what_one_has_written_can_be_taken_back(play: Play) -> None:
    message = getattr(play.do(ANN, "chat.send", text="hi")[0].data, "message", "")
    poll = getattr(play.do(HOST, "poll.create", question="?", kind="rating")[0].data, "poll", "")
    play.do(HOST, "poll.open", poll=poll)
    play.do(HOST, "room.panic")
    assert types(play.do(ANN, "poll.vote", poll=poll, choices=[5])) == ["poll.voted"]
    assert types(play.do(ANN, "chat.delete", message=message)) == ["chat.deleted"]


@pytest.mark.parametrize("before", [[], ["room.mute"], ["chat.close"], ["room.mute", "chat.close"]])
def test_a_panic_leaves_everything_as_it_was(play: Play, before: list[str]) -> None:
    for word in before:
        play.do(HOST, word)
    shown = play.view("order")
    play.do(MODERATOR, "room.panic")
    play.do(MODERATOR, "room.calm")
    assert play.view("order") == shown


def test_photos_are_for_others_to_see_too(play: Play) -> None:
    photo: dict[str, Any] = {
        "vouched": True,
        "photo": "p1",
        "width": 4,
        "height": 3,
        "color": "#ffffff",
        "caption": "spam",
    }
    play.do(HOST, "room.mute")
    assert refused(play, ANN, "photo.add", **photo) is Code.MUTED
    play.do(HOST, "room.unmute")
    play.do(HOST, "chat.close")
    play.do(HOST, "words.add", words=["spam"])
    assert refused(play, ANN, "photo.add", **photo) is Code.WORDS
    play.do(ANN, "photo.add", **photo | {"caption": None})


def test_only_staff_turns_them(play: Play) -> None:
    for word in ("room.mute", "chat.close", "room.panic", "room.calm"):
        assert refused(play, ANN, word) is Code.FORBIDDEN
