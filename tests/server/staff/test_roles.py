import pytest

from protocols.errors import Code, Refused
from server.staff.roles import StaffRole, Standing, managing, standing

OWNER = Standing(StaffRole.OWNER)


def manager(*shops: str) -> Standing:
    return Standing(StaffRole.MANAGER, frozenset(shops))


def staff(*shops: str) -> Standing:
    return Standing(StaffRole.STAFF, frozenset(shops))


def test_everybody_sees_their_shops_and_owners_see_all() -> None:
    assert OWNER.sees("s1")
    assert OWNER.sees(None)
    for own in (manager("s1"), staff("s1")):
        assert own.sees("s1")
        assert not own.sees("s2")
        assert not own.sees(None)


@pytest.mark.parametrize(
    ("own", "other", "may"),
    [
        (OWNER, OWNER, True),
        (OWNER, staff("s9"), True),
        (manager("s1"), OWNER, False),
        (manager("s1"), manager("s1"), True),
        (manager("s1"), staff("s1"), True),
        (manager("s1"), staff("s2"), False),
        (manager("s1"), staff("s1", "s2"), False),
        (manager("s1", "s2"), staff("s1", "s2"), True),
        (manager("s1"), staff(), False),
        (staff("s1"), staff("s1"), False),
    ],
)
def test_nobody_gives_what_is_above_them_or_elsewhere(own: Standing, other: Standing, may: bool) -> None:
    assert own.manages(other) is may
    if may:
        managing(own, other)
    else:
        with pytest.raises(Refused) as refused:
            managing(own, other)
        assert refused.value.code is Code.FORBIDDEN


@pytest.mark.parametrize(
    ("before", "after", "loses"),
    [
        (OWNER, OWNER, False),
        (OWNER, manager("s1"), True),
        (manager("s1"), OWNER, False),
        (manager("s1"), staff("s1"), False),
        (manager("s1", "s2"), manager("s1"), True),
        (staff("s1"), staff("s1", "s2"), False),
    ],
)
def test_what_is_lost_is_seen(before: Standing, after: Standing, loses: bool) -> None:
    assert before.loses(after) is loses


def test_all_but_owners_need_a_shop() -> None:
    assert standing(StaffRole.OWNER, ["s1"]) == OWNER
    assert standing(StaffRole.STAFF, ["s1"]) == staff("s1")
    with pytest.raises(Refused) as refused:
        standing(StaffRole.MANAGER, [])
    assert refused.value.code is Code.INVALID
