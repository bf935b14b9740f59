"""The state of one: who has which place, also under another name."""

from rooms.first import First, Winner


def filled() -> First:
    first = First("f", "Gift", 3)
    first.take(Winner("ann", "Ann", False, 5))
    first.take(Winner("ben", "Ben", True, 6))
    return first


def test_places_count_from_one_in_the_order_of_the_taps() -> None:
    assert filled().by_user == {"ann": 1, "ben": 2}
    assert [each["place"] for each in filled().view(named=True)["winners"]] == [1, 2]
    assert "winners" not in filled().view(named=False)


def test_an_erased_winner_keeps_the_place_without_a_name() -> None:
    first = filled()
    first.erase("ann", "erased:1")
    first.erase("nobody", "erased:2")
    assert first.by_user == {"ben": 2, "erased:1": 1}
    assert first.winners[0] == Winner("erased:1", "", False, 5)


def test_contacts_are_those_of_places_and_go_with_age_or_erasure() -> None:
    first = filled()
    for place, seq in ((1, 7), (2, 8), (3, 9)):
        first.reach(place, f"138 {place}", seq)
    assert (first.held(), first.mine("ben")) == ({7, 8}, {"place": 2, "contact": "138 2"})
    assert first.mine("cem") is None
    assert "138" not in str(first.view(named=False))
    assert first.unreach(6) == {7}
    assert first.held() == {8}
    first.erase("ben", "erased:1")
    assert first.held() == set()
    assert first.mine("erased:1") == {"place": 2, "contact": None}


def test_a_dump_from_before_there_were_contacts_is_read() -> None:
    state = filled().dump()
    state["winners"] = [each[:4] for each in state["winners"]]
    assert First.of_dump(state) == filled()


def test_a_dump_gives_the_same_back() -> None:
    first = filled()
    first.redeemed = {2}
    first.reach(2, "138", 7)
    again = First.of_dump(first.dump())
    assert again == first
    assert again.by_user == first.by_user
