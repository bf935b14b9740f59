import pytest

from protocols.errors import Code, Refused
from protocols.messages import Role
from server.decided import as_decided
from server.identity import Viewer
from tests.rooms.play import HOST, Play

LOU = Viewer("lou", "Lou", Role.ATTENDEE, guest=True, bound=True, signed_up=False, room="r1", link="l1")


def test_what_the_token_says_holds_until_the_room_says_more() -> None:
    play = Play()
    assert as_decided(LOU, play.room) is LOU
    play.do(HOST, "person.role", user="lou", role="moderator")
    now = as_decided(LOU, play.room)
    assert (now.role, now.link, now.bound) == (Role.MODERATOR, "l1", True)
    play.do(HOST, "person.ban", user="lou")
    with pytest.raises(Refused) as caught:
        as_decided(LOU, play.room)
    assert caught.value.code is Code.BANNED
