"""Addresses of pictures: for one picture, one kind of reader, some hours."""

from urllib.parse import parse_qs

import pytest

from protocols.errors import Code, Refused
from server.photos.addresses import HOSTS_STEP_S, STEP_S, Picture, PictureAddresses, Reader

NOW = 1_800_000_000
PICTURE = Picture("r1", "p1", 640)


def at(now: float) -> PictureAddresses:
    return PictureAddresses(b"key", clock=lambda: now)


def parts(query: str) -> tuple[Reader, str, int, str]:
    found = parse_qs(query)
    return Reader(found["for"][0]), found.get("who", [""])[0], int(found["until"][0]), found["sign"][0]


def test_an_address_is_good_for_some_hours_and_the_same_meanwhile() -> None:
    reader, who, until, sign = parts(at(NOW).query(PICTURE, Reader.EVERYONE))
    assert STEP_S <= until - NOW <= 2 * STEP_S
    assert at(NOW + 60).check(PICTURE, reader, who, until, sign) == until - NOW - 60
    with pytest.raises(Refused) as refused:
        at(until).check(PICTURE, reader, who, until, sign)
    assert refused.value.code is Code.EXPIRED


@pytest.mark.parametrize(
    "other", [Picture("r2", "p1", 640), Picture("r1", "p2", 640), Picture("r1", "p1", 2048), Picture("r1\np1", "", 640)]
)
def test_it_is_good_for_nothing_else(other: Picture) -> None:
    reader, _, until, sign = parts(at(NOW).query(PICTURE, Reader.OWN))
    for picture, whom, when, how in (
        (other, reader, until, sign),
        (PICTURE, Reader.HOSTS, until, sign),
        (PICTURE, reader, until + 1, sign),
        (PICTURE, reader, until, ""),
        (PICTURE, reader, until, "é" * 32),
    ):
        with pytest.raises(Refused) as refused:
            at(NOW).check(picture, whom, "", when, how)
        assert refused.value.code is Code.FORBIDDEN


def test_a_hosts_address_is_one_persons_and_good_for_minutes() -> None:
    reader, who, until, sign = parts(at(NOW).query(PICTURE, Reader.HOSTS, "wecom:lin"))
    assert (reader, who) == (Reader.HOSTS, "wecom:lin")
    assert HOSTS_STEP_S <= until - NOW <= 2 * HOSTS_STEP_S
    assert at(NOW).check(PICTURE, reader, who, until, sign) == until - NOW
    nobodys = parts(at(NOW).query(PICTURE, Reader.HOSTS))
    for whose, when, how in (("ann", until, sign), ("", until, sign), ("", nobodys[2], nobodys[3])):
        with pytest.raises(Refused) as refused:
            at(NOW).check(PICTURE, reader, whose, when, how)
        assert refused.value.code is Code.FORBIDDEN
