"""How taps are counted, and how fast one person may tap."""

from protocols.limits import REACTION_BURST, REACTION_RATE
from rooms.taps import Taps


def test_taps_are_summed_by_kind_until_they_are_taken() -> None:
    taps = Taps()
    for user in ("ann", "ben"):
        assert taps.tap(user, "heart", 3, 0) is None
    assert taps.tap("ann", "clap", 1, 0) is None
    taps.add({"heart": 10, "wow": 2, "boo": 5, "laugh": -3})
    assert taps.take() == ({"heart": 6, "clap": 1}, {"heart": 16, "clap": 1, "wow": 2})
    assert taps.take() == ({}, {})


def test_one_person_taps_so_many_at_once_and_then_at_the_rate() -> None:
    taps = Taps()
    assert taps.tap("ann", "heart", REACTION_BURST, 0) is None
    wait = taps.tap("ann", "heart", 5, 0)
    assert wait == 5 * 1000 // REACTION_RATE
    assert taps.tap("ben", "heart", 5, 0) is None
    assert taps.tap("ann", "heart", 5, wait - 1) is not None
    assert taps.tap("ann", "heart", 5, wait) is None
    assert taps.take()[0] == {"heart": REACTION_BURST + 10}, "what was refused is not counted"


def test_who_may_tap_as_ever_is_forgotten() -> None:
    taps = Taps()
    for number in range(100):
        taps.tap(f"p{number}", "heart", 1, 20_000)
    taps.take()
    assert not taps.sweep(20_500)
    assert len(taps) == 100
    assert taps.sweep(40_000)
    assert len(taps) == 0
