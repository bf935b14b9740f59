import pytest
from pydantic import TypeAdapter, ValidationError

from protocols.messages import Position
from server.http.api.fields import Body, Instant, NewRoomId, Place


@pytest.mark.parametrize("room", ["toys", "A1", "2026-05_finals", "x" * 64])
def test_room_ids_stand_in_addresses(room: str) -> None:
    assert TypeAdapter(NewRoomId).validate_python(room) == room


@pytest.mark.parametrize("room", ["", ".", "..", "a.b", "a/b", "-a", "_a", "a b", "a\n", "房间", "x" * 65])
def test_what_leads_elsewhere_is_no_room_id(room: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(NewRoomId).validate_python(room)


def test_a_body_refuses_what_was_not_asked_for() -> None:
    class Wanted(Body):
        at: Instant

    assert Wanted.model_validate({"at": 1}).at == 1
    for wrong in ({"at": 1, "by": "me"}, {"at": "1"}, {"at": True}, {"at": -1}, {"at": 10**20}, {}):
        with pytest.raises(ValidationError):
            Wanted.model_validate(wrong)


def test_a_place_is_a_position() -> None:
    assert Place.of(Position("kQvz", 7)).model_dump() == {"epoch": "kQvz", "seq": 7}
