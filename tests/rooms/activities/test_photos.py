"""Photos: who sees which, where they go, and that nothing of what waits leaks."""

import json
from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.limits import PHOTOS_EACH, PHOTOS_KEPT
from protocols.messages import Audience, By, Record
from rooms.activities.photos import Photos
from tests.rooms.play import ANN, BEN, HOST, MODERATOR, Play, types


def add(play: Play, who: By, photo: str, **fields: Any) -> list[Record]:
    fields = {"width": 2048, "height": 1536, "color": "#aabbcc", **fields}
    return play.do(who, "photo.add", photo=photo, vouched=True, **fields)


def shown(play: Play) -> list[str]:
    return [each["photo"] for each in play.view("photos")["photos"]]


def hosts(play: Play, place: str) -> list[str]:
    return [each["photo"] for each in play.view("photos", Audience.HOSTS)[place]]


def own(play: Play, who: By) -> dict[str, str]:
    return {each["photo"]: each["place"] for each in play.room.mine(who.id).get("photos", {"photos": []})["photos"]}


@pytest.fixture
def play() -> Play:
    return Play()


def test_a_photo_waits_and_is_shown_when_staff_approves_it(play: Play) -> None:
    records = add(play, ANN, "p1", caption="my castle")
    assert [(each.type, each.audience) for each in records] == [("photo.offered", Audience.HOSTS)]
    assert (shown(play), hosts(play, "pending"), own(play, ANN)) == ([], ["p1"], {"p1": "pending"})
    assert play.room.mine(BEN.id) == {}

    judged, posted = play.do(MODERATOR, "photo.approve", photo="p1")
    assert (judged.type, judged.audience, judged.by) == ("photo.judged", Audience.HOSTS, MODERATOR)
    assert judged.stub(None).data is None, "of a rehearsal nothing of it stays"
    assert (posted.type, posted.audience, posted.by, posted.erases) == ("photo.posted", Audience.EVERYONE, ANN, (2,))
    assert play.log[1].data is None, "the record before is a stub"
    assert (shown(play), hosts(play, "pending"), own(play, ANN)) == (["p1"], [], {"p1": "shown"})
    assert play.view("photos")["photos"][0]["caption"] == "my castle"
    assert play.do(HOST, "photo.approve", photo="p1") == []


def test_what_waits_or_is_hidden_is_in_nothing_that_everyone_is_told(play: Play) -> None:
    add(play, ANN, "p-waits", caption="secret one")
    add(play, ANN, "p-hides", caption="secret two")
    play.do(HOST, "photo.hide", photo="p-hides")
    add(play, ANN, "p-goes", caption="secret three")
    play.do(ANN, "photo.delete", photo="p-goes")
    told = [each.data.dump() for each in play.log if each.data and each.told_to(Audience.EVERYONE)]
    public = json.dumps([told, play.room.view(Audience.EVERYONE), play.room.mine(BEN.id)])
    assert "p-" not in public
    assert "secret" not in public


def test_staff_and_rooms_without_approval_show_at_once(play: Play) -> None:
    assert types(add(play, HOST, "p1")) == ["photo.posted"]
    play.do(HOST, "room.configure", settings={"photos_approved": False})
    assert types(add(play, ANN, "p2")) == ["photo.posted"]
    assert shown(play) == ["p1", "p2"]


def test_hiding_can_be_undone_and_deleting_cannot(play: Play) -> None:
    add(play, HOST, "p1")
    assert types(play.do(MODERATOR, "photo.hide", photo="p1")) == ["photo.hidden", "photo.binned"]
    assert (shown(play), hosts(play, "bin")) == ([], ["p1"])
    with pytest.raises(Refused) as refused:
        play.do(HOST, "photo.hold", photo="p1")
    assert refused.value.code is Code.CONFLICT
    assert types(play.do(HOST, "photo.restore", photo="p1")) == ["photo.posted"]
    assert (shown(play), hosts(play, "bin")) == (["p1"], [])

    (deleted,) = play.do(HOST, "photo.delete", photo="p1")
    assert deleted.audience is Audience.EVERYONE
    assert shown(play) == []
    held = [each for each in play.log if each.data and "width" in each.data.dump()]
    assert held == [], "no record holds it any more"
    with pytest.raises(Refused) as refused:
        play.do(HOST, "photo.restore", photo="p1")
    assert refused.value.code is Code.NOT_FOUND


def test_what_waited_waits_again_when_hiding_is_undone(play: Play) -> None:
    add(play, ANN, "p1")
    assert types(play.do(HOST, "photo.hide", photo="p1")) == ["photo.judged", "photo.binned"]
    _, offered = play.do(HOST, "photo.restore", photo="p1")
    assert (offered.type, offered.audience, offered.by) == ("photo.offered", Audience.HOSTS, ANN)
    assert (shown(play), hosts(play, "pending"), hosts(play, "bin")) == ([], ["p1"], [])

    play.do(HOST, "photo.hide", photo="p1")
    assert types(play.do(HOST, "photo.approve", photo="p1")) == ["photo.judged", "photo.posted"]
    assert types(play.do(HOST, "photo.hold", photo="p1")) == ["photo.hidden", "photo.offered"]
    assert (shown(play), hosts(play, "pending"), own(play, ANN)) == ([], ["p1"], {"p1": "pending"})
    assert play.do(HOST, "photo.hold", photo="p1") == []
    assert play.do(HOST, "photo.restore", photo="p1") == []
    assert play.replayed().dump() == play.room.dump()


def test_the_log_says_which_of_the_staff_did_what(play: Play) -> None:
    add(play, ANN, "p1")
    for word in ("hide", "restore", "approve", "hide", "restore", "hold", "delete"):
        play.do(MODERATOR, f"photo.{word}", photo="p1")
    by_staff = [each for each in play.log if each.by == MODERATOR and each.data]
    assert [each.data.dump().get("to", each.type) for each in by_staff if each.data] == [
        *("hidden", "pending", "shown", "photo.hidden", "shown", "photo.hidden", "deleted")
    ]


def test_people_delete_their_own_and_learn_nothing_of_others(play: Play) -> None:
    add(play, ANN, "p1")
    with pytest.raises(Refused) as refused:
        play.do(BEN, "photo.delete", photo="p1")
    assert refused.value.code is Code.NOT_FOUND, "he is not to know of it"
    play.do(HOST, "photo.approve", photo="p1")
    with pytest.raises(Refused) as refused:
        play.do(BEN, "photo.delete", photo="p1")
    assert refused.value.code is Code.FORBIDDEN
    (deleted,) = play.do(ANN, "photo.delete", photo="p1")
    assert deleted.data is not None
    assert deleted.data.dump() == {"photo": "p1", "staff": False}
    assert own(play, ANN) == {}


def test_only_the_server_adds(play: Play) -> None:
    with pytest.raises(Refused) as refused:
        play.do(HOST, "photo.add", photo="p1", width=1, height=1, color="#000000")
    assert refused.value.code is Code.FORBIDDEN


def test_how_many_there_may_be(play: Play) -> None:
    for number in range(PHOTOS_EACH):
        add(play, ANN, f"a{number}")
    with pytest.raises(Refused) as refused:
        add(play, ANN, "one-more")
    assert refused.value.code is Code.CONFLICT
    with pytest.raises(Refused):
        add(play, HOST, "a0")
    for number in range(PHOTOS_KEPT - PHOTOS_EACH):
        add(play, HOST, f"h{number}")
    with pytest.raises(Refused) as refused:
        add(play, HOST, "one-more")
    assert refused.value.code is Code.CONFLICT
    assert play.view("photos")["count"] == PHOTOS_KEPT - PHOTOS_EACH


def test_what_is_written_under_it_is_filtered(play: Play) -> None:
    play.do(HOST, "room.configure", settings={"photos_approved": False, "filter_holds": True})
    play.do(HOST, "words.add", words=["spoiler"])
    assert types(add(play, ANN, "p1", caption="my castle")) == ["photo.posted"]
    assert types(add(play, ANN, "p2", caption="a S p o i l e r!")) == ["photo.offered"]
    play.do(HOST, "room.configure", settings={"filter_holds": False})
    with pytest.raises(Refused) as refused:
        add(play, ANN, "p3", caption="spoiler")
    assert refused.value.code is Code.WORDS


def test_photos_can_be_closed(play: Play) -> None:
    play.do(HOST, "room.configure", settings={"photos_open": False})
    with pytest.raises(Refused) as refused:
        add(play, ANN, "p1")
    assert refused.value.code is Code.CLOSED
    assert types(add(play, HOST, "p1")) == ["photo.posted"]


def test_who_is_erased_leaves_no_photo(play: Play) -> None:
    add(play, ANN, "p1", caption="at home")
    add(play, ANN, "p2")
    add(play, BEN, "p3")
    play.do(HOST, "photo.approve", photo="p1")
    play.do(HOST, "photo.hide", photo="p2")
    play.do(HOST, "person.erase", user=ANN.id)
    photos = play.room.activities["photos"]
    assert isinstance(photos, Photos)
    assert (photos.find("p1"), photos.find("p2")) == (None, None)
    assert hosts(play, "pending") == ["p3"]
    assert [each.data for each in play.log if each.type in {"photo.posted", "photo.binned"}] == [None, None]
    assert play.replayed().dump() == play.room.dump()


def test_old_photos_go_wherever_they_are(play: Play) -> None:
    play.do(HOST, "room.configure", settings={"retention_days": 1})
    add(play, ANN, "p1")
    play.wait(2 * 24 * 3_600_000)
    # Approved today, and yet of the day before yesterday.
    play.do(HOST, "photo.approve", photo="p1")
    add(play, ANN, "p2")
    play.retire()
    assert (shown(play), hosts(play, "pending")) == ([], ["p2"])
    assert play.replayed().dump() == play.room.dump()
