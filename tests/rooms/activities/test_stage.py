"""What only the stage knows: a scene is of something that everyone sees, and nothing is lost under a blank wall."""

from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.limits import COUNTDOWN_MAXIMUM_MS, COUNTDOWN_TOLD_MS
from protocols.messages import Audience, By, Record
from rooms.room import Room
from tests.rooms.play import ANN, BEN, BOT, HOST, MODERATOR, WALL, Play, types

AUTO: dict[str, Any] = {"scene": "auto", "subject": None, "blank": False, "countdown": None}


@pytest.fixture
def play() -> Play:
    return Play()


def refused(play: Play, who: By, word: str, **fields: Any) -> Code:
    seq = play.room.seq
    with pytest.raises(Refused) as caught:
        play.do(who, word, **fields)
    assert play.room.seq == seq
    return caught.value.code


def made(records: list[Record], field: str) -> str:
    name: str = getattr(records[-1].data, field)
    return name


def photo(play: Play, who: By, name: str) -> str:
    fields: dict[str, Any] = {"photo": name, "width": 4, "height": 3, "color": "#ffffff", "caption": None}
    play.do(who, "photo.add", vouched=True, **fields)
    return name


def on_stage(play: Play) -> tuple[str, str | None]:
    view = play.view("stage")
    return view["scene"], view["subject"]


@pytest.mark.parametrize("scene", ["cover", "chat", "photos"])
def test_a_scene_stays_until_another_is_set(play: Play, scene: str) -> None:
    assert play.view("stage") == AUTO
    (told,) = play.do(MODERATOR, "stage.set", scene=scene)
    assert (told.type, told.audience) == ("stage.changed", Audience.EVERYONE)
    assert play.view("stage") == AUTO | {"scene": scene}
    assert play.do(HOST, "stage.set", scene=scene) == []
    play.do(HOST, "stage.set", scene="auto")
    assert play.view("stage") == AUTO


def test_a_blank_wall_keeps_what_was_set(play: Play) -> None:
    play.do(HOST, "stage.set", scene="cover")
    play.do(HOST, "stage.blank")
    assert play.do(HOST, "stage.blank") == []
    assert play.view("stage") == AUTO | {"scene": "cover", "blank": True}
    play.do(HOST, "stage.unblank")
    assert play.do(HOST, "stage.unblank") == []
    assert play.view("stage") == AUTO | {"scene": "cover"}
    # Another scene lights the wall again, unless that is not what is meant, as when it is taken back.
    play.do(HOST, "stage.blank")
    play.do(HOST, "stage.set", scene="chat")
    assert play.view("stage") == AUTO | {"scene": "chat"}
    play.do(HOST, "stage.set", scene="cover", blank=True)
    assert play.view("stage") == AUTO | {"scene": "cover", "blank": True}


def test_a_panic_changes_nothing_of_it(play: Play) -> None:
    play.do(HOST, "stage.set", scene="cover")
    play.do(HOST, "room.panic")
    assert play.view("stage") == AUTO | {"scene": "cover"}
    play.do(HOST, "stage.set", scene="chat")
    play.do(HOST, "stage.blank")
    play.do(HOST, "room.calm")
    assert play.view("stage") == AUTO | {"scene": "chat", "blank": True}


def test_what_not_everyone_sees_is_no_subject(play: Play) -> None:
    play.do(HOST, "room.configure", settings={"approve_questions": True, "photos_approved": True})
    draft = made(play.do(HOST, "poll.create", question="?", kind="rating"), "poll")
    draw = made(play.do(HOST, "draw.create", title="A castle", winners=1), "draw")
    first = made(play.do(HOST, "first.create", title="A dragon", places=2), "first")
    question = made(play.do(ANN, "question.ask", text="when?"), "question")
    waiting = photo(play, ANN, "p1")
    for scene, subject in (
        ("poll", draft),
        ("winner", draw),
        ("winner", first),
        ("question", question),
        ("photos", waiting),
        ("poll", "id-none"),
    ):
        assert refused(play, HOST, "stage.set", scene=scene, subject=subject) is Code.NOT_FOUND
    for scene in ("poll", "winner", "question", "countdown"):
        assert refused(play, HOST, "stage.set", scene=scene) is Code.NOT_FOUND
    assert refused(play, HOST, "stage.set", scene="chat", subject=draft) is Code.INVALID

    play.do(HOST, "poll.open", poll=draft)
    play.do(HOST, "first.open", first=first)
    play.do(HOST, "draw.open", draw=draw)
    play.do(HOST, "question.approve", question=question)
    play.do(HOST, "photo.approve", photo=waiting)
    assert refused(play, HOST, "stage.set", scene="winner", subject=draft) is Code.NOT_FOUND
    assert refused(play, HOST, "stage.set", scene="question") is Code.NOT_FOUND
    for scene, subject in (
        ("poll", draft),
        ("winner", first),
        ("winner", draw),
        ("question", question),
        ("photos", waiting),
    ):
        play.do(HOST, "stage.set", scene=scene, subject=subject)
        assert on_stage(play) == (scene, subject)


def test_a_scene_lets_go_of_what_is_hidden_or_gone(play: Play) -> None:
    play.do(HOST, "room.configure", settings={"photos_approved": False})
    question = made(play.do(ANN, "question.ask", text="when?"), "question")
    play.do(HOST, "stage.set", scene="question", subject=question)
    play.do(HOST, "question.hide", question=question)
    play.do(HOST, "question.restore", question=question)
    assert on_stage(play) == ("auto", None)

    poll = made(play.do(HOST, "poll.create", question="?", kind="rating"), "poll")
    play.do(HOST, "poll.open", poll=poll)
    play.do(HOST, "stage.set", scene="poll", subject=poll)
    play.do(HOST, "countdown.start", duration_ms=5_000)
    play.do(HOST, "poll.remove", poll=poll)
    play.do(HOST, "countdown.stop")
    assert on_stage(play) == ("auto", None)

    # Where one photo was there are others.
    one = photo(play, BEN, "p1")
    play.do(HOST, "stage.set", scene="photos", subject=one)
    play.do(BEN, "photo.delete", photo=one)
    assert on_stage(play) == ("photos", None)

    other = made(play.do(ANN, "question.ask", text="where?"), "question")
    play.do(HOST, "stage.set", scene="question", subject=other)
    play.do(HOST, "person.erase", user=ANN.id)
    assert on_stage(play) == ("auto", None)
    assert play.replayed().dump() == play.room.dump()


def test_a_countdown_comes_and_goes_with_its_time(play: Play) -> None:
    play.do(HOST, "stage.set", scene="cover")
    play.do(HOST, "stage.blank")
    (started,) = play.do(HOST, "countdown.start", duration_ms=60_000, text="Doors open")
    countdown = {"text": "Doors open", "duration_ms": 60_000, "ends_at": started.at + 60_000}
    assert play.view("stage") == AUTO | {"scene": "countdown", "countdown": countdown}
    # Everybody sees that it ended, then the wall goes on.
    assert play.wait(60_000) == []
    assert types(play.wait(COUNTDOWN_TOLD_MS)) == ["countdown.stopped"]
    assert play.view("stage") == AUTO | {"scene": "cover"}
    assert (play.log[-1].by, play.room.due()) == (None, None)


def test_a_countdown_goes_on_beside_another_scene(play: Play) -> None:
    play.do(HOST, "countdown.start", duration_ms=60_000)
    play.do(HOST, "stage.set", scene="chat")
    play.do(HOST, "countdown.stop")
    assert play.do(HOST, "countdown.stop") == []
    assert on_stage(play) == ("chat", None)

    play.do(HOST, "countdown.start", duration_ms=60_000)
    play.do(HOST, "stage.set", scene="cover")
    play.do(HOST, "stage.set", scene="countdown")
    play.do(HOST, "countdown.start", duration_ms=90_000)
    loaded = Room.load("r1", play.room.dump())
    assert loaded.due() == play.room.due() == play.now + 90_000 + COUNTDOWN_TOLD_MS
    play.do(HOST, "stage.set", scene="chat")
    play.do(HOST, "countdown.extend", by_ms=60_000)
    countdown = {"text": None, "duration_ms": 150_000, "ends_at": play.now + 150_000}
    assert play.view("stage") == AUTO | {"scene": "chat", "countdown": countdown}
    play.do(HOST, "stage.set", scene="cover")
    play.do(HOST, "stage.set", scene="countdown")
    assert types(play.do(HOST, "room.close")) == ["countdown.stopped", "room.closed"]
    assert on_stage(play) == ("cover", None)
    assert play.room.due() is None
    assert refused(play, HOST, "countdown.extend", by_ms=60_000) is Code.NOT_FOUND


def test_a_countdown_has_an_end_in_sight(play: Play) -> None:
    play.do(HOST, "countdown.start", duration_ms=60_000)
    (most,) = play.do(HOST, "countdown.extend", by_ms=COUNTDOWN_MAXIMUM_MS)
    assert getattr(most.data, "ends_at", 0) == play.now + COUNTDOWN_MAXIMUM_MS
    assert play.do(HOST, "countdown.extend", by_ms=60_000) == []


def test_only_staff_is_asked(play: Play) -> None:
    play.do(HOST, "countdown.start", duration_ms=60_000)
    for who in (ANN, BOT, WALL):
        for word, fields in (
            ("stage.set", {"scene": "chat"}),
            ("stage.blank", {}),
            ("stage.unblank", {}),
            ("countdown.start", {"duration_ms": 5_000}),
            ("countdown.extend", {"by_ms": 5_000}),
            ("countdown.stop", {}),
        ):
            assert refused(play, who, word, **fields) is Code.FORBIDDEN
