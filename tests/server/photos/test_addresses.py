"""Addresses of pictures: for one picture, one kind of reader, some hours."""

from urllib.parse import parse_qs

import pytest

from protocols.errors import Code, Refused
from server.photos.addresses import STEP_S, Picture, PictureAddresses, Reader

NOW = 1_800_000_000
PICTURE = Picture("r1", "p1", 640)


def at(now: float) -> PictureAddresses:
    return PictureAddresses(b"key", clock=lambda: now)


def parts(query: str) -> tuple[Reader, int, str]:
    found = parse_qs(query)
    return Reader(found["for"][0]), int(found["until"][0]), found["sign"][0]


def test_an_address_is_good_for_some_hours_and_the_same_meanwhile() -> None:
    reader, until, sign = parts(at(NOW).query(PICTURE, Reader.EVERYONE))
    assert STEP_S <= until - NOW <= 2 * STEP_S
    assert at(NOW + 60).check(PICTURE, reader, until, sign) == until - NOW - 60
    with pytest.raises(Refused) as refused:
        at(until).check(PICTURE, reader, until, sign)
    assert refused.value.code is Code.EXPIRED


@pytest.mark.parametrize(
    "other", [Picture("r2", "p1", 640), Picture("r1", "p2", 640), Picture("r1", "p1", 2048), Picture("r1\np1", "", 640)]
)
def test_it_is_good_for_nothing_else(other: Picture) -> None:
    reader, until, sign = parts(at(NOW).query(PICTURE, Reader.OWN))
    for picture, who, when, how in (
        (other, reader, until, sign),
        (PICTURE, Reader.HOSTS, until, sign),
        (PICTURE, reader, until + 1, sign),
        (PICTURE, reader, until, ""),
        (PICTURE, reader, until, "é" * 32),
    ):
        with pytest.raises(Refused) as refused:
            at(NOW).check(picture, who, when, how)
        assert refused.value.code is Code.FORBIDDEN
