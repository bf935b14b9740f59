from dataclasses import dataclass
from typing import ClassVar

import orjson
import pytest

from protocols.messages import Audience, By, Event, Position, Record, Role
from protocols.wire import told
from server.gateway.events import frame, offset, parse_offset


@dataclass(frozen=True, slots=True)
class Said(Event):
    type: ClassVar[str] = "test.said"
    text: str


def record(data: Event | None, by: By | None) -> Record:
    return Record(7, 1000, "test.said", 1, Audience.EVERYONE, by, data, after=(4, 6))


def test_each_audience_is_told_its_own_after() -> None:
    one = record(Said("hi"), By("u1", "Ann", Role.HOST))

    assert told("r1", "e", one, Audience.EVERYONE)["after"] == 4
    assert told("r1", "e", one, Audience.HOSTS)["after"] == 6


def test_the_frame_ends_with_the_place_in_the_log() -> None:
    one = record(Said("hi"), By("u1", "Ann", Role.ATTENDEE, guest=True, via="wecom"))

    packet = frame("r1", "e", one, Audience.EVERYONE).payload

    assert packet.startswith(b"42")
    name, event, place = orjson.loads(packet[2:])
    assert name == "test.said"
    assert place == "r1:e:7:everyone"
    assert event == {
        "room": "r1",
        "epoch": "e",
        "after": 4,
        "seq": 7,
        "at": 1000,
        "by": {"id": "u1", "name": "Ann", "role": "attendee", "guest": True, "via": "wecom"},
        "data": {"text": "hi"},
    }


def test_a_stub_says_nothing() -> None:
    stub = told("r1", "e", record(None, None), Audience.EVERYONE)

    assert stub["by"] is None
    assert stub["data"] is None


def test_an_offset_is_read_back() -> None:
    assert parse_offset(offset("r1", Position("e", 9), Audience.HOSTS)) == ("r1", Position("e", 9), Audience.HOSTS)


@pytest.mark.parametrize("text", ["", "a:b:c:everyone", "a:b:-1:everyone", "a:b:1:all", "a:b:1", "a:b:٣:everyone"])
def test_other_strings_are_no_offset(text: str) -> None:
    assert parse_offset(text) is None
