"""What a join answers; the door's tests speak of the rest."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from protocols.errors import Code, Refused
from protocols.limits import RECOVERY_BYTES
from protocols.messages import Audience, Role
from protocols.requests import Place, RoomHistory, RoomJoin
from server.gateway.gateway import Gateway
from server.gateway.join import Joining, own_room
from server.gateway.members import Members
from server.identity import Viewer
from tests.server.gateway.rig import Notes, joined
from tests.server.house import House, house

ANN = Viewer("ann", "Ann", Role.ATTENDEE, guest=True, bound=False, signed_up=False, room="r")


def joining(at: House) -> Joining:
    return Joining(directory=at.directory, members=Members(), history=at.history)


async def entered(at: House, viewer: Viewer = ANN, **fields: Any) -> dict[str, Any]:
    notes = Notes()
    gateway = Gateway.serving(notes)
    desk = joining(at)
    host = await desk.open(viewer)
    answer = desk.enter(await joined(gateway, notes), viewer, host, RoomJoin(id="j", room="r", **fields))
    await gateway.stop()
    told: dict[str, Any] = orjson.loads(answer)
    return told


async def test_the_first_join_is_whole(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        host = await at.room()
        await at.send("chat.send", text="hi")

        told = await entered(at)

        assert told["ok"] is True
        assert told["recovered"] is False
        assert told["reason"] == "first"
        assert told["view"] == orjson.loads(host.live.view(Audience.EVERYONE))
        assert told["position"] == {"epoch": host.live.epoch, "seq": 2}
        assert told["now"] == host.now()
        assert told["audience"] == "everyone"
        assert "events" not in told


async def test_a_later_join_has_what_was_missed_and_no_view(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        host = await at.room()
        await at.send("chat.send", text="missed")

        told = await entered(at, position=Place(epoch=host.live.epoch, seq=1), audience="everyone")

        assert told["recovered"] is True
        assert [event["type"] for event in told["events"]] == ["chat.sent"]
        assert "view" not in told


async def test_what_would_choke_the_connection_is_not_recovered(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        host = await at.room(text_length=4_000)
        for _ in range(RECOVERY_BYTES // 4_000 + 1):
            await at.send("chat.send", text="x" * 4_000)

        told = await entered(at, position=Place(epoch=host.live.epoch, seq=1))

        assert (told["recovered"], told["reason"]) == (False, "limit")


async def test_as_another_audience_nothing_is_recovered(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        host = await at.room()

        told = await entered(at, position=Place(epoch=host.live.epoch, seq=1), audience="hosts")

        assert (told["recovered"], told["reason"]) == (False, "audience")


async def test_history_is_the_viewers(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await at.room()
        for number in range(3):
            await at.send("chat.send", text=str(number))

        page = orjson.loads(await joining(at).history(ANN, RoomHistory(id="h", room="r", limit=2)))

        assert [event["data"]["text"] for event in page["events"]] == ["1", "2"]
        assert page["more"] is True


async def test_a_page_of_history_passes_a_connection(tmp_path: Path) -> None:
    async with house(tmp_path) as at:
        await at.room(text_length=4_000)
        for number in range(90):
            await at.send("chat.send", text="好" * 4_000, id_=f"m{number}")

        page = orjson.loads(await joining(at).history(ANN, RoomHistory(id="h", room="r")))

        assert 0 < len(page["events"]) < 90
        assert page["events"][-1]["seq"] == 91
        assert page["more"] is True


def test_another_room_is_refused() -> None:
    own_room(ANN, "r")
    with pytest.raises(Refused) as refused:
        own_room(ANN, "other")
    assert refused.value.code is Code.FORBIDDEN
