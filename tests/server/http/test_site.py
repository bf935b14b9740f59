from pathlib import Path

import pytest

from protocols.errors import Code, Refused
from server.http.site import origin_for, site_of
from server.staff.passkeys import Site
from tests.server.http.house import House
from tests.server.http.test_origins import asked


async def test_without_a_public_address_it_is_where_the_page_is(house: House) -> None:
    request = asked(house, "https://shop.example:8443", "shop.example:8443")
    assert site_of(request) == Site("shop.example", "https://shop.example:8443")
    assert origin_for(asked(house, None, "localhost:8000")) == "http://localhost:8000"
    assert origin_for(asked(house, "https://evil.example", "localhost:8000")) == "http://localhost:8000"


async def test_the_public_address_wins(pages: Path) -> None:
    house = House(pages, public_url="https://live.example")
    assert site_of(asked(house, "http://localhost:8000", "localhost:8000")) == Site(
        "live.example", "https://live.example"
    )


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "[::1]:8000", "192.168.7.20"])
async def test_a_bare_address_has_no_passkeys(house: House, host: str) -> None:
    with pytest.raises(Refused) as refused:
        site_of(asked(house, None, host))
    assert refused.value.code is Code.CONFLICT


async def test_a_public_address_without_a_name_leaves_it_to_the_page(pages: Path) -> None:
    house = House(pages, public_url="http://127.0.0.1:8000")
    page = asked(house, "http://localhost:8000", "localhost:8000")
    assert site_of(page) == Site("localhost", "http://localhost:8000")
    assert origin_for(page) == "http://127.0.0.1:8000"
    with pytest.raises(Refused):
        site_of(asked(house, "http://127.0.0.1:8000", "127.0.0.1:8000"))
