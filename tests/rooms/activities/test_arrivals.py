"""What only check-ins know: whom staff checks in, who is told, and who is then in a draw."""

from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.messages import Audience, By, Role
from rooms.activities import arrivals
from tests.rooms.play import ANN, BEN, HOST, MODERATOR, Play, types


@pytest.fixture
def play() -> Play:
    return Play()


def mark(play: Play, person: By, who: By = MODERATOR) -> list[str]:
    return types(play.do(who, "arrival.mark", user=person.id, name=person.name, guest=person.guest))


def refused(play: Play, who: By, word: str, **fields: Any) -> Code:
    with pytest.raises(Refused) as caught:
        play.do(who, word, **fields)
    return caught.value.code


def here(play: Play) -> list[str]:
    return [each["user"] for each in play.view("arrivals", Audience.HOSTS)["people"]]


def test_staff_checks_in_and_takes_it_back(play: Play) -> None:
    assert mark(play, BEN) == ["arrival.marked"]
    (shown,) = play.view("arrivals", Audience.HOSTS)["people"]
    assert shown == {"user": BEN.id, "name": BEN.name, "guest": True, "at": play.now}
    assert play.room.mine(BEN.id) == {"arrivals": {"at": play.now}}
    assert mark(play, BEN, HOST) == [], "once is enough"

    assert types(play.do(HOST, "arrival.unmark", user=BEN.id)) == ["arrival.unmarked"]
    assert play.do(HOST, "arrival.unmark", user=BEN.id) == []
    assert (here(play), play.room.mine(BEN.id)) == ([], {})
    assert mark(play, BEN) == ["arrival.marked"]


def test_only_hosts_and_the_person_hear_of_it(play: Play) -> None:
    (marked,) = play.do(HOST, "arrival.mark", user=ANN.id, name="Ann")
    (unmarked,) = play.do(HOST, "arrival.unmark", user=ANN.id)
    for record in (marked, unmarked):
        assert record.audience is Audience.HOSTS
        assert not record.told_to(Audience.EVERYONE)
        assert record.data
        assert record.data.told_alone(record.by) == ANN.id
    mark(play, BEN)
    assert play.view("arrivals") == {}
    assert BEN.id not in str(play.room.view(Audience.EVERYONE))
    assert play.room.mine(ANN.id) == {}


def test_attendees_check_nobody_in(play: Play) -> None:
    for word in ("arrival.mark", "arrival.unmark"):
        fields = {"user": BEN.id} | ({"name": "Ben"} if word == "arrival.mark" else {})
        assert refused(play, ANN, word, **fields) is Code.FORBIDDEN


def test_only_attendees_are_checked_in(play: Play) -> None:
    play.do(HOST, "person.ban", user=ANN.id)
    play.do(HOST, "person.role", user=BEN.id, role="moderator")
    for user in (ANN.id, BEN.id, HOST.id, "st_sam", "erased:id-1"):
        assert refused(play, HOST, "arrival.mark", user=user, name="X") is Code.FORBIDDEN
    assert here(play) == []


def test_a_room_has_room_for_so_many(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "ARRIVALS_KEPT", 1)
    mark(play, ANN)
    assert refused(play, HOST, "arrival.mark", user=BEN.id, name="Ben") is Code.CONFLICT
    play.do(HOST, "arrival.unmark", user=ANN.id)
    assert mark(play, ANN) == ["arrival.marked"], "who is known has a place"


def test_a_draw_is_among_those_checked_in_and_not_banned(play: Play) -> None:
    cem = By("user-cem", "Cem", Role.ATTENDEE)
    for person in (ANN, BEN, cem):
        mark(play, person)
    play.do(HOST, "arrival.unmark", user=cem.id)
    draw = getattr(play.do(HOST, "draw.create", title="Lot", winners=1, of="arrivals")[0].data, "draw", "")
    play.do(HOST, "person.ban", user=BEN.id)
    frozen = play.do(HOST, "draw.freeze", draw=draw)
    assert [record.by for record in frozen if record.type == "draw.entered"] == [ANN]


def test_nobody_who_was_checked_in_is_found_once_erased(play: Play) -> None:
    mark(play, ANN)
    play.wait(5)
    mark(play, BEN)
    play.do(HOST, "person.erase", user=ANN.id)
    first, second = play.view("arrivals", Audience.HOSTS)["people"]
    assert first["user"].startswith("erased:")
    assert (first["name"], second["user"]) == ("", BEN.id)
    assert ANN.id not in str(play.room.dump()) + str([record.by for record in play.log])
    assert play.replayed().dump() == play.room.dump()


def test_a_rehearsal_is_begun_before_anybody_comes_and_clears_who_came_in_it(play: Play) -> None:
    play.do(HOST, "room.rehearse")
    mark(play, ANN)
    play.do(HOST, "room.clear")
    assert here(play) == []
    assert ANN.id not in str([record.by for record in play.log])
    assert play.replayed().dump() == play.room.dump()

    mark(play, ANN)
    play.do(HOST, "arrival.unmark", user=ANN.id)
    assert refused(play, HOST, "room.rehearse") is Code.CONFLICT


def test_what_is_old_goes(play: Play) -> None:
    play.do(HOST, "room.configure", settings={"retention_days": 1})
    mark(play, ANN)
    play.wait(24 * 3_600_000)
    mark(play, BEN)
    play.wait(10)
    play.retire()
    assert here(play) == [BEN.id]
    assert play.replayed().dump() == play.room.dump()
