import itertools
import random
from dataclasses import dataclass

import orjson
import pytest

from protocols.messages import Audience, By, Position, Record, Role
from rooms.activities.chat import ChatDeleted, ChatSent
from rooms.activities.room import RoomCreated
from rooms.activity import Proposed
from rooms.room import Room
from rooms.settings import RoomSettings
from server.hosting.replica import NotRecovered, Reason, Recovered, Replica

ANN = By("ann", "Ann", Role.ATTENDEE)
numbers = itertools.count()


def said(text: str) -> ChatSent:
    return ChatSent(f"m{next(numbers)}", text)


def replica(count: int, *, start: int = 1_000, step: int = 10, answer_limit: int = 1500, **settings: int) -> Replica:
    """A room with ``count`` records, of which the first is its creation."""
    made = Replica(Room("r"), "e", answer_limit=answer_limit)
    for n in range(count):
        plain = RoomSettings().model_dump() | settings
        event = RoomCreated("Test", plain, "open") if n == 0 else said(f"message {n}")
        made.apply(made.room.record([Proposed(event)], by=ANN, at=start + n * step))
    return made


@dataclass
class Case:
    count: int
    since: int
    expected: list[int] | Reason
    limit: int | None = None
    answer_limit: int = 1500
    kept: int = 100
    later: int = 0


CASES = {
    "empty": Case(0, 0, []),
    "since 8 of 10": Case(10, 8, [9, 10]),
    "since 5 with limit 2": Case(10, 5, Reason.LIMIT, limit=2),
    "since 5 with server limit 1": Case(10, 5, Reason.LIMIT, answer_limit=1),
    "trimmed": Case(10, 3, Reason.TRIMMED, kept=5),
    "from the future": Case(10, 20, Reason.FUTURE),
    "at the top": Case(7, 7, []),
    "since 0 of 4": Case(4, 0, [1, 2, 3, 4]),
    "expired": Case(10, 9, Reason.EXPIRED, later=1_000_000),
    "expired at the top": Case(10, 10, [], later=1_000_000),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_recovery(case: Case) -> None:
    live = replica(case.count, answer_limit=case.answer_limit, recovery_events=case.kept)
    answer = live.join(Position("e", case.since), Audience.EVERYONE, live.room.at + case.later, case.limit)
    if isinstance(case.expected, Reason):
        assert answer == NotRecovered(case.expected)
    else:
        assert isinstance(answer, Recovered)
        assert [record.seq for record in answer.records] == case.expected


def test_first_join_and_other_epoch() -> None:
    live = replica(3)
    assert live.join(None, Audience.EVERYONE, 0) == NotRecovered(Reason.FIRST)
    assert live.join(Position("old", 3), Audience.EVERYONE, 0) == NotRecovered(Reason.EPOCH)
    live.renew("f")
    assert live.position == Position("f", 3)
    assert live.join(Position("e", 3), Audience.EVERYONE, 0) == NotRecovered(Reason.EPOCH)


def test_an_answer_is_complete_or_not_recovered() -> None:
    """5,000 random positions, against a log that is kept whole beside it."""
    luck = random.Random(7)
    for _ in range(50):
        settings = {"recovery_events": luck.randint(0, 40), "recovery_window_ms": luck.randint(0, 800)}
        live = replica(1, answer_limit=luck.randint(1, 30), **settings)
        log: list[Record] = []
        for _ in range(luck.randint(1, 60)):
            audience = luck.choice([Audience.EVERYONE, Audience.EVERYONE, Audience.HOSTS, Audience.NOBODY])
            at = live.room.at + luck.randint(0, 40)
            records = live.room.record([Proposed(said("x"), audience)], by=ANN, at=at)
            live.apply(records)
            log += records
        for _ in range(100):
            audience = luck.choice([Audience.EVERYONE, Audience.HOSTS])
            seq = luck.randint(1, live.room.seq + 5)
            now = live.room.at + luck.randint(0, 1000)
            answer = live.join(Position(luck.choice(["e", "e", "e", "x"]), seq), audience, now)
            if isinstance(answer, Recovered):
                assert list(answer.records) == [r for r in log if r.seq > seq and r.told_to(audience)]


def test_hosts_hear_more_than_everyone() -> None:
    live = replica(2)
    live.apply(live.room.record([Proposed(said("for hosts"), Audience.HOSTS)], by=ANN, at=2_000))
    live.apply(live.room.record([Proposed(said("for all"))], by=ANN, at=2_000))
    since = Position("e", 2)
    for audience, seqs in ((Audience.EVERYONE, [4]), (Audience.HOSTS, [3, 4])):
        answer = live.join(since, audience, 2_000)
        assert isinstance(answer, Recovered)
        assert [record.seq for record in answer.records] == seqs


def test_what_nobody_hears_takes_no_place() -> None:
    live = replica(2, recovery_events=3)
    for _ in range(50):
        live.apply(live.room.record([Proposed(said("-"), Audience.NOBODY)], by=ANN, at=2_000))
    assert isinstance(live.join(Position("e", 1), Audience.EVERYONE, 2_000), Recovered)
    assert len(live) == 2


def test_erased_records_are_stubs_for_those_who_come_back() -> None:
    live = replica(3)
    last = live.since(2, Audience.EVERYONE)[0].data
    assert isinstance(last, ChatSent)
    live.apply(live.room.record([Proposed(ChatDeleted(last.message), erases=(3,))], by=ANN, at=2_000))
    answer = live.join(Position("e", 1), Audience.EVERYONE, 2_000)
    assert isinstance(answer, Recovered)
    assert [(record.seq, record.data is None) for record in answer.records] == [(2, False), (3, True), (4, False)]
    assert answer.records[1].after == (2, 2)
    assert b"message 2" not in live.view(Audience.HOSTS)


def test_a_view_is_made_once_for_each_position() -> None:
    live = replica(3)
    view = live.view(Audience.EVERYONE)
    assert orjson.loads(view) == orjson.loads(orjson.dumps(live.room.view(Audience.EVERYONE)))
    assert live.view(Audience.EVERYONE) is view
    live.apply(live.room.record([Proposed(said("new"))], by=ANN, at=2_000))
    assert b"new" in live.view(Audience.EVERYONE)


def test_after_a_restart_it_remembers_what_it_is_given() -> None:
    before = replica(20)
    records = list(before.since(0, Audience.EVERYONE))
    live = Replica(before.room, "e")
    assert live.join(Position("e", 15), Audience.EVERYONE, live.room.at) == NotRecovered(Reason.TRIMMED)
    live.remember(records, 10)
    answer = live.join(Position("e", 15), Audience.EVERYONE, live.room.at)
    assert isinstance(answer, Recovered)
    assert [record.seq for record in answer.records] == [16, 17, 18, 19, 20]
    assert live.join(Position("e", 9), Audience.EVERYONE, live.room.at) == NotRecovered(Reason.TRIMMED)
