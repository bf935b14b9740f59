"""What only the people of a room know: who may put out whom, and what holds for them."""

import json
from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.limits import DAY_MS
from protocols.messages import Audience, By, Role
from rooms.activities import people
from rooms.registry import REGISTRY
from rooms.room import Room
from tests.rooms.play import ANN, BEN, BOT, HOST, MODERATOR, WALL, Play, types

SECOND = By("user-second", "¤Second", Role.HOST)


@pytest.fixture
def play() -> Play:
    return Play()


def refused(play: Play, who: By, word: str, **fields: Any) -> Code:
    with pytest.raises(Refused) as caught:
        play.do(who, word, **fields)
    return caught.value.code


def banned(play: Play) -> list[str]:
    return [each["user"] for each in play.view("people", Audience.HOSTS)["banned"]]


def test_who_is_banned_says_nothing_until_it_is_lifted(play: Play) -> None:
    (told,) = play.do(HOST, "person.ban", user=ANN.id, name="Ann")
    assert told.audience is Audience.HOSTS
    assert told.by == HOST
    assert refused(play, ANN, "chat.send", text="hi") is Code.BANNED
    play.do(BEN, "chat.send", text="hi")

    assert play.view("people", Audience.EVERYONE) == {}
    (shown,) = play.view("people", Audience.HOSTS)["banned"]
    assert shown == {"user": ANN.id, "name": "Ann", "at": play.now, "by": HOST.as_wire()}
    assert play.do(HOST, "person.ban", user=ANN.id) == [], "they are banned already"

    play.do(MODERATOR, "person.unban", user=ANN.id)
    play.do(ANN, "chat.send", text="hi again")
    assert play.do(HOST, "person.unban", user=ANN.id) == []


def test_who_is_kicked_may_come_back(play: Play) -> None:
    assert types(play.do(MODERATOR, "person.kick", user=ANN.id, name="Ann")) == ["person.kicked"]
    play.do(ANN, "chat.send", text="hi")


def test_a_role_changes_what_one_may_do(play: Play) -> None:
    assert refused(play, ANN, "poll.create", question="?", kind="rating", options=[]) is Code.FORBIDDEN
    (changed,) = play.do(HOST, "person.role", user=ANN.id, role="moderator", name="Ann")
    assert play.room.people.changed_at(ANN.id) == changed.seq
    (record,) = play.do(ANN, "chat.send", text="hi")
    assert record.by is not None
    assert record.by.role is Role.MODERATOR, "shown as what they are now"
    play.do(ANN, "person.ban", user=BEN.id)
    assert play.do(HOST, "person.role", user=ANN.id, role="moderator") == []

    play.do(HOST, "person.role", user=ANN.id, role="attendee")
    assert refused(play, ANN, "person.unban", user=BEN.id) is Code.FORBIDDEN


def test_a_host_who_is_one_no_longer_decides_nothing(play: Play) -> None:
    play.do(HOST, "person.role", user=SECOND.id, role="attendee")
    assert refused(play, SECOND, "room.close") is Code.FORBIDDEN
    assert refused(play, SECOND, "person.role", user=SECOND.id, role="host") is Code.FORBIDDEN


@pytest.mark.parametrize(
    ("who", "word", "fields"),
    [
        (ANN, "person.kick", {"user": BEN.id}),
        (BOT, "person.ban", {"user": BEN.id}),
        (WALL, "person.ban", {"user": BEN.id}),
        (HOST, "person.ban", {"user": HOST.id}),
        (MODERATOR, "person.role", {"user": ANN.id, "role": "moderator"}),
        (HOST, "person.ban", {"user": "st_0001"}),
        (HOST, "person.role", {"user": "st_0001", "role": "attendee"}),
        (HOST, "person.role", {"user": "wecom:ann", "role": "moderator"}),
    ],
)
def test_whom_nobody_decides_on(play: Play, who: By, word: str, fields: dict[str, str]) -> None:
    assert refused(play, who, word, **fields) is Code.FORBIDDEN


def test_a_moderator_does_not_decide_on_hosts(play: Play) -> None:
    play.do(HOST, "person.role", user=ANN.id, role="host")
    assert refused(play, MODERATOR, "person.kick", user=ANN.id) is Code.FORBIDDEN
    # Nobody has seen this one's token yet: it is looked at when they come.
    play.do(MODERATOR, "person.ban", user=SECOND.id)
    play.do(SECOND, "chat.send", text="I am a host")
    play.do(HOST, "person.unban", user=SECOND.id)
    play.do(HOST, "person.ban", user=SECOND.id)
    assert refused(play, SECOND, "chat.send", text="not any more") is Code.BANNED


def test_machines_stay_what_they_are(play: Play) -> None:
    play.do(HOST, "person.role", user=BOT.id, role="host")
    (record,) = play.do(BOT, "chat.send", text="hi")
    assert record.by == BOT


def test_a_host_bans_for_hosts_whom_a_moderator_has_banned_before(play: Play) -> None:
    play.do(MODERATOR, "person.ban", user=SECOND.id)
    play.do(SECOND, "chat.send", text="still here")
    assert types(play.do(HOST, "person.ban", user=SECOND.id)) == ["person.banned"]
    assert refused(play, SECOND, "chat.send", text="hi") is Code.BANNED
    assert play.do(MODERATOR, "person.ban", user=SECOND.id) == [], "nor does a moderator's go over a host's"
    assert play.do(HOST, "person.ban", user=SECOND.id) == []
    assert banned(play) == [SECOND.id]


def test_a_bot_speaks_for_nobody_who_is_banned_nor_when_it_is_itself(play: Play) -> None:
    person = {"id": "w1", "name": "Wen", "via": "wecom"}
    play.do(BOT, "chat.send", text="hi", on_behalf_of=person)
    play.do(HOST, "person.ban", user="wecom:w1")
    assert refused(play, BOT, "chat.send", text="hi", on_behalf_of=person) is Code.BANNED
    play.do(HOST, "person.unban", user="wecom:w1")
    play.do(HOST, "person.ban", user=BOT.id)
    assert refused(play, BOT, "chat.send", text="hi", on_behalf_of=person) is Code.BANNED


def test_there_is_an_end_to_the_lists(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "BANS_KEPT", 2)
    monkeypatch.setattr(people, "ROLES_KEPT", 1)
    for user in ("a", "b"):
        play.do(HOST, "person.ban", user=user)
    assert refused(play, HOST, "person.ban", user="c") is Code.CONFLICT
    play.do(HOST, "person.role", user="a", role="moderator")
    assert refused(play, HOST, "person.role", user="b", role="moderator") is Code.CONFLICT
    play.do(HOST, "person.role", user="a", role="attendee")


def test_whoever_is_erased_is_in_no_list_and_who_did_it_has_no_name(play: Play) -> None:
    play.do(ANN, "chat.send", text="hi")
    play.do(HOST, "person.ban", user=ANN.id, name="Ann")
    play.do(SECOND, "person.role", user=BEN.id, role="moderator", name="Ben")
    play.do(SECOND, "person.kick", user=ANN.id, name="Ann")

    play.do(HOST, "person.erase", user=ANN.id)
    assert banned(play) == []
    told = json.dumps([[each.by and each.by.as_wire(), each.data and each.data.dump()] for each in play.log])
    assert ANN.id not in told
    assert "Ann" not in told

    play.do(HOST, "person.erase", user=SECOND.id)
    (role,) = play.view("people", Audience.HOSTS)["roles"]
    assert role["user"] == BEN.id
    assert role["by"]["id"].startswith("erased:"), "what they decided stays"
    assert play.replayed().dump() == play.room.dump()


def test_one_who_was_only_banned_can_be_erased(play: Play) -> None:
    play.do(HOST, "person.ban", user="lurker", name="Lou")
    assert types(play.do(HOST, "person.erase", user="lurker")) == ["person.unlisted", "person.erased"]
    assert play.room.seqs_of("lurker") == ()
    assert play.do(HOST, "person.erase", user="lurker") == []


def test_what_holds_outlives_the_retention_and_what_held_does_not(play: Play) -> None:
    play.do(HOST, "room.configure", settings={"retention_days": 1})
    play.do(HOST, "person.ban", user=ANN.id, name="Ann")
    play.do(HOST, "person.ban", user=BEN.id, name="Ben")
    play.do(HOST, "person.unban", user=BEN.id)
    play.wait(2 * DAY_MS)
    play.retire()

    assert banned(play) == [ANN.id]
    assert refused(play, ANN, "chat.send", text="hi") is Code.BANNED
    assert play.room.seqs_of(BEN.id) == ()
    assert play.replayed().dump() == play.room.dump()


def test_a_snapshot_from_before_there_were_any_is_read(play: Play) -> None:
    state = play.room.dump()
    del state["activities"]["people"]
    assert Room.load("r1", state, REGISTRY).people.view(Audience.HOSTS) == {
        **{"banned": [], "muted": []},
        **{"warned": [], "roles": []},
    }


def test_who_is_muted_reads_and_votes_until_the_time_is_over(play: Play) -> None:
    (told,) = play.do(MODERATOR, "person.mute", user=ANN.id, name="Ann", for_ms=60_000)
    assert (told.audience, told.by) == (Audience.HOSTS, MODERATOR)
    until = play.now + 60_000
    assert play.room.mine(ANN.id)["people"] == {"muted": {"until": until}}
    assert "people" not in play.room.mine(BEN.id)
    assert play.view("people") == {}
    (shown,) = play.view("people", Audience.HOSTS)["muted"]
    assert shown == {"user": ANN.id, "name": "Ann", "at": play.now, "by": MODERATOR.as_wire(), "until": until}

    play.wait(59_000)
    with pytest.raises(Refused) as caught:
        play.do(ANN, "chat.send", text="hi")
    assert (caught.value.code, caught.value.retry_after_ms) == (Code.MUTED, 1_000)
    play.do(BEN, "chat.send", text="hi")
    poll = getattr(play.do(HOST, "poll.create", question="?", kind="rating")[0].data, "poll", "")
    play.do(HOST, "poll.open", poll=poll)
    play.do(ANN, "poll.vote", poll=poll, choices=[5])

    (over,) = play.wait(1_000)
    assert (over.type, over.audience, over.by, over.at) == ("person.unmuted", Audience.HOSTS, None, until)
    assert over.data is not None
    assert over.data.told_alone(over.by) == ANN.id
    assert "people" not in play.room.mine(ANN.id)
    play.do(ANN, "chat.send", text="hi")


def test_a_mute_without_an_end_holds_until_it_is_undone(play: Play) -> None:
    (told,) = play.do(HOST, "person.mute", user=ANN.id)
    assert told.data is not None
    assert told.data.told_alone(told.by) == ANN.id
    assert play.do(HOST, "person.mute", user=ANN.id) == []
    play.wait(DAY_MS)
    assert refused(play, ANN, "chat.send", text="hi") is Code.MUTED
    assert types(play.do(MODERATOR, "person.unmute", user=ANN.id)) == ["person.unmuted"]
    assert play.do(MODERATOR, "person.unmute", user=ANN.id) == []
    play.do(ANN, "chat.send", text="hi")


def test_a_mute_can_be_made_longer_or_shorter(play: Play) -> None:
    play.do(HOST, "person.mute", user=ANN.id)
    play.do(HOST, "person.mute", user=ANN.id, for_ms=5_000)
    assert play.room.due() == play.now + 5_000
    play.do(HOST, "person.mute", user=ANN.id)
    assert play.room.due() is None


def test_a_mute_does_not_hold_for_staff(play: Play) -> None:
    play.do(HOST, "person.mute", user=MODERATOR.id)
    play.do(MODERATOR, "chat.send", text="hi")
    play.do(HOST, "person.mute", user=ANN.id)
    play.do(HOST, "person.role", user=ANN.id, role="moderator")
    play.do(ANN, "chat.send", text="hi")


def test_whoever_is_erased_is_muted_no_longer(play: Play) -> None:
    play.do(ANN, "chat.send", text="hi")
    play.do(HOST, "person.mute", user=ANN.id, name="Ann", for_ms=60_000)
    play.do(HOST, "person.erase", user=ANN.id)
    assert play.view("people", Audience.HOSTS)["muted"] == []
    assert play.room.due() is None
    assert play.replayed().dump() == play.room.dump()


def test_an_end_to_the_mutes(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "MUTES_KEPT", 1)
    play.do(HOST, "person.mute", user="a", for_ms=1_000)
    assert refused(play, HOST, "person.mute", user="b") is Code.CONFLICT
    play.wait(1_000)
    play.do(HOST, "person.mute", user="b")


def test_who_is_warned_is_told_so_alone_until_it_is_taken_back(play: Play) -> None:
    (told,) = play.do(MODERATOR, "person.warn", user=ANN.id, name="Ann")
    assert (told.audience, told.by) == (Audience.HOSTS, MODERATOR)
    assert told.data is not None
    assert told.data.told_alone(told.by) == ANN.id
    assert play.room.mine(ANN.id)["people"] == {"warned": {"at": play.now}}
    assert "people" not in play.room.mine(BEN.id)
    assert play.view("people") == {}
    (shown,) = play.view("people", Audience.HOSTS)["warned"]
    assert shown == {"user": ANN.id, "name": "Ann", "at": play.now, "by": MODERATOR.as_wire()}
    play.do(ANN, "chat.send", text="sorry")

    play.wait(1_000)
    play.do(HOST, "person.warn", user=ANN.id)
    assert play.room.mine(ANN.id)["people"] == {"warned": {"at": play.now}}
    assert len(play.view("people", Audience.HOSTS)["warned"]) == 1
    assert types(play.do(HOST, "person.unwarn", user=ANN.id)) == ["person.unwarned"]
    assert play.do(HOST, "person.unwarn", user=ANN.id) == []
    assert "people" not in play.room.mine(ANN.id)
    assert refused(play, MODERATOR, "person.warn", user=MODERATOR.id) is Code.FORBIDDEN
    assert refused(play, ANN, "person.warn", user=BEN.id) is Code.FORBIDDEN


def test_a_warning_goes_with_the_person_and_with_time(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "WARNINGS_KEPT", 1)
    play.do(HOST, "person.warn", user="a", name="A")
    assert refused(play, HOST, "person.warn", user="b") is Code.CONFLICT
    play.do(HOST, "person.erase", user="a")
    assert play.view("people", Audience.HOSTS)["warned"] == []
    assert play.replayed().dump() == play.room.dump()
    play.do(HOST, "person.warn", user="b")
    play.wait(200 * DAY_MS)
    play.retire()
    assert play.view("people", Audience.HOSTS)["warned"] == []
    assert play.replayed().dump() == play.room.dump()
