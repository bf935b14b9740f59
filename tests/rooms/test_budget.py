"""Token buckets: who waits, and for how long."""

from protocols.messages import Budget
from rooms.budget import Budgets
from rooms.settings import RoomSettings

ROOMY = RoomSettings(room_rate=100_000)


def test_a_person_has_a_small_burst_and_then_a_rate() -> None:
    budgets = Budgets(ROOMY)
    assert [budgets.take(Budget.CHAT, "ann", 0) for _ in range(6)] == [None] * 5 + [1_000]
    assert budgets.take(Budget.CHAT, "ben", 0) is None
    assert budgets.take(Budget.CHAT, "ann", 400) == 600
    assert budgets.take(Budget.CHAT, "ann", 1_000) is None
    assert budgets.take(Budget.CHAT, "ann", 1_000) == 1_000


def test_a_refusal_costs_nothing() -> None:
    budgets = Budgets(ROOMY)
    for _ in range(5):
        budgets.take(Budget.CHAT, "ann", 0)
    for now in range(0, 1_000, 10):
        assert budgets.take(Budget.CHAT, "ann", now) == 1_000 - now
    assert budgets.take(Budget.CHAT, "ann", 1_000) is None


def test_slow_mode_is_for_messages_of_those_who_are_no_staff() -> None:
    budgets = Budgets(ROOMY.changed(RoomSettings(slow_mode_ms=30_000)))
    assert budgets.take(Budget.CHAT, "ann", 0, slowed=True) is None
    assert budgets.take(Budget.CHAT, "ann", 0, slowed=True) is None, "what she sent before was refused"
    budgets.spoke("ann", 0)
    assert budgets.take(Budget.CHAT, "ann", 10_000, slowed=True) == 20_000
    assert budgets.take(Budget.CHAT, "ann", 10_000) is None, "a photo is no message"
    budgets.spoke("lin", 0)
    assert budgets.take(Budget.CHAT, "lin", 1, staff=True, slowed=True) is None
    assert budgets.take(Budget.CHAT, "ann", 30_000, slowed=True) is None
    budgets.settings = ROOMY
    assert budgets.take(Budget.CHAT, "ann", 30_001, slowed=True) is None


def test_a_busy_room_sheds_the_least_urgent_first() -> None:
    budgets = Budgets(RoomSettings())
    passed = {
        kind: sum(budgets.take(kind, f"{kind}{number}", 0, staff=True) is None for number in range(40))
        for kind in (Budget.REACTION, Budget.CHAT, Budget.QUESTION, Budget.HOST, Budget.CONTROL)
    }
    assert passed == {
        Budget.REACTION: 20,
        Budget.CHAT: 8,
        Budget.QUESTION: 4,
        Budget.HOST: 4,
        Budget.CONTROL: 4,
    }
    assert budgets.take(Budget.CONTROL, "lin", 0, staff=True) == 25
    assert budgets.take(Budget.CHAT, "ann", 0) == 325
    assert budgets.take(Budget.CHAT, "ann", 325) is None


def test_a_quiet_room_gives_all_of_it_to_whoever_wants_it() -> None:
    budgets = Budgets(RoomSettings())
    passed = sum(budgets.take(Budget.CHAT, f"p{now}", now) is None for now in range(10_000))
    assert 400 <= passed <= 440


def test_an_attendee_cannot_use_up_what_is_for_staff() -> None:
    budgets = Budgets(RoomSettings())
    for number in range(100):
        budgets.take(Budget.CONTROL, f"p{number}", 0)
    assert budgets.take(Budget.HOST, "lin", 0, staff=True) is None


def test_ballots_are_not_counted() -> None:
    budgets = Budgets(RoomSettings())
    assert all(budgets.take(Budget.NONE, "ann", 0) is None for _ in range(1_000))


def test_those_who_were_quiet_are_forgotten() -> None:
    budgets = Budgets(ROOMY)
    for number in range(1_000):
        budgets.take(Budget.CHAT, f"p{number}", number)
    assert len(budgets) == 1_000
    budgets.take(Budget.CHAT, "ann", 60_000)
    assert len(budgets) == 1


def test_time_that_goes_back_gives_nothing() -> None:
    budgets = Budgets(ROOMY)
    for _ in range(5):
        assert budgets.take(Budget.CHAT, "ann", 10_000) is None
    assert budgets.take(Budget.CHAT, "ann", 5_000) == 1_000
    assert budgets.take(Budget.CHAT, "ann", 10_999) == 1


def test_more_is_given_at_once_when_the_settings_allow_more() -> None:
    budgets = Budgets(ROOMY)
    for _ in range(5):
        budgets.take(Budget.CHAT, "ann", 0)
    budgets.settings = RoomSettings(room_rate=100_000, person_burst=100)
    assert [budgets.take(Budget.CHAT, "ann", 0) for _ in range(96)] == [None] * 95 + [1_000]


def test_a_room_gets_no_more_than_the_server_allows() -> None:
    capped, free = Budgets(ROOMY, most=20), Budgets(RoomSettings(room_rate=20), most=100_000)
    for budgets in (capped, free):
        taken = sum(budgets.take(Budget.CHAT, f"p{n}", 0) is None for n in range(100))
        assert taken == 14  # 20, less what is kept for those who run the room
        assert budgets.take(Budget.CHAT, "late", 0) == 50
    # Nor after its hosts have set it anew.
    capped.settings = RoomSettings(room_rate=90_000)
    assert sum(capped.take(Budget.CHAT, f"q{n}", 1_000) is None for n in range(100)) == 14
