"""Chat: what is shown, what is gone, and for whom."""

import pytest

from protocols.errors import Code, Refused
from protocols.limits import BIN_KEPT, CHAT_KEPT, CHAT_SHOWN, DAY_MS, HELD_EACH, REFUSED_OWN, VIEW_BYTES
from protocols.messages import Audience, By, Role
from rooms.activities import chat
from rooms.activities.room import RoomRetired
from tests.rooms.play import ANN, BEN, HOST, MODERATOR, Play, types


def say(play: Play, text: str, who: By = ANN) -> str:
    return str(play.do(who, "chat.send", text=text)[0].data.message)  # type: ignore[union-attr]


def texts(play: Play) -> list[str]:
    return [each["text"] for each in play.view("chat")["messages"]]


def refusal(play: Play, who: By, word: str, message: str) -> Code:
    with pytest.raises(Refused) as refused:
        play.do(who, word, message=message)
    return refused.value.code


def test_messages_stand_in_order_with_their_author() -> None:
    play = Play()
    say(play, "one")
    say(play, "二", BEN)
    assert texts(play) == ["one", "二"]
    assert play.view("chat")["messages"][1]["by"] == {
        "id": BEN.id,
        "name": BEN.name,
        "role": "attendee",
        "guest": True,
    }


def test_ones_own_message_goes_without_a_bin() -> None:
    play = Play()
    mine = say(play, "oops")
    assert refusal(play, BEN, "chat.delete", mine) is Code.FORBIDDEN
    deleted = play.do(ANN, "chat.delete", message=mine)
    assert types(deleted) == ["chat.deleted"]
    assert deleted[0].erases == (2,)
    assert texts(play) == []
    assert "oops" not in str(play.log)
    assert refusal(play, HOST, "chat.restore", mine) is Code.NOT_FOUND
    assert refusal(play, ANN, "chat.delete", mine) is Code.NOT_FOUND


def test_what_staff_deletes_lies_in_the_bin_and_comes_back_to_its_place() -> None:
    play = Play()
    first = say(play, "first")
    say(play, "second", BEN)
    play.do(MODERATOR, "chat.delete", message=first)
    assert texts(play) == ["second"]
    assert "bin" not in play.view("chat")
    assert [each["text"] for each in play.view("chat", Audience.HOSTS)["bin"]] == ["first"]
    assert "first" not in str([record for record in play.log if record.told_to(Audience.EVERYONE)])

    unbinned, restored = play.do(HOST, "chat.restore", message=first)
    assert (unbinned.audience, restored.audience) == (Audience.HOSTS, Audience.EVERYONE)
    assert restored.by == ANN
    assert restored.data is not None
    assert restored.data.dump() == {"message": first, "text": "first", "sent_seq": 2, "sent_at": play.now}
    assert texts(play) == ["first", "second"]
    assert play.view("chat", Audience.HOSTS)["bin"] == []

    # Deleting again empties the record that holds the text now, so that nothing stays in the log.
    assert play.do(ANN, "chat.delete", message=first)[0].erases == (restored.seq,)
    assert "text='first'" not in str(play.log)
    assert play.replayed().dump() == play.room.dump()


def test_one_message_is_pinned_until_it_goes() -> None:
    play = Play()
    first, second = say(play, "first"), say(play, "second")
    assert refusal(play, ANN, "chat.pin", first) is Code.FORBIDDEN
    play.do(HOST, "chat.pin", message=first)
    assert play.do(HOST, "chat.pin", message=first) == []
    play.do(HOST, "chat.pin", message=second)
    assert play.view("chat")["pinned"]["text"] == "second"
    play.do(HOST, "chat.delete", message=second)
    assert play.view("chat")["pinned"] is None
    assert play.do(HOST, "chat.unpin") == []
    play.do(HOST, "chat.pin", message=first)
    assert types(play.do(HOST, "chat.unpin")) == ["chat.unpinned"]
    assert play.view("chat")["pinned"] is None


def test_windows_are_bounded_and_count_what_was_deleted() -> None:
    play = Play()
    oldest = say(play, "oldest")
    play.do(HOST, "chat.pin", message=oldest)
    gone = say(play, "gone")
    play.do(ANN, "chat.delete", message=gone)
    for number in range(CHAT_KEPT - 2):
        say(play, f"{number}")
    assert len(texts(play)) == CHAT_SHOWN
    last = say(play, "last")  # the oldest leaves
    assert play.view("chat")["pinned"]["text"] == "oldest"
    early = str(play.log[5].data.message)  # type: ignore[union-attr]
    assert refusal(play, HOST, "chat.pin", early) is Code.NOT_FOUND
    assert types(play.do(HOST, "chat.delete", message=early)) == ["chat.deleted", "chat.binned"]
    play.do(HOST, "chat.delete", message=oldest)
    assert "oldest" not in str(play.view("chat"))
    for _ in range(3):
        say(play, "more")
    # Its place has left: it is back in the history, not among the latest.
    play.do(HOST, "chat.restore", message=oldest)
    assert refusal(play, HOST, "chat.delete", oldest) is Code.NOT_FOUND
    assert texts(play)[-4:] == ["last", "more", "more", "more"]
    assert last
    assert play.replayed().dump() == play.room.dump()


def test_a_view_has_room_for_so_much_text() -> None:
    play = Play()
    play.do(HOST, "room.configure", settings={"text_length": 4_000})
    for number in range(60):
        say(play, f"{number:04}" * 1_000)

    shown = texts(play)

    assert len(shown) == VIEW_BYTES // 4_002
    assert shown[-1].startswith("0059")


def test_the_bin_is_bounded() -> None:
    play = Play()
    messages = [say(play, f"{number}") for number in range(BIN_KEPT + 1)]
    for message in messages:
        play.do(HOST, "chat.delete", message=message)
    assert len(play.view("chat", Audience.HOSTS)["bin"]) == BIN_KEPT
    assert refusal(play, HOST, "chat.restore", messages[0]) is Code.NOT_FOUND
    assert play.replayed().dump() == play.room.dump()


def test_what_is_old_goes_wherever_it_is() -> None:
    play = Play()
    for text in ("worn in view", "worn on top", "worn in the bin", "worn and restored"):
        play.do(ANN, "chat.send", text=text)
    ids = [each["message"] for each in play.view("chat")["messages"]]
    play.do(HOST, "chat.pin", message=ids[1])
    play.do(HOST, "chat.delete", message=ids[3])
    play.wait(2 * DAY_MS)
    before = play.now
    play.do(HOST, "chat.delete", message=ids[2])
    play.do(HOST, "chat.restore", message=ids[3])
    play.do(BEN, "chat.send", text="new")
    play.now = before + play.room.settings.retention_days * DAY_MS

    retired = play.retire(before)[0]
    assert (retired.type, retired.by, retired.data) == ("room.retired", None, RoomRetired(before, 8))
    # Restored and binned again later: those records are young, their words are not.
    assert retired.erases == (2, 3, 10, 12)
    assert "worn" not in str(play.room.dump()) + str([record.data for record in play.log])
    view = play.view("chat", Audience.HOSTS)
    assert ([each["text"] for each in view["messages"]], view["pinned"], view["bin"]) == (["new"], None, [])
    assert play.replayed().dump() == play.room.dump()
    assert play.retire(before) == []


def approved_first() -> Play:
    play = Play()
    play.do(HOST, "room.configure", settings={"approve_chat": True})
    return play


def held(play: Play) -> list[str]:
    return [each["text"] for each in play.view("chat", Audience.HOSTS)["held"]]


def test_a_message_waits_until_staff_lets_it_through() -> None:
    play = approved_first()
    (waits,) = play.do(ANN, "chat.send", text="¤please")
    assert (waits.type, waits.audience, waits.by) == ("chat.held", Audience.HOSTS, ANN)
    message = getattr(waits.data, "message", "")
    own = {"message": message, "seq": waits.seq, "at": play.now, "text": "¤please"}
    mine = {"held": [own], "refused": []}
    assert play.room.mine(ANN.id) == {"chat": mine}
    assert play.room.mine(BEN.id) == {}
    assert texts(play) == []
    assert "held" not in play.view("chat")
    assert held(play) == ["¤please"]

    decided = play.do(MODERATOR, "chat.approve", message=message)
    assert [(each.type, each.by, each.audience) for each in decided] == [
        ("chat.approved", MODERATOR, Audience.HOSTS),
        ("chat.settled", ANN, Audience.HOSTS),
        ("chat.sent", ANN, Audience.EVERYONE),
    ]
    assert play.log[waits.seq - 1].data is None, "what waited is a stub"
    assert texts(play) == ["¤please"]
    assert held(play) == []
    assert play.room.mine(ANN.id) == {}
    assert refusal(play, HOST, "chat.approve", message) is Code.NOT_FOUND


def test_what_staff_rejects_lies_in_the_bin_and_can_still_be_let_through() -> None:
    play = approved_first()
    message = say(play, "no")
    decided = play.do(HOST, "chat.reject", message=message)
    assert types(decided) == ["chat.rejected", "chat.settled", "chat.binned"]
    assert all(each.audience is Audience.HOSTS for each in decided)
    assert [each["text"] for each in play.view("chat", Audience.HOSTS)["bin"]] == ["no"]
    assert texts(play) == []
    restored = play.do(HOST, "chat.restore", message=message)
    assert types(restored) == ["chat.unbinned", "chat.settled", "chat.sent"]
    assert texts(play) == ["no"]
    assert play.view("chat", Audience.HOSTS)["bin"] == []


def test_an_author_is_told_what_became_of_what_staff_refused_or_deleted() -> None:
    play = approved_first()
    refused = say(play, "no")
    play.do(HOST, "chat.reject", message=refused)
    said = say(play, "seen")
    play.do(HOST, "chat.approve", message=said)
    play.do(HOST, "chat.delete", message=said)
    told = [(each["text"], each["seen"]) for each in play.room.mine(ANN.id)["chat"]["refused"]]
    assert told == [("no", False), ("seen", True)]
    assert play.room.mine(BEN.id) == {}
    assert play.replayed().mine(ANN.id) == play.room.mine(ANN.id)
    for message in (refused, said):
        restored = play.do(HOST, "chat.restore", message=message)
        assert ANN.id in [each.data.told_alone(each.by) for each in restored if each.data], "the author hears of it"
    assert play.room.mine(ANN.id) == {}


def test_an_author_is_told_of_the_latest_that_were_refused_only() -> None:
    play = approved_first()
    for number in range(REFUSED_OWN + 2):
        play.do(HOST, "chat.reject", message=say(play, str(number)))
    refused = play.room.mine(ANN.id)["chat"]["refused"]
    assert [each["text"] for each in refused] == [str(number) for number in range(2, REFUSED_OWN + 2)]


def test_either_decision_can_be_taken_back() -> None:
    play = approved_first()
    first, second = say(play, "one"), say(play, "two", BEN)
    play.do(HOST, "chat.approve", message=first)
    play.do(HOST, "chat.reject", message=second)
    assert types(play.do(HOST, "chat.hold", message=first)) == ["chat.deleted", "chat.held"]
    assert types(play.do(HOST, "chat.hold", message=second)) == ["chat.unbinned", "chat.held"]
    assert held(play) == ["one", "two"]
    assert texts(play) == []
    assert play.view("chat", Audience.HOSTS)["bin"] == []
    play.do(HOST, "chat.approve", message=first)
    assert texts(play) == ["one"]
    assert play.replayed().dump() == play.room.dump()


def test_staff_does_not_wait_and_nobody_learns_of_what_does() -> None:
    play = approved_first()
    say(play, "hello", MODERATOR)
    message = say(play, "wait")
    assert texts(play) == ["hello"]
    assert refusal(play, BEN, "chat.delete", message) is Code.NOT_FOUND
    assert refusal(play, BEN, "chat.approve", message) is Code.FORBIDDEN
    assert types(play.do(ANN, "chat.delete", message=message)) == ["chat.settled"]
    assert held(play) == []
    assert play.view("chat", Audience.HOSTS)["bin"] == []
    assert types(play.do(HOST, "chat.delete", message=say(play, "bad"))) == [
        "chat.rejected",
        "chat.settled",
        "chat.binned",
    ]


def test_there_is_an_end_to_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    play = approved_first()
    for number in range(HELD_EACH):
        say(play, str(number))
    with pytest.raises(Refused, match="overloaded"):
        say(play, "one more")
    say(play, "another person's", BEN)
    monkeypatch.setattr(chat, "HELD_KEPT", HELD_EACH + 1)
    with pytest.raises(Refused, match="overloaded"):
        say(play, "no room", By("user-cat", "Cat", Role.ATTENDEE))
    monkeypatch.setattr(chat, "HELD_KEPT", HELD_EACH + 9)
    monkeypatch.setattr(chat, "HELD_BYTES", 100)
    with pytest.raises(Refused, match="overloaded"):
        say(play, "x" * 100, BEN)


def test_what_waits_grows_old_and_is_erased_like_the_rest() -> None:
    play = approved_first()
    say(play, "¤old")
    play.now += 200 * DAY_MS
    play.retire()
    assert held(play) == []
    say(play, "young")
    say(play, "other", BEN)
    play.do(HOST, "person.erase", user=ANN.id)
    assert held(play) == ["other"]
    assert play.replayed().dump() == play.room.dump()
