import hashlib
from collections import Counter

from server.overlaps import SLOTS, Overlaps, number_of, slots_of


def test_people_are_the_same_number_everywhere() -> None:
    assert number_of("r", "ann") == int.from_bytes(hashlib.blake2b(b"r\nann", digest_size=8).digest())
    assert len({number_of(room, user) for room in "abc" for user in ("ann", "b", "bob")}) == 9
    assert number_of("ab", "c") != number_of("a", "bc")


def test_slots_are_spread_and_few_of_them_move() -> None:
    three, four = slots_of("abc"), slots_of("dcba")
    assert slots_of("cab") == three
    assert all(SLOTS / 4 * 0.6 < count < SLOTS / 4 * 1.5 for count in Counter(four).values())
    assert all(before == after or after == "d" for before, after in zip(three, four, strict=True))


def test_the_first_node_counts_and_the_next_one_after_it() -> None:
    overlaps = Overlaps()
    overlaps.came("a", [1, 2])
    overlaps.came("b", [2, 3])
    overlaps.came("b", [2])
    overlaps.came("c", [2])
    assert [overlaps.news(node) for node in "abc"] == [([], []), ([2], []), ([2], [])]
    assert [overlaps.news(node) for node in "abc"] == [([], [])] * 3
    overlaps.went("a", [2])
    assert [overlaps.news(node) for node in "abc"] == [([], []), ([], [2]), ([], [])]
    assert overlaps.counted_elsewhere("c") == [2]
    overlaps.went("b", [2])
    overlaps.went("c", [2, 7])
    assert [overlaps.news(node) for node in "abc"] == [([], []), ([], []), ([], [])]
    assert len(overlaps) == 2


def test_who_went_and_came_again_stands_last() -> None:
    overlaps = Overlaps()
    overlaps.came("a", [1])
    overlaps.came("b", [1])
    overlaps.went("a", [1])
    overlaps.came("a", [1])
    assert overlaps.news("a") == ([1], [])
    assert overlaps.news("b") == ([], [1])


def test_everything_told_again_changes_nobodys_place() -> None:
    overlaps = Overlaps()
    overlaps.came("a", [1, 2, 4])
    overlaps.came("b", [1, 2])
    assert overlaps.news("b") == ([1, 2], [])
    overlaps.replace("a", [1, 3])
    assert overlaps.news("b") == ([], [2])
    overlaps.came("b", [3])
    assert overlaps.counted_elsewhere("b") == [1, 3]
    assert overlaps.news("b") == ([], [])
    assert len(overlaps) == 3


def test_nobody_is_on_a_node_that_is_gone() -> None:
    overlaps = Overlaps()
    overlaps.came("a", [1, 2])
    overlaps.came("b", [1])
    overlaps.gone("a")
    assert overlaps.news("b") == ([], [1])
    overlaps.gone("b")
    assert len(overlaps) == 0
    assert not any((overlaps._twice, overlaps._alone, overlaps._news))
