import pytest
from sqlalchemy.exc import OperationalError

from tests.server.http.api.staffed import Staffed
from tests.server.http.house import House


async def test_what_staff_does_is_noted(house: House) -> None:
    staffed = await Staffed(house).open()
    await staffed.as_("st_sam", "POST", "/rooms", {"id": "toys", "title": "canary-8817", "shop": "s1"})
    await staffed.as_("st_sam", "POST", "/rooms/toys/close")
    link = (await staffed.as_("st_sam", "POST", "/rooms/toys/links", {"role": "wall"})).json()
    await staffed.as_("st_sam", "DELETE", f"/rooms/toys/links/{link['id']}")
    assert [action for _, action, _ in staffed.acts()] == [
        "room.created",
        "room.closed",
        "link.created",
        "link.withdrawn",
    ]
    assert {(who, target) for who, _, target in staffed.acts()} == {("st_sam", "toys")}
    assert "canary-8817" not in repr(house.tables.audit.rows)
    assert link["link"] not in repr(house.tables.audit.rows)


async def test_nobody_reads_in_the_audit_whom_a_room_forgot(house: House) -> None:
    staffed = await Staffed(house).open()
    await house.say("hello", user="guest-8817")
    await staffed.as_("st_olga", "DELETE", "/rooms/r1/people/guest-8817")
    assert staffed.acts() == [("st_olga", "person.erased", "r1")]
    assert "guest-8817" not in repr(house.tables.audit.rows)


async def test_what_is_done_is_done_also_if_it_cannot_be_noted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk"))

    monkeypatch.setattr(house.tables.audit, "add", away)
    answer = await house.client.post("/api/v1/rooms/r1/close", headers=house.by_key())
    assert answer.status_code == 200
    assert house.host().room.status == "closed"
