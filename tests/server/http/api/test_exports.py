import csv
import io
import json
from collections.abc import AsyncIterator, Sequence

import pytest

from protocols.messages import By, Record, Role
from server.http.api import exports
from server.http.api.exports import COLUMNS, EXPORTS_AT_ONCE, harmless
from tests.server.http.house import House


async def rows(house: House) -> list[dict[str, str]]:
    answer = await house.client.get("/api/v1/rooms/r1/export.csv", headers=house.by(Role.HOST))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="r1.csv"'
    # Excel takes the file for UTF-8 by these bytes.
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def vote(house: House, *users: str) -> None:
    host = By("host-1", "H", Role.HOST)
    await house.do("poll.create", host, question="=Best?", kind="single", options=["a", "b"])
    poll = house.host().records[-1].data.poll  # type: ignore[union-attr]
    await house.do("poll.open", host, poll=poll)
    for choice, user in enumerate(users):
        await house.do("poll.vote", By(user, f"N {user}", Role.ATTENDEE), poll=poll, choices=[choice % 2])


async def test_a_spreadsheet_holds_what_was_said(house: House) -> None:
    await house.say('你好, "world"\nline 2')
    found = (await rows(house))[1]
    assert tuple(found) == COLUMNS
    assert (found["seq"], found["type"], found["time"]) == ("2", "chat.sent", "2026-01-01 00:00:00")
    assert (found["user"], found["name"], found["role"], found["guest"]) == ("guest-1", "小王", "attendee", "yes")
    assert found["text"] == '你好, "world"\nline 2'
    assert "text" not in json.loads(found["data"])


async def test_no_cell_is_a_formula(house: House) -> None:
    texts = ["=1+1", "+1", "-1", "@x", "\uff1d1", "|calc"]
    for text in texts:
        await house.say(text, name="=cmd|' /C calc'!A0")
    await vote(house)
    for found in await rows(house):
        for cell in found.values():
            assert cell[:1] not in set("=+-@\t\r\uff1d")
    said = [found["text"] for found in await rows(house) if found["type"] == "chat.sent"]
    assert said == [f"'{text}" for text in texts[:-1]] + ["|calc"]


@pytest.mark.parametrize("cell", ["\t=1", "\r=1", "\n=1", " =1", "\u3000=1", "\uff1d1", "@SUM(A1)"])
def test_blanks_before_a_formula_hide_nothing(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("1-1") == "1-1"


async def test_ballots_bear_a_pseudonym(house: House) -> None:
    await vote(house, "guest-1", "guest-2", "guest-2")
    ballots = [found for found in await rows(house) if found["type"] == "poll.voted"]
    assert [found["user"] for found in ballots] == [ballots[0]["user"], ballots[1]["user"], ballots[1]["user"]]
    assert ballots[0]["user"] != ballots[1]["user"]
    for found in ballots:
        assert found["user"].startswith("voter-")
        assert found["name"] == ""

    answer = await house.client.get("/api/v1/rooms/r1/export.json", headers=house.by_key())
    told = [event["by"]["id"] for event in answer.json()["events"] if event["type"] == "poll.voted"]
    assert told == [found["user"] for found in ballots]
    assert "guest-1" not in answer.text


async def test_a_file_begins_where_a_rehearsal_was_cleared(house: House) -> None:
    host = By("host-1", "H", Role.HOST)
    await house.do("room.rehearse", host)
    await house.say("only a try")
    await house.do("room.clear", host)
    await house.say("hello")
    assert [found["type"] for found in await rows(house)] == ["room.cleared", "chat.sent"]


async def test_json_holds_all_in_order(house: House) -> None:
    for number in range(5):
        await house.say(f"m{number}")
    answer = await house.client.get("/api/v1/rooms/r1/export.json", headers=house.by_key())
    assert answer.headers["content-disposition"] == 'attachment; filename="r1.json"'
    got = answer.json()
    assert (got["room"], got["title"], got["position"]["seq"]) == ("r1", "Room r1", 6)
    assert [event["seq"] for event in got["events"]] == [1, 2, 3, 4, 5, 6]
    assert got["events"][1]["data"]["text"] == "m0"


async def test_an_export_that_breaks_off_does_not_look_whole_and_frees_its_slot(house: House) -> None:
    for number in range(5):
        await house.say(f"m{number}")
    house.history.fault = OSError("disk gone: canary-8817")
    for _ in range(EXPORTS_AT_ONCE + 1):
        answer = await house.client.get("/api/v1/rooms/r1/export.json", headers=house.by_key())
        assert "canary-8817" not in answer.text
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.text)
    house.history.fault = None
    assert (await house.client.get("/api/v1/rooms/r1/export.json", headers=house.by_key())).status_code == 200


async def test_exports_have_a_bound(house: House) -> None:
    slots = house.exports()
    for _ in range(EXPORTS_AT_ONCE):
        slots.take()
    answer = await house.client.get("/api/v1/rooms/r1/export.csv", headers=house.by_key())
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "overloaded")
    slots.give()
    assert (await house.client.get("/api/v1/rooms/r1/export.csv", headers=house.by_key())).status_code == 200


async def test_a_download_is_broken_off_when_its_reader_is_no_host_any_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ASK_AGAIN_S", 0)
    for number in range(6):
        await house.say(f"message {number}")
    export = house.history.export

    async def interrupted(room: str, after: int = 0) -> AsyncIterator[Sequence[Record]]:
        async for chunk in export(room, after):
            yield chunk
            await house.do("person.role", By("host-1", "H", Role.HOST), user="u1", role="attendee")

    monkeypatch.setattr(house.history, "export", interrupted)
    answer = await house.client.get("/api/v1/rooms/r1/export.csv", headers=house.by(Role.HOST))
    assert "message 0" in answer.text
    assert "message 5" not in answer.text
    assert house.exports()._free == EXPORTS_AT_ONCE
