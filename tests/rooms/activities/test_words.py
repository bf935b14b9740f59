"""What only the word filter of a room knows: whose words it looks at, and that its list stays with the hosts."""

import json
from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.messages import Audience, By, Role
from rooms.activities import words
from rooms.room import Room
from tests.rooms.play import ANN, BOT, HOST, MODERATOR, Play, types


@pytest.fixture
def play() -> Play:
    return Play()


def refused(play: Play, who: By, word: str, **fields: Any) -> Refused:
    seq = play.room.seq
    with pytest.raises(Refused) as caught:
        play.do(who, word, **fields)
    assert play.room.seq == seq, "something was stored"
    return caught.value


def test_a_word_on_the_list_goes_back_to_whoever_wrote_it(play: Play) -> None:
    play.do(HOST, "words.add", words=["加微信", "Spam"])
    error = refused(play, ANN, "chat.send", text="请 加 微 信")
    assert error.code is Code.WORDS
    assert error.message == "The text holds a word that this room does not allow."
    assert refused(play, ANN, "chat.send", text="ｓ.p.a.m").code is Code.WORDS
    play.do(ANN, "chat.send", text="hello")
    play.do(HOST, "words.remove", words=["SPAM", "unknown"])
    play.do(ANN, "chat.send", text="spam")
    play.do(MODERATOR, "words.clear")
    play.do(ANN, "chat.send", text="加微信")


def test_a_name_is_looked_at_too_and_those_a_bot_speaks_for(play: Play) -> None:
    play.do(HOST, "words.add", words=["spam"])
    error = refused(play, By("u1", "S P A M", Role.ATTENDEE), "chat.send", text="hi")
    assert (error.code, error.message) == (Code.WORDS, "Your name holds a word that this room does not allow.")
    person = {"id": "w1", "name": "Wen", "via": "wecom"}
    assert refused(play, BOT, "chat.send", text="spam", on_behalf_of=person).code is Code.WORDS


def test_staff_writes_what_it_likes_and_votes_are_not_read(play: Play) -> None:
    play.do(HOST, "words.add", words=["spam"])
    play.do(MODERATOR, "chat.send", text="no spam please")
    poll = play.do(HOST, "poll.create", question="spam?", kind="single", options=["a", "b"])[0].data
    play.do(HOST, "poll.open", poll=getattr(poll, "poll", ""))
    play.do(By("u1", "spam", Role.ATTENDEE), "poll.vote", poll=getattr(poll, "poll", ""), choices=[0])


def test_the_list_is_told_to_hosts_alone(play: Play) -> None:
    (added,) = play.do(HOST, "words.add", words=["secret", "Secret", "other"])
    assert added.audience is Audience.HOSTS
    assert added.by == HOST
    assert play.view("words", Audience.HOSTS) == {"words": ["secret", "other"]}
    assert play.view("words") == {}
    (removed,) = play.do(HOST, "words.remove", words=["other"])
    (cleared,) = play.do(HOST, "words.clear")
    assert {removed.audience, cleared.audience} == {Audience.HOSTS}
    assert play.do(HOST, "words.clear") == []
    assert play.do(HOST, "words.remove", words=["other"]) == []
    told = [play.room.view(Audience.EVERYONE), play.room.mine(ANN.id)]
    assert "secret" not in json.dumps(told)
    assert refused(play, ANN, "words.add", words=["x y"]).code is Code.FORBIDDEN


@pytest.mark.parametrize("entry", ["...", "\u200b!", "a"])
def test_an_entry_that_matches_everything_or_nothing_is_refused(play: Play, entry: str) -> None:
    assert refused(play, HOST, "words.add", words=["fine", entry]).code is Code.INVALID


def test_there_is_an_end_to_the_list(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "WORDS_KEPT", 2)
    play.do(HOST, "words.add", words=["one", "two"])
    assert play.do(HOST, "words.add", words=["two", "ONE"]) == []
    assert refused(play, HOST, "words.add", words=["three"]).code is Code.CONFLICT
    monkeypatch.setattr(words, "WORDS_KEPT", 9)
    monkeypatch.setattr(words, "WORDS_BYTES", 16)
    assert refused(play, HOST, "words.add", words=["three"]).code is Code.CONFLICT


def test_the_small_list_is_off_until_a_host_switches_it_on(play: Play) -> None:
    play.do(ANN, "chat.send", text="代开发票")
    play.do(HOST, "room.configure", settings={"filter_common": True})
    assert refused(play, ANN, "chat.send", text="代 开 发 票").code is Code.WORDS


def test_what_holds_a_word_waits_for_staff_if_the_room_says_so(play: Play) -> None:
    play.do(HOST, "words.add", words=["spam"])
    play.do(HOST, "room.configure", settings={"filter_holds": True})
    assert types(play.do(ANN, "chat.send", text="spam")) == ["chat.held"]
    assert types(play.do(ANN, "chat.send", text="hello")) == ["chat.sent"]


def test_a_list_from_a_snapshot_filters_as_before(play: Play) -> None:
    play.do(HOST, "words.add", words=["spam"])
    play.room = Room.load("r1", play.room.dump(), play.registry)
    assert refused(play, ANN, "chat.send", text="spam").code is Code.WORDS
