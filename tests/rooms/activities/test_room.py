"""The room's own life: made for a shop or the house, by this software or an earlier one."""

from dataclasses import replace
from typing import Any

import pytest

from protocols.errors import Code, Refused
from rooms.activities.room import RoomCreated
from rooms.registry import REGISTRY
from rooms.room import Room
from tests.rooms.play import HOST, Play

# room.created as it stood in logs before there were shops.
OLD: dict[str, Any] = {"title": "Old", "settings": {"text_length": 300}, "status": "open"}


def made(**fields: Any) -> Play:
    play = Play(created=False)
    play.do(HOST, "room.create", title="Show", **fields)
    return play


@pytest.mark.parametrize("shop", [None, "hangzhou-1"])
def test_a_room_belongs_to_the_shop_that_it_was_made_for(shop: str | None) -> None:
    play = made(shop=shop)
    assert play.room.shop == shop
    assert play.replayed().shop == shop
    assert Room.load("r1", play.room.dump()).shop == shop


def test_a_room_stays_in_its_shop() -> None:
    play = made(shop="hangzhou-1")
    with pytest.raises(Refused) as refused:
        play.do(HOST, "room.create", title="Show", shop="suzhou-2")
    assert refused.value.code is Code.CONFLICT
    with pytest.raises(Refused, match="shop does not belong here"):
        REGISTRY.command("room.configure", {"id": "c", "room": "r1", "shop": "suzhou-2"})
    assert play.room.shop == "hangzhou-1"


@pytest.mark.parametrize("shop", ["", "a b", "../x", "x" * 65, 7, ["s"]])
def test_what_is_no_id_is_no_shop(shop: object) -> None:
    with pytest.raises(Refused) as refused:
        REGISTRY.command("room.create", {"id": "c", "room": "r1", "title": "T", "shop": shop})
    assert refused.value.code is Code.INVALID


def test_an_event_from_before_there_were_shops_is_read() -> None:
    event = REGISTRY.event("room.created", 1, OLD)
    assert isinstance(event, RoomCreated)
    assert event.shop is None
    record = replace(made(shop="hangzhou-1").log[0], version=1, data=event)
    room = Room("r1")
    room.apply(record)
    assert (room.title, room.shop, room.settings.text_length) == ("Old", None, 300)


def test_a_snapshot_from_before_there_were_shops_is_read() -> None:
    state = made(shop="hangzhou-1").room.dump()
    del state["activities"]["room"]["shop"]
    room = Room.load("r1", state)
    assert (room.title, room.shop) == ("Show", None)
