"""The mailbox: in order, bounded by number and by bytes, and no more at once than can be told at once."""

from typing import Any

import pytest

from protocols.limits import BATCH_BYTES, BATCH_COMMANDS, MAILBOX_BYTES, MAILBOX_LIMIT
from rooms.registry import REGISTRY
from server.hosting.draft import Waiting
from server.hosting.mailbox import Mailbox
from tests.server.house import ANN

COMMAND = REGISTRY.command("chat.send", {"id": "c", "room": "r", "text": "hi"})


def waiting(number: int, size: int = 100) -> Waiting:
    return Waiting(COMMAND, ANN, b"", float(number), None, size=size)


def numbers(taken: list[Waiting]) -> list[int]:
    return [int(each.since) for each in taken]


def filled(count: int, **more: Any) -> Mailbox:
    box = Mailbox()
    for number in range(count):
        assert box.put(waiting(number, **more))
    return box


def test_they_are_taken_in_order_and_so_many_at_once() -> None:
    box = filled(BATCH_COMMANDS + 3)
    assert numbers(box.take()) == list(range(BATCH_COMMANDS))
    assert numbers(box.take()) == [BATCH_COMMANDS, BATCH_COMMANDS + 1, BATCH_COMMANDS + 2]
    assert (box.take(), len(box), box.weight) == ([], 0, 0)


def test_long_ones_are_fewer_at_once_but_never_none() -> None:
    assert len(filled(100, size=BATCH_BYTES // 8).take()) == 8
    assert len(filled(3, size=2 * BATCH_BYTES).take()) == 1


@pytest.mark.parametrize(("size", "most"), [(1, MAILBOX_LIMIT), (MAILBOX_BYTES // 16, 16)])
def test_it_is_full_by_number_or_by_bytes(size: int, most: int) -> None:
    box = filled(most, size=size)
    assert not box.put(waiting(most, size))
    assert (len(box), box.weight) == (most, most * size)
    box.take()
    assert box.put(waiting(most, size))


def test_what_is_put_back_comes_first_and_has_room() -> None:
    box = filled(16, size=MAILBOX_BYTES // 16)
    taken = box.take()
    assert box.put(waiting(16, MAILBOX_BYTES // 16))
    box.put_back(taken)
    assert numbers(box.take_all()) == list(range(17))
    assert (len(box), box.weight) == (0, 0)


def test_those_that_waited_too_long_are_at_the_front() -> None:
    box = filled(5)
    assert numbers(box.take_since(2.0)) == [0, 1, 2]
    assert numbers(box.take_since(2.0)) == []
    assert (len(box), box.weight) == (2, 200)
