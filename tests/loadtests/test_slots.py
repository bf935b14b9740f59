"""Slots are found as Redis names them."""

from __future__ import annotations

import redis

from loadtests import slots


def test_a_room_is_the_hash_tag_of_its_keys() -> None:
    assert slots.slot_of("r1") == redis.crc.key_slot(b"sf:{r1}:head")


def test_ranges_and_single_slots_are_read() -> None:
    assert slots._has(["0-5460", "9000"], 5460)
    assert slots._has(["0-5460", "9000"], 9000)
    assert not slots._has(["0-5460", "9000"], 5461)


def test_slots_on_the_move_are_nobodys_range() -> None:
    assert not slots._has(["[93->-292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f]"], 93)


def test_an_address_ends_with_its_port() -> None:
    assert slots._port("127.0.0.1:7000@17000") == 7000
    assert slots._port("127.0.0.1:7000") == 7000
