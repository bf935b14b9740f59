import pytest

from protocols.errors import Code, Refused
from protocols.messages import Role
from server.guests import Guests, guest_name
from server.identity import Identity
from server.links import Link

SECRET = "kT4v9QmZ2xL7pR1sW8nB5cY3hJ6dF0gA"


@pytest.fixture
def guests() -> Guests:
    return Guests(Identity(SECRET), SECRET)


def link(role: Role, link_id: str = "l1", **given: int | str) -> Link:
    return Link(link_id, "r1", role, **({"label": None, "created_at": 0} | given))  # type: ignore[arg-type]


def test_a_guest_is_an_attendee_of_one_room(guests: Guests) -> None:
    admitted = guests.admit("r1", "小王")
    viewer = Identity(SECRET).verify(admitted.token, room="r1")
    assert viewer == admitted.viewer
    assert (viewer.role, viewer.name, viewer.guest, viewer.bound) == (Role.ATTENDEE, "小王", True, False)


def test_one_browser_is_one_person_in_a_room_and_another_in_the_next(guests: Guests) -> None:
    first = guests.admit("r1", "小王")
    again = Guests(Identity(SECRET), SECRET).admit("r1", "王小明", device=first.device)
    assert (again.viewer.user, again.device) == (first.viewer.user, first.device)
    assert guests.admit("r2", "小王", device=first.device).viewer.user != first.viewer.user
    assert guests.admit("r1", "小王").viewer.user != first.viewer.user


def test_nobody_becomes_another_by_naming_them(guests: Guests) -> None:
    victim = guests.admit("r1", "小王")
    number = victim.device.split(".")[0]
    for device in (victim.viewer.user, number, f"{number}.x", victim.device[:-1], "", "\ud800", "x" * 4000, "é.é"):
        thief = guests.admit("r1", "小王", device=device)
        assert thief.viewer.user != victim.viewer.user
        assert thief.device != victim.device


def test_whoever_has_the_device_comes_as_who_they_were(guests: Guests) -> None:
    first = guests.admit("r1", "小王")
    number = guests.number(first.viewer, first.device)
    again = guests.admit_again("r1", number, "小王", link(Role.ATTENDEE, expires_at=2**52))
    assert (again.viewer.user, again.viewer.name, again.device) == (first.viewer.user, "小王", first.device)
    assert (again.viewer.role, again.viewer.guest, again.viewer.link) == (Role.ATTENDEE, True, "l1")


def test_a_device_is_one_persons(guests: Guests) -> None:
    first, other = guests.admit("r1", "小王"), guests.admit("r1", "小美")
    elsewhere = guests.admit("r2", "小王", device=first.device)
    guests.number(elsewhere.viewer, first.device)
    for viewer, device in (
        (other.viewer, first.device),
        (first.viewer, other.device),
        (first.viewer, first.device[:-1]),
        (first.viewer, "é"),
        (first.viewer, "x" * 4000),
        (guests.admit_by(link(Role.HOST), "店", device=first.device).viewer, first.device),
    ):
        with pytest.raises(Refused) as refused:
            guests.number(viewer, device)
        assert refused.value.code is Code.INVALID


def test_the_number_of_a_browser_cannot_be_read_from_its_user_id(guests: Guests) -> None:
    admitted = guests.admit("r1", "小王")
    assert admitted.device.split(".")[0] not in admitted.viewer.user
    assert len(admitted.viewer.user) == len("guest-") + 16


@pytest.mark.parametrize("role", [Role.HOST, Role.MODERATOR])
def test_staff_come_by_a_link_under_their_own_name(guests: Guests, role: Role) -> None:
    by_name = guests.admit_by(link(role, label="店长"), "主持人小美")
    by_label = guests.admit_by(link(role, label="店长"), None, device=by_name.device)
    assert (by_name.viewer.name, by_label.viewer.name) == ("主持人小美", "店长")
    assert by_name.viewer.user == by_label.viewer.user
    assert by_name.viewer.user.startswith(f"{role.value}-")
    assert (by_name.viewer.guest, by_name.viewer.link) == (False, "l1")
    # As a guest in the same browser they are someone else, with a ballot of their own.
    assert guests.admit("r1", "小美", device=by_name.device).viewer.user != by_name.viewer.user


@pytest.mark.parametrize("role", [Role.WALL, Role.BOT])
def test_a_wall_or_bot_is_its_link_wherever_it_runs(guests: Guests, role: Role) -> None:
    one, two = guests.admit_by(link(role), None), guests.admit_by(link(role), None)
    assert one.viewer.user == two.viewer.user == f"{role.value}-l1"
    assert guests.admit_by(link(role, "l2"), None).viewer.user != one.viewer.user
    assert one.viewer.name


def test_an_attendees_link_opens_the_door_to_the_same_person(guests: Guests) -> None:
    by_link = guests.admit_by(link(Role.ATTENDEE), "小王")
    without = guests.admit("r1", "小王", device=by_link.device)
    assert by_link.viewer.user == without.viewer.user
    assert by_link.viewer.guest
    with pytest.raises(Refused, match="nickname: is needed"):
        guests.admit_by(link(Role.ATTENDEE), None)


def test_a_token_does_not_outlive_its_link() -> None:
    guests = Guests(Identity(SECRET, clock=lambda: 1000.0), SECRET)
    assert guests.admit_by(link(Role.HOST, expires_at=1_060_000), None).viewer.expires_at == 1_060_000


@pytest.mark.parametrize("name", ["小王", "Zoë", "👩‍👧 妈妈", "Ольга", "ab", "Hostess Ann", "Robot fan", "12号选手"])
def test_common_names_are_taken(name: str) -> None:
    assert guest_name(name, ["店长李"]) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "   ", "a\x00b", "a\x07b", "a\u202eb", "a\u200bb", "\ud800", "n" * 33, "\ufdfa" * 20, "\u3164"),
        *(
            "主持人",
            "主持人小美",
            "主 持 人",
            "官方客服",
            "Admin",
            "ADMIN",
            "аdmin",
            "Αdmin",
            "adm1n",
            "admin",
            "M0derator",
        ),
        *("host", "Hоst", "STAFF", "机器人", "店长李", "店 长 李", "sh0wfloor"),
    ],
)
def test_what_hides_or_passes_for_the_staff_is_refused(name: str) -> None:
    with pytest.raises(Refused) as caught:
        guest_name(name, ["店长李"])
    assert caught.value.code is Code.INVALID
    assert caught.value.message.startswith("nickname: ")


def test_a_name_is_told_in_one_form() -> None:
    assert guest_name(" Ann  B ") == "Ann B"
