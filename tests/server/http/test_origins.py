from pathlib import Path

import pytest
from fastapi import Request

from protocols.errors import Code, Refused
from server.http.origins import came_by_https, own_origin, sent_from_here
from tests.server.http.house import House


def asked(house: House, origin: str | None, host: str = "live.example", scheme: str = "http") -> Request:
    headers = [(b"host", host.encode())] + ([] if origin is None else [(b"origin", origin.encode("latin-1"))])
    app = house.app._app  # type: ignore[attr-defined]
    return Request({"type": "http", "app": app, "headers": headers, "scheme": scheme, "path": "/", "query_string": b""})


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("http://live.example", "live.example", True),
        ("https://live.example", "live.example", True),
        ("https://live.example", "live.example:443", True),
        ("http://localhost:8000", "localhost:8000", True),
        ("http://LIVE.example", "live.example", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://localhost:8001", "localhost:8000", False),
        ("http://live.example:8000", "live.example", False),
        ("https://evil.example", "live.example", False),
        ("https://live.example.evil.example", "live.example", False),
        ("https://live.example/path", "live.example", False),
        ("null", "live.example", False),
        ("", "live.example", False),
        ("file://live.example", "live.example", False),
        ("http://live.example:99999", "live.example", False),
        ("http://[", "live.example", False),
        ("http://live.example", "", False),
        (None, "live.example", False),
    ],
)
async def test_our_own_pages_are_told_by_the_host(house: House, origin: str | None, host: str, own: bool) -> None:
    request = asked(house, origin, host)
    assert (own_origin(request) is not None) is own
    if own:
        sent_from_here(request, needed=True)
    else:
        with pytest.raises(Refused) as refused:
            sent_from_here(request, needed=True)
        assert refused.value.code is Code.FORBIDDEN


async def test_without_one_it_is_no_page_of_another_site(house: House) -> None:
    sent_from_here(asked(house, None), needed=False)
    with pytest.raises(Refused):
        sent_from_here(asked(house, "https://evil.example"), needed=False)


async def test_https_is_seen_also_behind_a_proxy(house: House) -> None:
    assert came_by_https(asked(house, "https://live.example"))
    assert came_by_https(asked(house, None, scheme="https"))
    assert not came_by_https(asked(house, "http://live.example"))
    assert not came_by_https(asked(house, "https://evil.example"))


async def test_the_public_address_is_ours_whatever_host_a_proxy_names(pages: Path) -> None:
    house = House(pages, public_url="https://live.example")
    assert own_origin(asked(house, "https://live.example", "10.0.0.5:8000")) == "https://live.example"
    assert own_origin(asked(house, "https://evil.example", "10.0.0.5:8000")) is None
