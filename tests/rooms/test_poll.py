"""A poll's count follows its ballots."""

import msgpack  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from rooms.poll import Ballot, Poll

BALLOTS = st.builds(Ballot, st.lists(st.integers(0, 3), unique=True, min_size=1), st.booleans())
CASTS = st.lists(st.tuples(st.sampled_from("abcdef"), BALLOTS | st.none()))


def made() -> Poll:
    return Poll("p1", "Which?", "multi", ["a", "b", "c", "d"], 4, "everyone", hidden=False, duration_ms=None)


@given(CASTS)
def test_the_count_is_that_of_the_last_ballots(casts: list[tuple[str, Ballot | None]]) -> None:
    poll = made()
    last: dict[str, Ballot] = {}
    for user, ballot in casts:
        if ballot is None:
            poll.drop(user)
            last.pop(user, None)
        else:
            poll.cast(user, ballot)
            last[user] = ballot
    guests = [ballot for ballot in last.values() if ballot.guest]
    assert poll.result() == {
        "counts": [sum(option in ballot.choices for ballot in last.values()) for option in range(4)],
        "voters": len(last),
        "guests": {
            "counts": [sum(option in ballot.choices for ballot in guests) for option in range(4)],
            "voters": len(guests),
        },
    }
    again = Poll.of_dump(msgpack.unpackb(msgpack.packb(poll.dump())))
    assert again == poll


def test_a_result_does_not_change_after_it_was_told() -> None:
    poll = made()
    told = poll.result()
    poll.cast("a", Ballot([0], guest=True))
    assert told == made().result()
