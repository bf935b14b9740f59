"""A room as hosting uses it: who may, positions, erasure, snapshots."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import orjson
import pytest

from protocols.errors import Code, Refused
from protocols.limits import (
    CHAT_SHOWN,
    DAY_MS,
    FIRST_PLACES,
    FIRST_PLACES_KEPT,
    ID_LENGTH,
    NAME_LENGTH,
    OPTION_LENGTH,
    OPTIONS,
    OUTBOX_LIMIT,
    POLLS_KEPT,
    QUESTION_LENGTH,
    QUESTIONS_KEPT,
    STAFF_OUTBOX_LIMIT,
    TEXT_MAXIMUM,
    TITLE_LENGTH,
    WORDS_AT_ONCE,
    WORDS_KEPT,
)
from protocols.messages import PSEUDONYM, Audience, By, Role
from rooms.activities.room import RoomRetire
from rooms.activity import ROOM, Context
from rooms.room import Room
from tests.rooms.play import ANN, BEN, BOT, HOST, MODERATOR, WALL, Play, types


def code_of(play: Play, who: By, word: str, /, **fields: Any) -> Code:
    before = play.room.dump()
    with pytest.raises(Refused) as refused:
        play.do(who, word, **fields)
    assert play.room.dump() == before
    return refused.value.code


def test_nothing_happens_before_the_room_is_made() -> None:
    play = Play(created=False)
    assert code_of(play, ANN, "chat.send", text="hi") is Code.NOT_FOUND
    assert code_of(play, ANN, "room.create", title="Mine") is Code.FORBIDDEN
    made = play.do(HOST, "room.create", title="Show", settings={"text_length": 5}, status="closed")
    assert (made[0].seq, made[0].after, made[0].command) == (1, (0, 0), b"digest")
    assert (play.room.title, play.room.status, play.room.settings.text_length) == ("Show", "closed", 5)
    assert code_of(play, HOST, "room.create", title="Again") is Code.CONFLICT


def test_a_closed_room_is_read_only_for_all_but_staff() -> None:
    play = Play()
    play.do(HOST, "room.close")
    assert code_of(play, ANN, "chat.send", text="hi") is Code.CLOSED
    assert code_of(play, BOT, "chat.send", text="hi") is Code.CLOSED
    assert types(play.do(MODERATOR, "chat.send", text="Thank you")) == ["chat.sent"]
    assert play.do(HOST, "room.close") == []
    assert types(play.do(MODERATOR, "room.open")) == ["room.opened"]
    assert types(play.do(ANN, "chat.send", text="hi")) == ["chat.sent"]


def test_settings_change_by_what_is_given() -> None:
    play = Play()
    play.do(HOST, "room.configure", settings={"slow_mode_ms": 10_000})
    play.do(HOST, "room.configure", settings={"text_length": 20}, title="New")
    assert (play.room.settings.slow_mode_ms, play.room.settings.text_length) == (10_000, 20)
    assert play.room.title == "New"
    assert play.do(HOST, "room.configure", settings={"text_length": 20}) == []
    assert code_of(play, MODERATOR, "room.configure", title="Mine") is Code.FORBIDDEN
    assert code_of(play, ANN, "chat.send", text="x" * 21) is Code.TOO_LARGE


def test_a_bot_speaks_for_people_of_its_network_and_nobody_else_does() -> None:
    play = Play()
    person = {"id": "zhang", "name": "小张", "via": "wecom"}
    sent = play.do(BOT, "chat.send", text="hi", on_behalf_of=person)[0]
    assert sent.by == By("wecom:zhang", "小张", Role.ATTENDEE, via="wecom")
    assert types(play.do(BOT, "chat.send", text="I am a bot")) == ["chat.sent"]
    assert code_of(play, ANN, "chat.send", text="hi", on_behalf_of=person) is Code.FORBIDDEN
    assert code_of(play, HOST, "chat.send", text="hi", on_behalf_of=person) is Code.FORBIDDEN
    assert code_of(play, BOT, "room.close", on_behalf_of=person) is Code.FORBIDDEN
    assert code_of(play, WALL, "chat.send", text="hi") is Code.FORBIDDEN


def test_records_have_positions_for_each_audience() -> None:
    play = Play()
    play.do(ANN, "chat.send", text="bad")
    deleted, binned = play.do(HOST, "chat.delete", message=play.view("chat")["messages"][0]["message"])
    sent = play.do(ANN, "chat.send", text="good")[0]
    assert (deleted.seq, deleted.after) == (3, (2, 2))
    assert (binned.seq, binned.after, binned.audience) == (4, (3, 3), Audience.HOSTS)
    assert (sent.seq, sent.after) == (5, (3, 4))
    # The digest is on the last record of its command only.
    assert (deleted.command, binned.command) == (None, b"digest")


def test_record_does_not_take_in_and_time_does_not_go_back() -> None:
    play = Play()
    command = play.registry.command("chat.send", {"id": "c", "room": "r1", "text": "hi"})
    proposed = play.room.decide(command, Context(ANN, 5, play.new_id))
    before = play.room.dump()
    first, again = (play.room.record(proposed, by=ANN, at=5) for _ in range(2))
    assert first == again
    assert play.room.dump() == before
    assert first[0].at == play.room.at > 5
    play.room.apply(first[0])
    with pytest.raises(ValueError, match="does not follow"):
        play.room.apply(first[0])


def test_a_person_is_forgotten() -> None:
    play = Play()
    play.do(ANN, "chat.send", text="my secret")
    pinned = play.view("chat")["messages"][0]["message"]
    play.do(HOST, "chat.pin", message=pinned)
    play.do(BEN, "chat.send", text="hello")
    assert play.room.seqs_of(ANN.id) == (2,)
    erased = play.do(HOST, "person.erase", user=ANN.id)[0]
    assert erased.erases == (2,)
    assert erased.pseudonym is not None
    assert erased.pseudonym.startswith(PSEUDONYM)
    for trace in (ANN.id, ANN.name, "my secret"):
        assert trace not in str(play.room.dump()) + str(play.log)
    assert [record.seq for record in play.log] == list(range(1, 6))
    assert [each["text"] for each in play.view("chat")["messages"]] == ["hello"]
    assert play.do(HOST, "person.erase", user=ANN.id) == []
    assert play.replayed().dump() == play.room.dump()


def test_the_person_a_bot_spoke_for_can_be_forgotten() -> None:
    play = Play()
    play.do(BOT, "chat.send", text="hi", on_behalf_of={"id": "zhang", "name": "小张", "via": "wecom"})
    assert types(play.do(HOST, "person.erase", user="wecom:zhang")) == ["person.erased"]
    assert "zhang" not in str(play.log)


def test_who_made_the_room_can_be_forgotten_and_the_room_stays() -> None:
    play = Play()
    play.do(HOST, "person.erase", user=HOST.id)
    assert play.room.created
    assert play.log[0].by is not None
    assert play.log[0].by.id == play.log[1].pseudonym
    assert play.replayed().dump() == play.room.dump()


def test_a_snapshot_of_other_software_is_not_read() -> None:
    state = Play().room.dump()
    with pytest.raises(ValueError, match="another version"):
        Room.load("r1", state | {"version": 99})
    with pytest.raises(ValueError, match="does not know"):
        Room.load("r1", state | {"activities": state["activities"] | {"karaoke": {}}})


def test_records_of_unknown_types_only_move_the_position() -> None:
    play = Play()
    sent = play.do(ANN, "chat.send", text="hi")[0]
    room = play.replayed()
    room.apply(replace(sent, seq=3, type="karaoke.sung", data=None))
    assert room.seq == 3
    assert room.view(Audience.HOSTS) == play.room.view(Audience.HOSTS)


@pytest.mark.parametrize(
    ("who", "days", "early_ms", "upto", "code"),
    [
        (HOST, 7, 0, 2, Code.FORBIDDEN),
        (BOT, 7, 0, 2, Code.FORBIDDEN),
        (ROOM, 7, 1, 2, Code.CONFLICT),
        (ROOM, 0, 0, 2, Code.CONFLICT),
        (ROOM, 7, 0, 9, Code.CONFLICT),
        (ROOM, 7, 0, 2, None),
    ],
)
def test_only_the_room_retires_and_nothing_too_early(
    who: By, days: int, early_ms: int, upto: int, code: Code | None
) -> None:
    play = Play()
    play.do(HOST, "room.configure", settings={"retention_days": days})
    play.now += 20 * DAY_MS
    command = RoomRetire(id="c", room="r1", before=play.now - 7 * DAY_MS + early_ms, upto=upto)
    context = Context(who, play.now, play.new_id)
    if code is None:
        assert [each.event.type for each in play.room.decide(command, context)] == ["room.retired"]
        return
    with pytest.raises(Refused) as refused:
        play.room.decide(command, context)
    assert refused.value.code is code


def test_no_word_of_the_wire_retires() -> None:
    assert code_of(Play(), HOST, "room.retire", before=1, upto=1) is Code.UNKNOWN_COMMAND


def test_whose_records_have_gone_is_not_remembered() -> None:
    play = Play()
    play.do(ANN, "chat.send", text="old")
    play.wait(2 * DAY_MS)
    before = play.now
    play.do(BEN, "chat.send", text="new")
    play.now = before + play.room.settings.retention_days * DAY_MS
    play.retire(before)
    assert (play.room.seqs_of(ANN.id), play.room.seqs_of(BEN.id)) == ((), (3,))
    for gone in (ANN.id, HOST.id):  # also who made the room
        assert gone not in str(play.room.dump())
    assert play.do(HOST, "person.erase", user=ANN.id) == []


@pytest.mark.parametrize("letter", ["字", "\U0001f600", '"'])
def test_a_view_passes_a_connection_whatever_a_room_holds(letter: str) -> None:
    """One that is larger than a connection may have waiting lets nobody in."""
    play = Play()
    name = By("wecom:" + "a" * ID_LENGTH, letter * NAME_LENGTH, Role.ATTENDEE, via="w" * 32)
    play.do(HOST, "room.configure", settings={"text_length": TEXT_MAXIMUM}, title=letter * TITLE_LENGTH)
    sizes = [80] * CHAT_SHOWN + [TEXT_MAXIMUM] * 60
    for size in sizes:
        sent = play.do(name, "chat.send", text=letter * size)[0].data
        play.do(HOST, "chat.delete", message=sent.message)  # type: ignore[union-attr]
        play.do(name, "chat.send", text=letter * size)
    options = [letter * (OPTION_LENGTH - 2) + f"{number:02}" for number in range(OPTIONS)]
    with suppress(Refused):
        for _ in range(POLLS_KEPT):
            play.do(HOST, "poll.create", question=letter * QUESTION_LENGTH, kind="multi", options=options)

    assert len(orjson.dumps(play.room.view(Audience.HOSTS))) < 0.9 * OUTBOX_LIMIT


def test_what_people_fill_a_room_with_passes_too() -> None:
    """As above, with all that came later; whoever runs the room is told more, and may have more waiting."""
    play = Play()
    people = [
        By(f"wecom:{number:0>{ID_LENGTH}}", "\U0001f600" * NAME_LENGTH, Role.ATTENDEE, via="w" * 32)
        for number in range(QUESTIONS_KEPT)
    ]
    settings: dict[str, Any] = {"text_length": TEXT_MAXIMUM, "photos_approved": False}
    play.do(HOST, "room.configure", settings=settings)
    for size in [TEXT_MAXIMUM] * 10 + [80] * CHAT_SHOWN:
        play.do(people[0], "chat.send", text="字" * size)
    options = ["字" * (OPTION_LENGTH - 2) + f"{number:02}" for number in range(OPTIONS)]
    with suppress(Refused):
        for _ in range(POLLS_KEPT):
            play.do(HOST, "poll.create", question="字" * QUESTION_LENGTH, kind="multi", options=options)
            play.do(HOST, "poll.open", poll=getattr(play.log[-1].data, "poll", ""))
    # Those who run it see all who did something.
    for gift in range(FIRST_PLACES_KEPT // FIRST_PLACES):
        first = getattr(play.do(HOST, "first.create", title=f"Gift {gift}", places=FIRST_PLACES)[0].data, "first", "")
        play.do(HOST, "first.open", first=first)
        for number in range(FIRST_PLACES):
            play.do(replace(people[0], id=f"{number:0>{ID_LENGTH}}"), "first.tap", first=first)
    for number, person in enumerate(people):
        play.do(person, "question.ask", text="字" * 80)
        photo: dict[str, Any] = {
            "photo": f"{number:032x}",
            "width": 2048,
            "height": 2048,
            "color": "#ffffff",
            "caption": "字" * 100,
        }
        play.do(person, "photo.add", vouched=True, **photo)
        for word in ("person.mute", "person.warn", "person.ban"):
            play.do(HOST, word, user=f"x{person.id[7:]}", name=person.name)
    for start in range(0, WORDS_KEPT, WORDS_AT_ONCE):
        words = [f"字字字字字字字字字字字字{number:05}" for number in range(start, start + WORDS_AT_ONCE)]
        play.do(HOST, "words.add", words=words)

    assert len(play.view("words", Audience.HOSTS)["words"]) == WORDS_KEPT
    assert len(orjson.dumps(play.room.view(Audience.EVERYONE))) < 0.9 * OUTBOX_LIMIT
    assert OUTBOX_LIMIT < len(orjson.dumps(play.room.view(Audience.HOSTS))) < 0.9 * STAFF_OUTBOX_LIMIT


def test_the_shop_of_a_speaker_is_one_that_takes_part() -> None:
    play = Play()
    east = replace(ANN, shop="east")
    assert play.do(east, "chat.send", text="hi")[0].by == ANN
    play.do(HOST, "room.configure", settings={"shops": [{"id": "east", "name": "东店"}]})
    (sent,) = play.do(east, "chat.send", text="hi again")
    assert sent.by == east
    assert play.view("chat")["messages"][-1]["by"]["shop"] == "east"
    assert play.do(replace(ANN, shop="west"), "chat.send", text="and again")[0].by == ANN
