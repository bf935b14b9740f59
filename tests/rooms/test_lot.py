"""Drawing lots: the same for everybody, fair to everybody, and as the vectors for the pages say."""

import json
from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rooms.lot import commitment, drawn_order, roll_digest

VECTORS = Path(__file__).resolve().parents[2] / "client_web" / "tests" / "lot_vectors.json"
TICKETS = st.lists(st.text("0123456789abcdef", min_size=1, max_size=16), max_size=30, unique=True)


def made() -> list[dict[str, object]]:
    cases = []
    for count, winners in ((1, 1), (3, 1), (17, 5), (60, 20)):
        seed, tickets = (
            f"{count:064x}",
            [f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}" for number in range(1, count + 1)],
        )
        roll = roll_digest(tickets)
        cases.append(
            {
                "draw": f"d-{count}",
                "winners": winners,
                "tickets": tickets,
                "seed": seed,
                "roll": roll,
                "commitment": commitment(seed, f"d-{count}", winners, roll),
                "order": drawn_order(seed, tickets),
            }
        )
    return cases


def test_the_vectors_by_which_the_pages_are_tested_are_ours() -> None:
    assert json.loads(VECTORS.read_text()) == made()


@given(seed=st.text("0123456789abcdef", min_size=64, max_size=64), tickets=TICKETS)
def test_everybody_has_one_rank_whatever_the_order_of_entering(seed: str, tickets: list[str]) -> None:
    order = drawn_order(seed, tickets)
    assert sorted(order) == sorted(tickets)
    assert drawn_order(seed, tickets[::-1]) == order


@given(tickets=st.lists(st.text("0123456789abcdef", min_size=1, max_size=16), min_size=8, max_size=8, unique=True))
def test_every_ticket_wins_as_often(tickets: list[str]) -> None:
    """Of 2,000 fixed seeds each of eight wins about 250: within six standard deviations, however they were chosen."""
    won = Counter(drawn_order(f"{seed:064x}", tickets)[0] for seed in range(2_000))
    assert all(abs(won[ticket] - 250) < 6 * 14.8 for ticket in tickets)


@given(tickets=TICKETS, other=TICKETS)
def test_other_entrants_have_another_roll(tickets: list[str], other: list[str]) -> None:
    assert (roll_digest(tickets) == roll_digest(other)) == (tickets == other)


def test_the_commitment_binds_all_that_decides() -> None:
    said = [
        commitment(*each) for each in (("s", "d", 1, "r"), ("t", "d", 1, "r"), ("s", "e", 1, "r"), ("s", "d", 2, "r"))
    ]
    assert len(set(said)) == 4


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(made(), indent=0) + "\n")
