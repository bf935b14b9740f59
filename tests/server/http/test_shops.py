import pytest

from protocols.errors import Code, Refused
from protocols.messages import Role
from server.http.callers import Caller
from server.http.shops import shops_of
from server.keys import ApiKey
from server.staff.roles import StaffRole
from server.staff.sessions import Session, StaffSession
from tests.server.http.house import House
from tests.server.staff.tables import MemoryStaff


def staff(role: StaffRole, *shops: str) -> Caller:
    member = MemoryStaff().member("st_a", role, *shops)
    return Caller(staff=StaffSession(Session("ss_a", b"", member.id, "", 0, 0), member))


def test_owners_and_keys_have_all_shops_others_their_own() -> None:
    assert shops_of(Caller(key=ApiKey("k", "till", b"", 0))) is None
    assert shops_of(staff(StaffRole.OWNER)) is None
    assert shops_of(staff(StaffRole.MANAGER, "s1", "s2")) == {"s1", "s2"}
    assert shops_of(staff(StaffRole.STAFF, "s1")) == {"s1"}


def test_the_people_of_a_room_have_none(house: House) -> None:
    viewer = house.identity.verify(house.by(Role.HOST)["authorization"][7:])
    with pytest.raises(Refused) as refused:
        shops_of(Caller(viewer=viewer))
    assert refused.value.code is Code.FORBIDDEN
