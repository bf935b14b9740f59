from server.attendance_letters import PEOPLE, ROOMS, last_marked, packed, portions, unpacked


def test_people_are_the_same_after_the_journey() -> None:
    people = (0, 1, 2**64 - 1)
    assert unpacked(packed(people)) == people
    assert len(packed(people)) == 24


def test_no_letter_holds_too_much_and_none_is_left_out() -> None:
    counts = [(f"r{n}", n) for n in range(2 * ROOMS + 1)]
    people = list(range(PEOPLE + 1))
    told = list(portions(counts, people, []))
    assert [len(rooms) for rooms, _ in told] == [ROOMS, ROOMS, 1]
    assert [[len(each) // 8 for each in packs] for _, packs in told] == [[PEOPLE, 0], [1, 0], [0, 0]]
    assert [pair for rooms, _ in told for pair in rooms] == counts
    assert [person for _, (pack, _) in told for person in unpacked(pack)] == people
    assert list(portions([], [])) == [([], [b""])]


def test_the_last_is_known() -> None:
    assert list(last_marked(iter("abc"))) == [("a", False), ("b", False), ("c", True)]
    assert list(last_marked(iter("a"))) == [("a", True)]
