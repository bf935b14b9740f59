from pathlib import Path

import pytest

from tests.server.http.house import House


async def test_the_description_needs_no_other_site(house: House) -> None:
    page = (await house.client.get("/docs")).text
    assert "//" not in page.replace("<!doctype", "")
    for path, kind in (
        ("/docs/swagger-ui-bundle.js", "text/javascript"),
        ("/docs/swagger-ui.css", "text/css"),
        ("/docs/start.js", "text/javascript"),
    ):
        assert path in page
        answer = await house.client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
    assert (await house.client.get("/docs/redoc.standalone.js")).status_code == 404
    assert (await house.client.get("/docs/..%2f__init__.py")).status_code == 404


@pytest.mark.parametrize("path", ["/docs", "/api/v1/openapi.json"])
async def test_it_can_be_turned_off(pages: Path, path: str) -> None:
    house = await House(pages, docs=False).open("r1")
    assert (await house.client.get(path)).status_code == 404
