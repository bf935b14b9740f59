from typing import NamedTuple

import pytest

from protocols.messages import By, Role
from tests.server.http.api.staffed import Staffed, refusal
from tests.server.http.house import House


class At(NamedTuple):
    by: By


@pytest.fixture
async def at(house: House) -> Staffed:
    return await Staffed(house).open()


async def test_everybody_reads_what_concerns_their_shops(at: Staffed) -> None:
    await at.as_("st_mei", "PATCH", "/staff/st_sam", {"role": "manager"})
    await at.as_("st_olga", "POST", "/shops", {"name": "Third", "id": "s3"})
    await at.as_("st_zoe", "DELETE", "/staff/sessions")

    async def read(name: str) -> list[str]:
        return [each["action"] for each in (await at.as_(name, "GET", "/audit")).json()["entries"]]

    assert await read("st_olga") == ["staff.signed_out", "shop.created", "staff.changed"]
    assert await read("st_sam") == ["staff.changed"]
    assert await read("st_zoe") == ["staff.signed_out"]
    by_key = await at.anyone("GET", "/audit", **at.house.by_key())
    assert len(by_key.json()["entries"]) == 3
    assert refusal(await at.anyone("GET", "/audit", **at.house.by(Role.HOST))) == (403, "forbidden")
    entry = by_key.json()["entries"][-1]
    assert entry["who"] == {"id": "st_mei", "name": "St_Mei"}
    assert (entry["shop"], entry["target"]) == ("s1", "st_sam")
    assert entry["details"] == {"role": "manager", "shops": ["s1"], "disabled": False}


async def test_rooms_are_called_by_their_titles(at: Staffed) -> None:
    await at.as_("st_sam", "POST", "/rooms", {"id": "toys", "title": "周末拼装大赛", "shop": "s1"})
    await at.as_("st_mei", "PATCH", "/staff/st_sam", {"role": "manager"})
    entries = (await at.as_("st_olga", "GET", "/audit")).json()["entries"]
    told = {each["action"]: (each["room"], each["title"]) for each in entries}
    assert told["room.created"] == ("toys", "周末拼装大赛")
    assert told["staff.changed"] == (None, None)
    await at.house.services.audit.note(At(By("st_olga", "O", Role.HOST)), "room.entered", "gone", shop="s1")
    await at.house.services.audit.note(
        At(By("st_olga", "O", Role.HOST)), "template.kept", "t1", shop="s1", details={"room": "toys"}
    )
    kept, entered = (await at.as_("st_olga", "GET", "/audit?limit=2")).json()["entries"]
    assert (entered["room"], entered["title"]) == ("gone", None)
    assert (kept["target"], kept["room"], kept["title"]) == ("t1", "toys", "周末拼装大赛")


async def test_pages(at: Staffed) -> None:
    for n in range(3):
        await at.as_("st_olga", "POST", "/shops", {"name": f"Shop {n}", "id": f"n{n}"})
    first = (await at.as_("st_olga", "GET", "/audit?limit=2")).json()
    assert ([each["target"] for each in first["entries"]], first["more"]) == (["n2", "n1"], True)
    rest = (await at.as_("st_olga", "GET", f"/audit?before={first['entries'][-1]['id']}")).json()
    assert ([each["target"] for each in rest["entries"]], rest["more"]) == (["n0"], False)
    for query in ("limit=0", "limit=101", "before=0", "before=x"):
        assert refusal(await at.as_("st_olga", "GET", f"/audit?{query}")) == (422, "invalid")
