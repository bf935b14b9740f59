from pathlib import Path
from typing import Any

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


async def described(house: House) -> Any:
    return (await house.client.get("/api/v1/openapi.json")).json()


async def test_every_operation_says_how_it_refuses(house: House) -> None:
    schema = await described(house)
    assert "HTTPValidationError" not in schema["components"]["schemas"]
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    assert len(operations) >= 13
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        assert operation["description"]
        for status in ("401", "404", "422", "429"):
            content = operation["responses"][status]["content"]["application/json"]
            assert content["schema"] == {"$ref": "#/components/schemas/ErrorAnswer"}


async def test_it_describes_the_api_and_nothing_else(house: House) -> None:
    assert all(path.startswith("/api/v1/") for path in (await described(house))["paths"])


@pytest.mark.parametrize("path", ["/docs", "/api/v1/openapi.json"])
async def test_it_can_be_turned_off(pages: Path, path: str) -> None:
    house = await House(pages, docs=False).open("r1")
    assert (await house.client.get(path)).status_code == 404
