"""Digests in two tables that rotate."""

import pytest

from protocols.errors import Code, Refused
from protocols.limits import KEY_LENGTH
from rooms.dedupe import Dedupe, fingerprint

WINDOW = 1_000
COMMAND = fingerprint("ann", "c1", b'{"text":"hi"}')


def test_the_first_answer_is_known_for_the_whole_window_whenever_it_came() -> None:
    for noted in range(0, 2_000, 100):
        dedupe = Dedupe(WINDOW)
        for now in range(0, noted, 100):
            dedupe.find(b"x" * 32, now)
        dedupe.note(COMMAND, 7, noted)
        for now in range(noted, noted + WINDOW, 50):
            assert dedupe.find(COMMAND, now) == 7


def test_it_is_forgotten_after_twice_the_window() -> None:
    dedupe = Dedupe(WINDOW)
    dedupe.note(COMMAND, 7, 0)
    assert dedupe.find(COMMAND, 2 * WINDOW) is None
    assert len(dedupe) == 0


def test_memory_follows_the_window() -> None:
    dedupe = Dedupe(WINDOW)
    for now in range(10_000):
        dedupe.note(fingerprint("ann", f"c{now}", b""), now, now)
    assert len(dedupe) <= 2 * WINDOW


def test_the_same_id_with_another_body_is_a_conflict() -> None:
    dedupe = Dedupe(WINDOW)
    dedupe.note(COMMAND, 7, 0)
    with pytest.raises(Refused) as refused:
        dedupe.find(fingerprint("ann", "c1", b'{"text":"ho"}'), 1)
    assert refused.value.code is Code.ID_CONFLICT


def test_what_was_erased_is_known_by_its_key_alone() -> None:
    dedupe = Dedupe(WINDOW)
    dedupe.note(COMMAND[:KEY_LENGTH], 7, 0)
    assert dedupe.find(COMMAND, 1) == 7
    assert dedupe.find(fingerprint("ann", "c1", b'{"text":"ho"}'), 1) == 7
    assert dedupe.find(fingerprint("ann", "c2", b'{"text":"hi"}'), 1) is None
    dedupe.note(COMMAND, 7, 2)  # somebody remembers all of it
    with pytest.raises(Refused):
        dedupe.find(fingerprint("ann", "c1", b'{"text":"ho"}'), 3)


def test_ids_are_a_persons_own() -> None:
    dedupe = Dedupe(WINDOW)
    dedupe.note(COMMAND, 7, 0)
    assert dedupe.find(fingerprint("ben", "c1", b'{"text":"hi"}'), 1) is None
    assert len(COMMAND) == 2 * KEY_LENGTH


def test_a_position_of_zero_is_an_answer_too() -> None:
    dedupe = Dedupe(WINDOW)
    dedupe.note(COMMAND, 0, 0)
    assert dedupe.find(COMMAND, 1) == 0
