"""Places by seq, the oldest leaves first, blanks count."""

from rooms.window import Window


def test_the_oldest_leaves() -> None:
    window: Window[str] = Window(2)
    assert window.add(1, "a") is None
    assert window.add(5, "b") is None
    assert window.add(9, "c") == "a"
    assert (list(window), window.places()) == (["b", "c"], [5, 9])


def test_a_blank_holds_its_place_as_if_it_had_come_so() -> None:
    seen: Window[str] = Window(2)
    late: Window[str] = Window(2)
    seen.add(1, "a")
    seen.blank(1)
    late.add(1, None)
    for window in (seen, late):
        window.add(2, "b")
        window.add(3, "c")
    assert seen == late
    assert list(seen) == ["b", "c"]
    assert seen != Window(2)


def test_what_is_filled_again_stands_in_its_place() -> None:
    window: Window[str] = Window(3)
    for seq, entry in ((1, "a"), (2, "b"), (3, "c")):
        window.add(seq, entry)
    window.blank(2)
    assert window.fill(2, "b")
    assert list(window) == ["a", "b", "c"]
    window.add(4, "d")
    assert not window.fill(1, "a")
    assert window.get(1) is None


def test_the_latest_are_counted_in_places() -> None:
    window: Window[str] = Window(9)
    for seq in range(1, 6):
        window.add(seq, None if seq == 4 else str(seq))
    assert list(window.latest(2)) == ["5"]
    assert [window.among(seq, 2) for seq in (3, 4, 5)] == [False, True, True]
    assert window.among(1, 100)
