import hashlib

import pytest

from protocols.messages import Position
from server.broker.codec import encode
from server.broker.redis_log import (
    announced,
    announcement,
    keys_of,
    mark_of,
    position_of,
    stored,
)
from server.catalogue import Unreadable
from tests.server.records import CATALOGUE, batch, said

BATCH = batch("r", Position("e", 4), [said(5, "five"), said(6, "六")], id="b1", term=3, due=77)
SAID_OF_IT = announcement(BATCH, encode(BATCH.records))


def test_all_keys_of_a_room_lie_in_one_slot() -> None:
    assert {key[: key.index("}") + 1] for key in keys_of("r.1~x")} == {"sf:{r.1~x}"}
    assert len(set(keys_of("r"))) == len(keys_of("r"))


def test_a_stored_batch_says_whose_it_is_and_when_it_ends() -> None:
    body = b"\x93a\nb"
    found = stored(b"6", mark_of(BATCH) + body)
    assert (found.last, found.at, found.body) == (6, 1_006, body)
    assert found.mark == mark_of(BATCH) == b"b1\n1006\n"
    last, digest, value = found.changed([said(6)])
    assert (last, digest) == (6, hashlib.sha1(found.mark + body, usedforsecurity=False).hexdigest())
    assert value.startswith(found.mark)


@pytest.mark.parametrize("value", [b"", b"b1", b"b1\n", b"b1\nnoon\nbody"])
def test_a_damaged_batch_is_said_to_be_one(value: bytes) -> None:
    with pytest.raises(Unreadable):
        stored(b"6", value)


def test_an_announcement_is_read_as_it_was_made() -> None:
    assert announced("r", SAID_OF_IT, CATALOGUE) == BATCH


@pytest.mark.parametrize("message", [b"", b"\x93\x01\x02\x03", b"\xc1", SAID_OF_IT[:-3]])
def test_a_damaged_announcement_is_said_to_be_one(message: bytes) -> None:
    with pytest.raises(Unreadable):
        announced("r", message, CATALOGUE)


def test_a_position_is_read() -> None:
    assert position_of([b"ep", b"12"]) == Position("ep", 12)
