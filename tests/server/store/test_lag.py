import pytest

from protocols.messages import Position
from server.store.lag import Lag


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Seconds:
    seconds = Seconds()
    monkeypatch.setattr("server.store.lag.time", seconds)
    return seconds


def test_a_lag_lasts_until_what_was_there_then_is_stored(time: Seconds) -> None:
    done = {"r": 0}
    lag = Lag(lambda room: done[room])
    assert (len(lag), lag.waited(), lag.statistics()["lag_seconds"]) == (0, 0, 0)
    lag.note("r", Position("e", 4))
    time.now += 5
    lag.note("r", Position("e", 9))
    assert lag.statistics() == {"lag_records": 9, "lag_seconds": 5, "rooms_behind": 1}
    assert lag.waited() == 5

    done["r"] = 4
    lag.moved("r", 4)  # those of five seconds ago are stored; when the others came is known no nearer
    assert lag.statistics() == {"lag_records": 5, "lag_seconds": 5, "rooms_behind": 1}
    time.now += 1
    done["r"] = 9
    lag.moved("r", 9)
    assert "r" not in lag
    assert lag.statistics() == {"lag_records": 0, "lag_seconds": 0, "rooms_behind": 0}


def test_who_moved_goes_behind_the_others(time: Seconds) -> None:
    lag = Lag(lambda _room: 0)
    for room in "abc":
        lag.note(room, Position("e", 10))
    lag.moved("a", 5)
    assert lag.rooms == ["b", "c", "a"]
    lag.drop("b")
    assert lag.rooms == ["c", "a"]
