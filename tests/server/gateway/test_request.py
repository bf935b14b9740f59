from http import HTTPStatus

import pytest

from server.gateway.gateway import Gateway
from server.gateway.request import Rejected, read_opening, serves
from tests.server.gateway.rig import Notes, config

HEADERS = {"host": "shop.example", "user-agent": "a phone", "x-forwarded-for": "1.2.3.4"}


def gateway() -> Gateway:
    return Gateway.serving(Notes(), config(trusted_proxies=("10.0.0.0/8",)))


def test_opening() -> None:
    opening = read_opening(gateway(), "EIO=4&transport=polling&sid=n1.x&t=abc", HEADERS, "10.0.0.1")

    assert (opening.transport, opening.sid, opening.address) == ("polling", "n1.x", "1.2.3.4")
    assert opening.kept() == {"user-agent": "a phone"}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "EIO=4",
        "EIO=4&transport=flashsocket",
        "EIO=5&transport=polling",
        "EIO=4&transport=polling&transport=websocket",
        "EIO=4&transport=polling&sid=a&sid=b",
        "EIO=4&transport=polling&sid=%ff",
        "EIO=4&transport=polling" + "&a=1" * 20,
    ],
)
def test_bad_query(query: str) -> None:
    with pytest.raises(Rejected) as rejected:
        read_opening(gateway(), query, HEADERS, "")

    assert rejected.value.status == HTTPStatus.BAD_REQUEST


def test_foreign_origin_comes_before_all_else() -> None:
    with pytest.raises(Rejected) as rejected:
        read_opening(gateway(), "", {**HEADERS, "origin": "https://evil.example"}, "")

    assert rejected.value.status == HTTPStatus.FORBIDDEN


async def test_draining_gateway_takes_nobody_new_and_keeps_the_rest() -> None:
    draining = gateway()
    await draining.drain(0)

    assert read_opening(draining, "EIO=4&transport=polling&sid=n1.x", HEADERS, "").sid == "n1.x"
    with pytest.raises(Rejected) as rejected:
        read_opening(draining, "EIO=4&transport=polling", HEADERS, "")
    assert rejected.value.status == HTTPStatus.SERVICE_UNAVAILABLE


@pytest.mark.parametrize(
    ("path", "served"), [("/socket.io/", True), ("/socket.io", True), ("/socket.io/x", False), ("/", False)]
)
def test_path(path: str, served: bool) -> None:
    assert serves(gateway(), path) == served
