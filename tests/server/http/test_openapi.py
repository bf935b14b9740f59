from typing import Any

from tests.server.http.house import House


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
