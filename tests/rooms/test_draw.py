"""The state of a draw: who is next, whose is what, and what a snapshot keeps."""

from rooms.draw import Draw, Entrant, Prize, masked
from rooms.lot import drawn_order


def filled() -> Draw:
    draw = Draw("d", "Lot", 2, None, sealed="seed")
    for number in range(4):
        draw.enter(Entrant(f"t{number}", f"u{number}", f"N{number}", False))
    return draw


def test_the_next_follow_those_who_won_and_those_who_were_passed_over() -> None:
    draw = filled()
    order = drawn_order("seed", draw.tickets)
    assert [each.ticket for each in draw.next(2)] == order[:2]
    draw.won = {1: Prize(order[0], "u", "N", False)}
    draw.passed = [(2, order[1])]
    assert [each.ticket for each in draw.next(5)] == order[2:]


def test_an_erased_person_leaves_the_ticket_and_no_name() -> None:
    draw = filled()
    draw.won = {1: Prize("t1", "u1", "N1", False, "N*", 7, "138", 8, redeemed=True)}
    draw.erase("u1", "erased:1")
    assert draw.tickets == ["t0", "t1", "t2", "t3"]
    assert draw.won == {1: Prize("t1", "erased:1", "", False, redeemed=True)}
    assert draw.mine("u1") is None
    assert draw.mine("erased:1") == {"ticket": "t1", "place": 1, "contact": None}
    assert draw.held() == set()


def test_a_dump_gives_the_same_back() -> None:
    draw = filled()
    draw.won = {1: Prize("t1", "u1", "N1", False, "N*", 7, "138", 8)}
    draw.passed = [(1, "t0")]
    again = Draw.of_dump(draw.dump())
    assert again == draw
    assert again.dump() == draw.dump()


def test_the_audience_sees_masked_names_and_no_seed() -> None:
    draw = filled()
    draw.won = {1: Prize("t1", "u1", "Nora", False, masked("Nora"), 7, "138", 8)}
    shown = draw.view(named=False)
    assert shown["seed"] is None
    assert shown["won"] == [{"place": 1, "ticket": "t1", "shown": "N*", "redeemed": False}]
    assert [masked(name) for name in ("小王", "小", "", "𠮷野家")] == ["小*", "小", "", "𠮷*"]
