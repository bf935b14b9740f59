"""What holds for every activity, whichever are registered."""

import json
import re
from contextlib import suppress
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from random import Random
from typing import Any

import msgpack  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pydantic import TypeAdapter

from protocols.errors import Code, Refused
from protocols.limits import DAY_MS
from protocols.messages import Audience, By, Command, Event, Record, Role
from rooms.activities.room import Lifecycle
from rooms.activity import Activity, Context
from rooms.registry import ACTIVITIES, REGISTRY, Registry
from rooms.room import Room
from server.schema import schema
from tests.rooms.example.applause import Applause
from tests.rooms.play import ANN, BEN, BOT, HOST, MODERATOR, WALL, Play
from tests.rooms.wishes import Wishes

ALL = Registry((*ACTIVITIES, Applause))
# What people do all the time; the rest of a registry comes up less often.
OFTEN = [word for word in sorted(ALL.commands) if not word.startswith(("room.", "poll.remove"))]
PEOPLE = (HOST, MODERATOR, ANN, BEN, WALL, BOT)
WORD = re.compile(r"^[a-z]+\.[a-z]+(_[a-z]+)*$")
IRREGULAR = {"sent", "hidden", "held", "frozen", "won", "redrawn", "shown", "unshown", "withdrawn", "taken"}
MARKED = re.compile(r"¤\w+|id-\d+")


def plain(value: object) -> Any:
    """As a store would give it back."""
    return msgpack.unpackb(msgpack.packb(value))


def marks(value: object) -> set[str]:
    return set(MARKED.findall(json.dumps(value, ensure_ascii=False)))


def told(record: Record) -> object:
    return [record.by.as_wire() if record.by else None, record.data.dump() if record.data else None]


class AnyRoom(RuleBasedStateMachine):
    """Random commands of random people; the room must be what its log says, whatever was erased."""

    def __init__(self) -> None:
        super().__init__()
        self.wishes = Wishes(ALL)
        self.play = Play(ALL, created=False)
        self.snapshot = plain(self.play.room.dump())
        self.retired = self.upto = 0
        self.left_out: set[str] = set()
        questions: list[str] = []
        self.known: dict[str, list[str]] = {
            "user": [person.id for person in PEOPLE],
            "question": questions,
            "into": questions,
        }

    @initialize()
    def create(self) -> None:
        self.play.do(HOST, "room.create", title="Show ¤0", settings={"retention_days": 1})

    @rule(seed=st.integers(0, 2**32))
    def commands(self, seed: int) -> None:
        luck = Random(seed)
        for _ in range(15):
            word = luck.choice(OFTEN if luck.random() < 0.85 else sorted(ALL.commands))
            allowed = [person for person in PEOPLE if person.role in ALL.commands[word].roles]
            self.command(luck.choice(allowed if luck.random() < 0.9 else PEOPLE), word, luck)

    @rule(seed=st.integers(0, 2**32))
    def whole_life(self, seed: int) -> None:
        """One activity from its first word to its last: by chance alone little is begun, gone on with and ended."""
        luck = Random(seed)
        if luck.random() < 0.8:
            self.let_people_speak()
        activity = luck.choice(ALL.activities)
        if activity is Lifecycle:
            return
        self.wishes.sure = True
        # Nearly in the order in which they are declared, which is that of a life.
        for word in [each.type for each in activity.commands for _ in range(2)]:
            allowed = [person for person in PEOPLE if person.role in ALL.commands[word].roles]
            if luck.random() < 0.8:
                self.command(luck.choice(allowed), word, luck)
        self.wishes.sure = False

    def let_people_speak(self) -> None:
        """Or else nearly everybody is banned or muted, and the room closed, nearly always."""
        undone: list[tuple[str, dict[str, Any]]] = [
            ("room.open", {}),
            ("room.calm", {}),
            ("room.unmute", {}),
            ("chat.open", {}),
        ]
        undone += [(word, {"user": person.id}) for person in PEOPLE for word in ("person.unban", "person.unmute")]
        for word, fields in undone:
            with suppress(Refused):
                self.play.do(HOST, word, **fields)

    def command(self, who: By, word: str, luck: Random) -> None:
        if word in self.left_out:
            return
        sent = self.wishes.fields(word, self.known, luck)
        room, before = self.play.room, plain(self.play.room.dump())
        mine = {person.id: room.mine(person.id) for person in PEOPLE}
        known = luck.random() < 0.5
        try:
            records = self.play.do(who, word, bound=known, signed_up=known, vouched=known, **sent)
        except Refused:
            assert plain(room.dump()) == before, "a refusal changed the room"
            return
        if records and all(type(record.data).own for record in records if record.data):
            owners = {who.id} | {record.by.id for record in records if record.by}
            for person in PEOPLE:
                assert person.id in owners or room.mine(person.id) == mine[person.id]
        for record in records:
            for name, value in (record.data.dump() if record.data else {}).items():
                if isinstance(value, str) and MARKED.fullmatch(value):
                    self.known.setdefault(name, []).append(value)
                    if name == "poll":
                        self.known.setdefault("of", []).append(value)
                    if name in {"poll", "question", "photo", "draw", "first"}:
                        self.known.setdefault("subject", []).append(value)
            # Nobody is called so, and it stands in other fields too, such as a language.
            if record.pseudonym and sent["user"] != "id-none":
                self.forgotten(sent["user"])

    def forgotten(self, user: str) -> None:
        # A host who erases themselves did so under their own name.
        # The store deletes what was retired, and the authors of what stays of it.
        records = json.dumps([told(record) for record in self.play.log[self.upto : -1]])
        trace = json.dumps(self.play.room.dump()) + records
        assert f'"{user}"' not in records
        assert self.play.log[-1].by is not None
        if self.play.log[-1].by.id != user:
            assert f'"{user}"' not in trace

    @rule(ms=st.sampled_from([1, 900, 1_000, 9_000, 60_000]))
    def wait(self, ms: int) -> None:
        told = {record.type for record in self.play.wait(ms)}
        assert told <= {"poll.closed", "poll.counted", "person.unmuted", "first.opened", "countdown.stopped"}

    @rule(hours=st.sampled_from([1, 5, 23]))
    @precondition(lambda self: self.play.room.created)
    def grow_old(self, hours: int) -> None:
        """Time passes, and what is too old goes."""
        play = self.play
        play.wait(hours * DAY_MS // 24)
        days = play.room.settings.retention_days
        before = play.now - days * DAY_MS
        if not days or before < 0:
            return
        old = [record.data for record in play.log if record.at < before]
        words = {mark for data in old if data and not data.erased() for mark in marks(data.dump()) if mark[0] == "¤"}
        for record in play.retire(before):
            self.retired += 1
            self.upto = getattr(record.data, "upto", 0)
        assert not words & marks([play.room.dump(), [told(record) for record in play.log if record.at >= before]])
        assert play.retire(before) == [], "what is gone is gone"

    @rule(seed=st.integers(0, 2**32))
    @precondition(lambda self: self.play.room.created)
    def end_rehearsal(self, seed: int) -> None:
        """If there is one: nobody finds anything of it, and it could begin again."""
        play, room = self.play, self.play.room
        if not room.rehearses:
            return
        attendees = {ANN.id, BEN.id}
        since = room.cleared_at
        cleared = play.do(HOST, "room.clear")[-1]
        rest = json.dumps([told(record) for record in play.log[since : cleared.seq - 1]])
        decided = json.dumps(room.dump()["activities"]["people"])
        for person in attendees:
            assert f'"{person}"' not in rest or f'"{person}"' in decided
            assert not set(room.mine(person)) - {"people"}
        assert room.cleared_at == cleared.seq
        assert [record.type for record in play.do(HOST, "room.rehearse")] == ["room.rehearsal_started"]
        play.do(HOST, "room.clear")

    @rule()
    def snap(self) -> None:
        self.snapshot = plain(self.play.room.dump())

    @invariant()
    def decides_without_changing(self) -> None:
        room = self.play.room
        before = plain(room.dump())
        room.record((), by=HOST, at=0)
        room.view(Audience.HOSTS)
        room.ticks(Audience.HOSTS)
        assert plain(room.dump()) == before

    @invariant()
    @precondition(lambda self: self.play.room.created)
    def tells_nobody_what_is_for_hosts(self) -> None:
        public = {mark for record in self.play.log if record.told_to(Audience.EVERYONE) for mark in marks(told(record))}
        secret = {mark for record in self.play.log for mark in marks(told(record))} - public
        # A ballot names its poll, which everyone knows of; whoever cast it is not to be seen.
        room = self.play.room
        shown = marks(room.view(Audience.EVERYONE)) | marks([tick.data for tick in room.ticks(Audience.EVERYONE)])
        assert not shown & secret

    def teardown(self) -> None:
        play = self.play
        now = plain(play.room.dump())
        snapshot = Room.load("r1", self.snapshot, ALL)
        for room in (play.replayed(), Room.load("r1", now, ALL), play.replayed(snapshot)):
            assert plain(room.dump()) == now
            assert room.due() == play.room.due()
            assert room.view(Audience.HOSTS) == play.room.view(Audience.HOSTS)
            assert [room.mine(person.id) for person in PEOPLE] == [play.room.mine(person.id) for person in PEOPLE]
        for audience in (Audience.EVERYONE, Audience.HOSTS):
            last = 0
            for record in play.log:
                if record.told_to(audience):
                    assert record.after_for(audience) == last
                    last = record.seq


TestAnyRoom = AnyRoom.TestCase
# Without shrinking: a burst of commands shrinks slowly, and its seed plays it again as it is.
TestAnyRoom.settings = settings(
    max_examples=12,
    stateful_step_count=15,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("seed", range(4))
def test_a_long_life(seed: int) -> None:
    """The same at length, with the same luck each time."""
    machine = AnyRoom()
    machine.create()
    for step in range(12):
        machine.commands(seed * 100 + step)
        machine.whole_life(seed * 100 + step)
        machine.tells_nobody_what_is_for_hosts()
        machine.play.wait(4_000)
        with suppress(Refused):
            # Somebody may have had the room keep all.
            machine.play.do(HOST, "room.configure", settings={"retention_days": 1})
        machine.grow_old(5)
        if step == 5:
            machine.snap()
    assert machine.retired > 1
    machine.teardown()


@pytest.mark.parametrize("seed", range(4))
def test_a_rehearsal_leaves_nothing(seed: int) -> None:
    """Prepared, rehearsed and cleared at length: what is left is prepared, and said by staff alone."""
    machine = AnyRoom()
    machine.create()
    play, luck = machine.play, Random(seed)
    prepared = [word for word in sorted(ALL.commands) if word.endswith((".create", ".prepare", ".add"))]
    for word in [each for each in prepared if each not in {"room.create", "photo.add"}] * 2:
        machine.command(HOST, word, luck)
    machine.snap()
    # What was prepared is looked for below, so it must not have been removed by chance.
    machine.left_out = {"room.clear", "poll.remove"}
    for turn in range(2):
        play.do(HOST, "room.rehearse")
        since, words = play.room.seq, set[str]()
        for step in range(4):
            machine.let_people_speak()
            with suppress(Refused):
                play.do(HOST, "person.role", user=ANN.id, role="attendee")
            for word in ("chat.send", "question.ask", "photo.add"):
                machine.command(ANN, word, luck)
            # Now, for whoever said it may be erased in what follows.
            words |= {mark for record in play.log[since:] for mark in spoken(record)}
            machine.commands(seed * 100 + step + turn)
            machine.whole_life(seed * 100 + step + turn)
            play.wait(4_000)
        words |= {mark for record in play.log[since:] for mark in spoken(record)}
        assert words
        machine.end_rehearsal(seed)
        assert not words & marks(play.room.dump())
        assert not words & marks([told(record) for record in play.log])
        views = json.dumps(play.view("polls", Audience.HOSTS))
        assert '"status": "draft"' in views
        assert not {"open", "closed"} & set(re.findall(r'"status": "(\w+)"', views))
        machine.tells_nobody_what_is_for_hosts()
    machine.teardown()


def spoken(record: Record) -> set[str]:
    """The words that an attendee wrote."""
    by = record.by
    if by is None or by.role is not Role.ATTENDEE or record.data is None:
        return set()
    return {mark for mark in marks(record.data.dump()) if mark[0] == "¤"}


@pytest.mark.parametrize("seed", range(4))
def test_decide_changes_nothing(seed: int) -> None:
    """Play.do applies what decide gave; here decide stands alone, in a room where much has happened."""
    machine = AnyRoom()
    machine.create()
    for step in range(6):
        machine.commands(seed * 100 + step)
        machine.whole_life(seed * 100 + step)
    play, luck = machine.play, Random(seed)
    before = plain(play.room.dump())
    events = 0
    for word in sorted(ALL.commands) * 4:
        for who in PEOPLE:
            body = {"id": "c", "room": "r1"} | machine.wishes.fields(word, machine.known, luck)
            with suppress(Refused):
                events += len(play.room.decide(ALL.command(word, body), Context(who, play.now, play.new_id)))
            assert plain(play.room.dump()) == before, word
    assert events > 10


EACH = [pytest.param(each, id=each.name) for each in ALL.activities]


@pytest.mark.parametrize("activity", EACH)
def test_words(activity: type[Activity]) -> None:
    """Commands wish, events state what happened."""
    assert activity.commands
    assert activity.__doc__
    words: list[type[Command] | type[Event]] = [*activity.commands, *activity.events]
    for each in words:
        assert WORD.match(each.type), each.type
        assert each.__doc__
    for command in activity.commands:
        assert not command.type.endswith("ed"), command.type
    for event in activity.events:
        verb = event.type.split(".")[1].split("_")[-1]
        assert verb.endswith("ed") or verb in IRREGULAR, event.type
        assert is_dataclass(event)
        assert "__dict__" not in dir(event), f"{event.type} needs slots=True"


@pytest.mark.parametrize("activity", EACH)
def test_everything_is_in_the_schema(activity: type[Activity]) -> None:
    defs = schema(ALL)["$defs"]
    commands = {ref["$ref"] for ref in defs["Command"]["oneOf"]}
    events = {ref["$ref"] for ref in defs["LoggedEvent"]["oneOf"]}
    for command in activity.commands:
        assert f"#/$defs/{command.__name__}" in commands
    for event in activity.events:
        assert f"#/$defs/{event.__name__}Event" in events
        assert set(defs[event.__name__].get("properties", {})) == {field.name for field in fields_of(event)}
    assert activity.name in defs["View"]["properties"]


@pytest.mark.parametrize("activity", EACH)
def test_a_fresh_one_has_little_to_say(activity: type[Activity]) -> None:
    fresh = activity()
    assert fresh.mine("nobody") is None
    assert fresh.due() is None
    assert list(fresh.ticks(Audience.HOSTS)) == []
    other = activity()
    other.load(plain(fresh.dump()))
    assert other.dump() == fresh.dump()


@pytest.mark.parametrize("audience", [Audience.EVERYONE, Audience.HOSTS])
def test_views_ticks_and_mine_have_their_declared_shape(audience: Audience) -> None:
    play = Play(ALL)
    message = play.do(ANN, "chat.send", text="hi")[0].data
    play.do(HOST, "chat.pin", message=getattr(message, "message", ""))
    second = play.do(BEN, "chat.send", text="bad")[0].data
    play.do(HOST, "chat.delete", message=getattr(second, "message", ""))
    created = play.do(HOST, "poll.create", question="Which?", kind="single", options=["a", "b"], duration_ms=5_000)[0]
    poll = getattr(created.data, "poll", "")
    play.do(HOST, "poll.open", poll=poll)
    play.do(ANN, "poll.vote", poll=poll, choices=[1])
    play.do(ANN, "applause.clap")
    play.do(ANN, "photo.add", vouched=True, photo="p1", width=4, height=3, color="#ffffff")
    first = play.do(HOST, "first.create", title="Gift", places=3)[0].data
    play.do(HOST, "first.open", first=getattr(first, "first", ""))
    play.do(ANN, "first.tap", first=getattr(first, "first", ""))
    play.do(ANN, "first.claim", first=getattr(first, "first", ""), contact="Ann, 138")
    for entered in (False, True):
        draw = getattr(play.do(HOST, "draw.create", title="Lot", winners=1)[0].data, "draw", "")
        play.do(HOST, "draw.open", draw=draw)
        play.do(ANN, "draw.enter", draw=draw)
        if not entered:
            play.do(HOST, "draw.freeze", draw=draw)
            play.do(HOST, "draw.reveal", draw=draw)
            play.do(ANN, "draw.claim", draw=draw, contact="Ann, 138")
    asked = play.do(ANN, "question.ask", text="Why?")[0].data
    play.do(BEN, "question.upvote", question=getattr(asked, "question", ""))
    play.do(HOST, "announcement.post", text="Doors at six", link="https://shop.example/")
    play.do(HOST, "cue.prepare", text="Question time", does="question")
    play.do(HOST, "cue.say", text="A photo, please", does="photo")
    play.do(HOST, "words.add", words=["spam"])
    play.do(HOST, "room.configure", settings={"approve_chat": True})
    play.do(ANN, "chat.send", text="wait")
    play.do(HOST, "person.mute", user=ANN.id)
    play.do(HOST, "arrival.mark", user=ANN.id, name="Ann")
    for activity in ALL.activities:
        fits(activity.view_shape, play.view(activity.name, audience))
        if activity.mine_shape is not None:
            fits(activity.mine_shape, play.room.mine(ANN.id)[activity.name])
    shapes = {word: shape for each in ALL.activities for word, shape in each.tick_shapes.items()}
    ticks = play.room.ticks(audience)
    assert {tick.type for tick in ticks} == set(shapes)
    for tick in ticks:
        fits(shapes[tick.type], {"room": "r1"} | tick.data)


def fits(shape: Any, value: dict[str, Any]) -> None:
    """Of the declared types without conversion, and with no field that was not declared."""
    adapter = TypeAdapter(shape)
    assert adapter.dump_python(adapter.validate_python(value, strict=True)) == value


def test_a_word_has_one_home() -> None:
    with pytest.raises(ValueError, match="belongs to both"):
        Registry((*ACTIVITIES, *ACTIVITIES))


@pytest.mark.parametrize(
    ("word", "body", "code", "says"),
    [
        ("chat.shout", {}, Code.UNKNOWN_COMMAND, "no such command"),
        ("chat.send", [], Code.INVALID, "fields"),
        ("chat.send", {"id": "c", "room": "r"}, Code.INVALID, "text is missing"),
        ("chat.send", {"id": "c", "room": "r", "text": 5}, Code.INVALID, "text is not of the form"),
        ("chat.send", {"id": "c", "room": "r", "text": "x" * 4001}, Code.INVALID, "text is too long"),
        ("chat.send", {"id": "c", "room": "r", "text": "a", "role": "host"}, Code.INVALID, "role does not belong"),
        ("chat.send", {"id": "c", "room": "r", "text": "a", "<script>": 1}, Code.INVALID, "fields are not those"),
        ("chat.send", {"id": "../c", "room": "r", "text": "a"}, Code.INVALID, "id is not of the form"),
        ("chat.send", {"id": "c", "room": "r", "text": "a\u202eb"}, Code.INVALID, "not allowed"),
        ("poll.extend", {"id": "c", "room": "r", "poll": "p", "by_ms": -1}, Code.INVALID, "by_ms is too small"),
        ("poll.vote", {"id": "c", "room": "r", "poll": "p", "choices": ["0"]}, Code.INVALID, "choices"),
        ("poll.vote", {"id": "c", "room": "r", "poll": "p", "choices": [True]}, Code.INVALID, "choices"),
    ],
)
def test_bad_input_has_one_clear_error(word: str, body: object, code: Code, says: str) -> None:
    with pytest.raises(Refused) as refused:
        REGISTRY.command(word, body)
    assert refused.value.code is code
    assert says in refused.value.message
    assert "script" not in refused.value.message


def test_unknown_events_are_known_to_be_unknown() -> None:
    assert REGISTRY.event("chat.sent", 99, {}) is None
    assert REGISTRY.event("chat.sung", 1, {}) is None
    assert REGISTRY.event("chat.pinned", 1, {"message": "m"}) is not None
