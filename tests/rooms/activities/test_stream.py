"""What only the stream knows: whence it may come, and what leaves the room with an export."""

from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.messages import Audience, By
from rooms.activities.stream import Stream
from tests.rooms.play import ANN, HOST, MODERATOR, WALL, Play, types

ADDRESS = "https://live.example/show/index.m3u8?sign=s3cret"


@pytest.fixture
def play() -> Play:
    return Play()


def refused(play: Play, who: By, word: str, **fields: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        play.do(who, word, **fields)
    return caught.value


def shown(play: Play) -> Any:
    return play.view("stream")["stream"]


def test_a_stream_comes_pauses_and_goes(play: Play) -> None:
    assert shown(play) is None
    (told,) = play.do(MODERATOR, "stream.set", address=ADDRESS, title="Table 1")
    assert (told.type, told.audience) == ("stream.started", Audience.EVERYONE)
    assert shown(play) == {"address": ADDRESS, "title": "Table 1", "status": "live", "since": play.now}
    assert play.do(HOST, "stream.set", address=ADDRESS, title="Table 1") == []
    assert types(play.do(HOST, "stream.set", address=ADDRESS, title="Table 2")) == ["stream.started"]

    play.wait(1_000)
    assert types(play.do(HOST, "stream.pause")) == ["stream.paused"]
    assert (shown(play)["status"], shown(play)["since"]) == ("paused", play.now)
    assert play.do(HOST, "stream.pause") == []
    assert types(play.do(HOST, "stream.resume")) == ["stream.resumed"]
    assert play.do(HOST, "stream.resume") == []

    assert types(play.do(HOST, "stream.clear")) == ["stream.cleared"]
    assert shown(play) is None
    assert play.do(HOST, "stream.clear") == []
    assert refused(play, HOST, "stream.resume").code is Code.CONFLICT


def test_setting_it_anew_ends_a_pause(play: Play) -> None:
    play.do(HOST, "stream.set", address=ADDRESS)
    play.do(HOST, "stream.pause")
    play.do(HOST, "stream.set", address=ADDRESS)
    assert shown(play)["status"] == "live"


def test_only_staff_sets_it(play: Play) -> None:
    for who in (ANN, WALL):
        assert refused(play, who, "stream.set", address=ADDRESS).code is Code.FORBIDDEN


def test_a_site_that_no_operator_listed_is_refused_with_what_to_do(play: Play) -> None:
    fault = refused(play, HOST, "stream.set", address="https://other.example/a.m3u8")
    assert fault.code is Code.FORBIDDEN
    assert "operator lists" in fault.message
    assert refused(play, HOST, "stream.set", address="/streams/demo.m3u8").code is Code.FORBIDDEN
    assert shown(play) is None
    play.do(HOST, "stream.set", address="https://a.cdn.example/a.m3u8")


def test_a_room_that_closes_shows_nothing(play: Play) -> None:
    play.do(HOST, "stream.set", address=ADDRESS)
    assert types(play.do(HOST, "room.close")) == ["stream.paused", "room.closed"]
    assert types(play.do(HOST, "room.open")) == ["room.opened"]
    assert shown(play)["status"] == "paused"


def test_an_export_holds_no_signature(play: Play) -> None:
    (told,) = play.do(HOST, "stream.set", address=ADDRESS)
    assert told.data is not None
    assert told.data.exported() == {"address": "https://live.example/show/index.m3u8", "title": None}
    assert told.data.dump()["address"] == ADDRESS


def test_a_snapshot_and_what_is_old_keep_it(play: Play) -> None:
    play.do(HOST, "stream.set", address=ADDRESS)
    other = Stream()
    other.load(play.room.activities["stream"].dump())
    assert other.on
    play.do(HOST, "room.configure", settings={"retention_days": 1})
    play.wait(3 * 24 * 3_600_000)
    play.retire()
    assert shown(play)["address"] == ADDRESS
