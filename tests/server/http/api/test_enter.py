import pytest

from protocols.errors import Code, Refused
from protocols.messages import By, Role
from rooms.activities.room import RoomCreate
from tests.server.http.api.staffed import Staffed, refusal
from tests.server.http.house import House


@pytest.fixture
async def at(house: House) -> Staffed:
    await house.directory.create(
        RoomCreate(id="c1", room="shop1", title="In the first shop", shop="s1"), By("api", "API", Role.HOST)
    )
    return await Staffed(house).open()


async def test_staff_enter_the_rooms_of_their_shops_as_hosts(at: Staffed) -> None:
    for name in ("st_olga", "st_mei", "st_sam"):
        answer = await at.as_(name, "POST", "/rooms/shop1/enter")
        assert answer.status_code == 200
        admission = answer.json()
        assert (admission["role"], admission["user"], admission["device"]) == ("host", name, "")
        viewer = at.house.identity.verify(admission["token"], room="shop1")
        assert (viewer.session, viewer.name) == (at.sessions[name], at.now(name).name)
    assert refusal(await at.as_("st_zoe", "POST", "/rooms/shop1/enter")) == (403, "forbidden")


async def test_a_room_of_no_shop_is_the_owners(at: Staffed) -> None:
    assert (await at.as_("st_olga", "POST", "/rooms/r1/enter")).status_code == 200
    assert refusal(await at.as_("st_mei", "POST", "/rooms/r1/enter")) == (403, "forbidden")


async def test_a_room_that_is_not_there(at: Staffed) -> None:
    assert refusal(await at.as_("st_olga", "POST", "/rooms/none/enter")) == (404, "not_found")


async def test_others_need_a_link(at: Staffed) -> None:
    for headers in (at.house.by_key(), at.house.by(Role.HOST)):
        assert refusal(await at.anyone("POST", "/rooms/r1/enter", **headers)) == (403, "forbidden")
    assert refusal(await at.anyone("POST", "/rooms/r1/enter")) == (401, "unauthorized")


async def test_the_token_ends_with_the_session(at: Staffed) -> None:
    token = (await at.as_("st_sam", "POST", "/rooms/shop1/enter")).json()["token"]
    await at.as_("st_sam", "DELETE", "/staff/session")
    with pytest.raises(Refused) as refused:
        at.house.identity.verify(token)
    assert refused.value.code is Code.REVOKED


@pytest.mark.parametrize("asked_before", [False, True])
async def test_a_guest_may_not_look_like_them(at: Staffed, *, asked_before: bool) -> None:
    """Also where they are the first to come."""
    if asked_before:
        await at.house.links.names.of("shop1")
    await at.as_("st_sam", "POST", "/rooms/shop1/enter")
    name = at.now("st_sam").name
    assert refusal(await at.anyone("POST", "/rooms/shop1/guest", {"nickname": name})) == (422, "invalid")


async def test_staff_run_their_rooms_over_http_by_the_cookie(at: Staffed) -> None:
    assert (await at.as_("st_sam", "POST", "/rooms/shop1/close")).status_code == 200
    assert at.house.host("shop1").commands[-1][1].id == "st_sam"
    assert (await at.as_("st_sam", "GET", "/rooms/shop1/history")).status_code == 200
    assert (await at.as_("st_sam", "GET", "/rooms/shop1/links")).status_code == 200
    for method, path in [("POST", "/rooms/shop1/close"), ("GET", "/rooms/shop1/history"), ("GET", "/rooms/r1/links")]:
        assert refusal(await at.as_("st_zoe", method, path)) == (403, "forbidden")
    assert "settings" in (await at.as_("st_sam", "GET", "/rooms/shop1")).json()
    assert "settings" not in (await at.as_("st_zoe", "GET", "/rooms/shop1")).json()
