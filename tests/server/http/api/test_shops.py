import pytest

from protocols.messages import Role
from tests.server.http.api.staffed import Staffed, refusal
from tests.server.http.house import House


@pytest.fixture
async def at(house: House) -> Staffed:
    return await Staffed(house).open()


async def test_everybody_lists_their_own(at: Staffed) -> None:
    async def listed(name: str) -> list[str]:
        return [shop["id"] for shop in (await at.as_(name, "GET", "/shops")).json()["shops"]]

    assert await listed("st_olga") == ["s1", "s2"]
    assert await listed("st_sam") == ["s1"]
    by_key = await at.anyone("GET", "/shops", **at.house.by_key())
    assert len(by_key.json()["shops"]) == 2
    assert refusal(await at.anyone("GET", "/shops", **at.house.by(Role.HOST))) == (403, "forbidden")


async def test_an_owner_makes_and_renames_them(at: Staffed) -> None:
    made = await at.as_("st_olga", "POST", "/shops", {"name": " 河畔店 ", "id": "riverside"})
    assert made.status_code == 201
    assert made.json() == {"id": "riverside", "name": "河畔店"}
    assert made.headers["location"] == "/api/v1/shops/riverside"
    again = await at.as_("st_olga", "POST", "/shops", {"name": "Another", "id": "riverside"})
    assert refusal(again) == (409, "conflict")
    renamed = await at.as_("st_olga", "PATCH", "/shops/riverside", {"name": "Riverside"})
    assert renamed.json() == {"id": "riverside", "name": "Riverside"}
    assert refusal(await at.as_("st_olga", "PATCH", "/shops/none", {"name": "x"})) == (404, "not_found")
    assert (await at.as_("st_olga", "POST", "/shops", {"name": "Another"})).json()["id"].startswith("sh_")
    assert [act[1] for act in at.acts()] == ["shop.created", "shop.renamed", "shop.created"]


@pytest.mark.parametrize("name", ["st_mei", "st_sam"])
async def test_nobody_else_does(at: Staffed, name: str) -> None:
    assert refusal(await at.as_(name, "POST", "/shops", {"name": "Mine"})) == (403, "forbidden")
    assert refusal(await at.as_(name, "PATCH", "/shops/s1", {"name": "Mine"})) == (403, "forbidden")
    assert at.acts() == []


async def test_a_key_makes_one_too(at: Staffed) -> None:
    made = await at.anyone("POST", "/shops", {"name": "By a program"}, **at.house.by_key())
    assert made.status_code == 201
    assert at.acts()[0][0].startswith("api-")


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "x" * 121}, {"name": "x", "id": "../x"}, {"name": "\u200b"}])
async def test_names_and_ids_that_are_none(at: Staffed, body: dict[str, str]) -> None:
    assert refusal(await at.as_("st_olga", "POST", "/shops", body)) == (422, "invalid")
