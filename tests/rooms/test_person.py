from dataclasses import replace

from protocols.messages import By, Role
from rooms.person import Muting, Standing

MO = By("mod-1", "Mo", Role.MODERATOR, shop="east")


def test_what_holds_comes_back_from_a_snapshot() -> None:
    ban = Standing("ann", "Ann", None, 7, 99, MO, firm=False)
    mute = Muting("ann", "Ann", None, 8, 100, None, firm=True, until=500)
    for each in (ban, replace(ban, by=None, role=Role.HOST), mute, replace(mute, until=None)):
        assert type(each).of_dump(each.dump()) == each


def test_a_view_says_a_role_or_a_time_only_where_there_is_one() -> None:
    ban = Standing("ann", "Ann", None, 7, 99, MO, firm=False)
    assert ban.as_wire() == {"user": "ann", "name": "Ann", "at": 99, "by": MO.as_wire()}
    assert replace(ban, role=Role.HOST, by=None).as_wire() == {
        **{"user": "ann", "name": "Ann", "at": 99},
        **{"role": "host", "by": None},
    }
    assert Muting("ann", "", None, 8, 100, None, firm=True).as_wire()["until"] is None
