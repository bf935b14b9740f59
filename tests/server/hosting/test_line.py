"""Letters between two nodes arrive in order and once, whatever the channel does."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from random import Random

import pytest

from server.hosting.line import LETTERS_BYTES, LETTERS_LIMIT, MESSAGE_BYTES, RESEND_S, Letter, Line, Message


def numbers() -> Callable[[], int]:
    counter = count(1)
    return lambda: next(counter)


def of(message: Message | None) -> Message:
    assert message is not None
    return message


def test_letters_travel_together_and_are_kept_until_the_other_side_has_them() -> None:
    a, b = Line(numbers()), Line(numbers())
    assert a.message(0.0) is None
    for n in range(3):
        assert a.put((n,))
    assert list(b.heard(of(a.message(0.0)), 0.0)) == [(0,), (1,), (2,)]
    assert len(a) == 3
    assert a.message(0.1) is None
    assert a.heard(of(b.message(0.1)), 0.1) == ()
    assert len(a) == 0
    assert b.quiet


def test_what_is_not_answered_is_sent_again_and_heard_once() -> None:
    a, b = Line(numbers()), Line(numbers())
    a.put(("x",))
    assert list(b.heard(of(a.message(0.0)), 0.0)) == [("x",)]
    assert list(b.heard(of(a.message(RESEND_S)), 0.0)) == []


def test_a_message_that_reached_nobody_is_sent_at_once_again() -> None:
    a, b = Line(numbers()), Line(numbers())
    a.put(("x",))
    a.message(0.0)
    a.unsent()
    assert list(b.heard(of(a.message(0.01)), 0.01)) == [("x",)]


def test_too_many_letters_find_no_place() -> None:
    line = Line(numbers())
    assert all(line.put((n,)) for n in range(LETTERS_LIMIT))
    assert not line.put(("one more",))


def test_a_side_that_forgot_the_line_begins_it_anew() -> None:
    number = numbers()
    a, b = Line(number), Line(numbers())
    exchange(a, b, [("a", 0)], [("b", 0)])
    a = Line(number)  # thought the other dead
    b.put(("b", 1))
    a.put(("a", 1))
    heard_by_b = list(b.heard(of(a.message(1.0)), 1.0))
    heard_by_a = list(a.heard(of(b.message(1.0)), 1.0))
    assert heard_by_b == [("a", 1)]
    assert heard_by_a == [("b", 1)]


def exchange(a: Line, b: Line, from_a: list[Letter], from_b: list[Letter]) -> None:
    for letter in from_a:
        a.put(letter)
    for letter in from_b:
        b.put(letter)
    assert list(b.heard(of(a.message(0.0)), 0.0)) == from_a
    assert list(a.heard(of(b.message(0.0)), 0.0)) == from_b
    b.heard(of(a.message(0.0)), 0.0)


@pytest.mark.parametrize("seed", range(50))
def test_nothing_is_lost_repeated_or_swapped(seed: int) -> None:
    luck = Random(seed)
    lines = [Line(numbers()), Line(numbers())]
    heard: list[list[Letter]] = [[], []]
    written = [0, 0]
    channel: list[tuple[int, Message]] = []
    now = 0.0
    for step in range(3000):
        now += 0.05
        for me in (0, 1):
            if step < 600 and luck.random() < 0.3:
                lines[me].put((written[me],))
                written[me] += 1
            if (message := lines[me].message(now)) is not None and luck.random() > 0.2:
                channel += [(1 - me, message)] * luck.choice([1, 1, 2])
        luck.shuffle(channel)
        while channel and luck.random() < 0.7:
            to, message = channel.pop()
            heard[to] += lines[to].heard(message, now)
        if step > 600 and not any(map(len, lines)) and not channel:
            break
    assert heard[0] == [(n,) for n in range(written[1])]
    assert heard[1] == [(n,) for n in range(written[0])]


@pytest.mark.parametrize("seed", range(50))
def test_sides_that_forget_each_other_settle_and_go_on(seed: int) -> None:
    luck, number = Random(seed), numbers()
    lines = [Line(number), Line(number)]
    heard: list[list[Letter]] = [[], []]
    written = [0, 0]
    since: list[int] = []
    channel: list[tuple[int, Message]] = []
    for step in range(400):
        now = step * 0.05
        if step in {100, 150, 153, 200}:
            # As when a node was frozen or cut off: it is thought dead, and is not.
            lines[luck.randrange(2)] = Line(number)
        if step == 250:
            assert not any(map(len, lines))
            assert not channel
            since = list(written)
        for me in (0, 1):
            if (step < 220 or 250 <= step < 300) and luck.random() < 0.5:
                lines[me].put((written[me],))
                written[me] += 1
            if (message := lines[me].message(now)) is not None:
                channel.append((1 - me, message))
        while channel and luck.random() < 0.9:
            to, message = channel.pop(0)
            heard[to] += lines[to].heard(message, now)
    assert all(line.quiet for line in lines)
    for me in (0, 1):
        later = [letter for letter in heard[1 - me] if letter[0] >= since[me]]
        assert later == [(n,) for n in range(since[me], written[me])]


def test_letters_are_bounded_by_their_bytes() -> None:
    line, there = Line(numbers()), Line(numbers())
    size = LETTERS_BYTES // 4
    assert all(line.put((n,), size) for n in range(4))
    assert not line.put(("more",), 1)
    assert list(of(line.message(0.0)).letters) == [(0,)]  # a large one travels alone
    assert list(of(line.message(0.0)).letters) == [(1,)]
    line.unsent()
    there.heard(of(line.message(0.0)), 0.0)
    line.heard(of(there.message(0.0)), 0.0)
    assert line.put(("more",), size)
    small = Line(numbers())
    for n in range(10):
        small.put((n,), MESSAGE_BYTES // 4)
    assert len(of(small.message(0.0)).letters) == 4
