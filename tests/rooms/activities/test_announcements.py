"""What is announced: one at a time, put otherwise, withdrawn, forgotten with whoever wrote it."""

from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.limits import ANNOUNCEMENT_LENGTH, DAY_MS
from protocols.messages import Audience
from tests.rooms.play import ANN, BOT, HOST, MODERATOR, Play, types


def post(play: Play, text: str = "Doors at six", **fields: Any) -> str:
    return str(getattr(play.do(HOST, "announcement.post", text=text, **fields)[0].data, "announcement", ""))


def current(play: Play) -> Any:
    return play.view("announcements")["current"]


def test_it_is_told_to_everyone_until_it_is_withdrawn() -> None:
    play = Play()
    one = post(play, link="https://shop.example/gifts")
    assert current(play) == {
        "announcement": one,
        "text": "Doors at six",
        "link": "https://shop.example/gifts",
        "at": play.now,
        "edited": False,
    }
    records = play.do(MODERATOR, "announcement.withdraw", announcement=one)
    assert types(records) == ["announcement.withdrawn"]
    assert records[0].audience is Audience.EVERYONE
    assert current(play) is None
    with pytest.raises(Refused) as refused:
        play.do(HOST, "announcement.withdraw", announcement=one)
    assert refused.value.code is Code.NOT_FOUND


def test_a_newer_one_takes_its_place_and_the_log_has_both() -> None:
    play = Play()
    one = post(play)
    two = post(play, "Gifts at seven")
    assert current(play)["announcement"] == two
    with pytest.raises(Refused):
        play.do(HOST, "announcement.edit", announcement=one, text="Doors at five")
    said = [record.data.text for record in play.log if record.type == "announcement.posted" and record.data]  # type: ignore[attr-defined]
    assert said == ["Doors at six", "Gifts at seven"]


def test_it_is_put_otherwise_whole() -> None:
    play = Play()
    one, at = post(play, link="https://shop.example/"), play.now
    play.wait(60_000)
    assert play.do(HOST, "announcement.edit", announcement=one, text="Doors at six", link="https://shop.example/") == []
    play.do(MODERATOR, "announcement.edit", announcement=one, text="Doors at five")
    assert current(play) == {"announcement": one, "text": "Doors at five", "link": None, "at": at, "edited": True}


def test_words_go_with_whoever_wrote_them_last() -> None:
    play = Play()
    one = post(play)
    play.do(MODERATOR, "announcement.edit", announcement=one, text="Doors at five")
    play.do(HOST, "person.erase", user=MODERATOR.id)
    assert current(play) is None
    assert play.replayed().dump() == play.room.dump()

    one = post(play)
    play.do(MODERATOR, "announcement.edit", announcement=one, text="Doors at five")
    play.do(HOST, "announcement.edit", announcement=one, text="Doors at four")
    play.do(HOST, "person.erase", user=MODERATOR.id)
    assert current(play)["text"] == "Doors at four"
    assert play.replayed().dump() == play.room.dump()


def test_old_words_go() -> None:
    play = Play()
    play.do(HOST, "room.configure", settings={"retention_days": 1})
    post(play)
    play.wait(2 * DAY_MS)
    play.retire()
    assert current(play) is None


def test_it_stays_when_the_room_is_closed() -> None:
    play = Play()
    post(play, "Gifts are at the counter until eight")
    play.do(HOST, "room.close")
    assert current(play) is not None


@pytest.mark.parametrize("who", [ANN, BOT])
def test_only_staff_announces(who: Any) -> None:
    with pytest.raises(Refused) as refused:
        Play().do(who, "announcement.post", text="Hi")
    assert refused.value.code is Code.FORBIDDEN


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"text": "x" * (ANNOUNCEMENT_LENGTH + 1)},
        {"text": "Hi", "link": "javascript:alert(1)"},
        {"text": "Hi", "link": ""},
    ],
)
def test_bad_input_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        Play().do(HOST, "announcement.post", **fields)
    assert refused.value.code is Code.INVALID
