from hypothesis import given
from hypothesis import strategies as st

from protocols.frames import Prepared
from server.gateway.outbox import Outbox


def sized(size: int, mark: bytes = b"x") -> Prepared:
    return Prepared(mark * size, mark * size)


def test_first_in_first_out() -> None:
    outbox = Outbox()
    for mark in (b"a", b"b", b"c"):
        assert outbox.push(sized(1, mark), room=10)

    assert [prepared.frame for prepared in outbox.take(2)] == [b"a", b"b"]
    assert outbox.size == 1
    assert [prepared.frame for prepared in outbox.take(99)] == [b"c"]


def test_take_gives_at_least_one() -> None:
    outbox = Outbox()
    outbox.push(sized(50), room=100)

    assert len(outbox.take(1)) == 1


def test_volatile_is_replaced_by_key_and_goes_to_the_end() -> None:
    outbox = Outbox()
    outbox.push_volatile("tally", sized(1, b"1"), room=10)
    outbox.push(sized(1, b"e"), room=10)
    outbox.push_volatile("tally", sized(1, b"2"), room=10)

    assert [prepared.frame for prepared in outbox] == [b"e", b"2"]
    assert outbox.size == 2


def test_over_the_limit_volatile_goes_first() -> None:
    outbox = Outbox()
    outbox.push_volatile("tally", sized(5, b"v"), room=10)

    assert outbox.push(sized(8, b"e"), room=10)
    assert [prepared.frame[:1] for prepared in outbox] == [b"e"]


def test_over_the_limit_without_volatile() -> None:
    outbox = Outbox()
    outbox.push(sized(8), room=10)

    assert not outbox.push(sized(3), room=10)


def test_volatile_that_does_not_fit_is_dropped() -> None:
    outbox = Outbox()
    outbox.push(sized(8), room=10)
    outbox.push_volatile("tally", sized(3), room=10)

    assert len(outbox) == 1


@given(st.lists(st.tuples(st.sampled_from(["push", "a", "b", "take"]), st.integers(1, 6)), max_size=40))
def test_size_is_what_is_in_it(steps: list[tuple[str, int]]) -> None:
    outbox = Outbox()
    for what, size in steps:
        if what == "push":
            outbox.push(sized(size), room=20)
        elif what == "take":
            outbox.take(size)
        else:
            outbox.push_volatile(what, sized(size), room=20)
        assert outbox.size == sum(len(prepared.frame) for prepared in outbox)
