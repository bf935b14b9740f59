import csv
import io
from typing import Any

from protocols.messages import Audience, By, Role
from server.http.api.results import COLUMNS
from server.lobby import Counted
from tests.server.http.api.staffed import Staffed, refusal
from tests.server.http.house import House

HOST = By("host-1", "H", Role.HOST)


async def played(house: House, question: str = "Best?", *options: str) -> str:
    options = options or ("a", "b")
    await house.do("poll.create", HOST, question=question, kind="single", options=list(options), hidden=True)
    poll: str = house.host().records[-1].data.poll  # type: ignore[union-attr]
    await house.do("poll.open", HOST, poll=poll)
    for number in range(3):
        await house.do("poll.vote", By(f"g{number}", "G", Role.ATTENDEE), poll=poll, choices=[number % 2])
    await house.do("poll.close", HOST, poll=poll)
    return poll


async def test_results_are_what_the_room_shows_its_hosts(house: House) -> None:
    poll = await played(house)
    house.rooms.totals = Counted(7, 3)
    answer = await house.client.get("/api/v1/rooms/r1/results", headers=house.by(Role.HOST))
    told = answer.json()
    (shown,) = house.host().room.view(Audience.HOSTS)["polls"]["polls"]
    (result,) = told["polls"]
    assert (told["room"], told["title"], told["messages"], told["people"]) == ("r1", "Room r1", 7, 3)
    assert (result["id"], result["status"], result["voters"]) == (poll, "closed", 3)
    assert [option["votes"] for option in result["options"]] == shown["result"]["counts"] == [2, 1]
    assert (result["opened_at"], result["closed_at"]) == (shown["opened_at"], shown["closed_at"])


async def rows(house: House) -> list[dict[str, str]]:
    answer = await house.client.get("/api/v1/rooms/r1/results.csv", headers=house.by_key())
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="r1-results.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_a_spreadsheet_has_one_row_an_option(house: House) -> None:
    poll = await played(house, '最喜欢, "哪个"?', "第一款", "b")
    found = await rows(house)
    assert tuple(found[0]) == COLUMNS
    assert [(row["poll"], row["question"], row["option"], row["votes"]) for row in found] == [
        (poll, '最喜欢, "哪个"?', "第一款", "2"),
        (poll, '最喜欢, "哪个"?', "b", "1"),
    ]
    assert {(row["opened"], row["closed"], row["voters"]) for row in found} == {
        ("2026-01-01 00:00:00", "2026-01-01 00:00:00", "3")
    }


async def test_an_entry_is_told_with_its_photo(house: House) -> None:
    await house.do("room.configure", HOST, settings={"photos_approved": False})
    content = {"width": 4, "height": 3, "color": "#ffffff"}
    for number, caption in enumerate(("=castle", None)):
        who = By(f"g{number}", f"G{number}", Role.ATTENDEE)
        await house.do("photo.add", who, vouched=True, photo=f"p{number}", caption=caption, **content)
    photos: dict[str, Any] = {"options": ["1", "2"], "photos": ["p0", "p1"]}
    await house.do("poll.create", HOST, question="Best?", kind="single", **photos)
    poll: str = house.host().records[-1].data.poll  # type: ignore[union-attr]
    await house.do("poll.open", HOST, poll=poll)
    found = await rows(house)
    assert [(row["photo"], row["author"], row["caption"]) for row in found] == [
        ("p0", "G0", "'=castle"),
        ("p1", "G1", ""),
    ]
    await house.do("photo.delete", HOST, photo="p0")
    found = await rows(house)
    assert [(row["photo"], row["author"]) for row in found] == [("p0", ""), ("p1", "G1")]


async def test_no_cell_is_a_formula(house: House) -> None:
    options = ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", "1-1"]
    await played(house, "=cmd|' /C calc'!A0", *options)
    found = await rows(house)
    assert [row["option"] for row in found] == [f"'{option}" for option in options[:-1]] + ["1-1"]
    for row in found:
        for cell in row.values():
            assert cell[:1] not in set("=+-@\t\r\uff1d")


async def test_results_are_for_those_who_run_the_room(house: House) -> None:
    staffed = await Staffed(house).open()
    await staffed.as_("st_sam", "POST", "/rooms", {"id": "toys", "title": "T", "shop": "s1"})
    for path in ("results", "results.csv", "export.csv", "export.json"):
        address = f"/api/v1/rooms/r1/{path}"
        assert refusal(await house.client.get(address)) == (401, "unauthorized")
        for headers in (house.by(Role.ATTENDEE), house.by(Role.MODERATOR), house.by(Role.HOST, "r2")):
            assert refusal(await house.client.get(address, headers=headers)) == (403, "forbidden")
        # A link on a page: a cookie, and no Origin.
        for name, status in (("st_sam", 200), ("st_mei", 200), ("st_olga", 200), ("st_zoe", 403)):
            headers = staffed.headers(name, origin=None)
            answer = await house.client.get(f"/api/v1/rooms/toys/{path}", headers=headers)
            assert answer.status_code == status, path
        # A room of no shop is the owners'.
        assert (await house.client.get(address, headers=staffed.headers("st_olga", None))).status_code == 200
        assert refusal(await house.client.get(address, headers=staffed.headers("st_max", None))) == (403, "forbidden")


async def test_drafts_are_told_apart_from_results(house: House) -> None:
    await played(house)
    await house.do("poll.create", HOST, question="Next?", kind="rating", options=[])
    draft: str = house.host().records[-1].data.poll  # type: ignore[union-attr]
    told = (await house.client.get("/api/v1/rooms/r1/results", headers=house.by_key())).json()
    assert [poll["question"] for poll in told["polls"]] == ["Best?"]
    assert told["drafts"] == [{"id": draft, "question": "Next?", "kind": "rating"}]
    assert {row["question"] for row in await rows(house)} == {"Best?"}


async def test_a_room_without_polls_has_results_too(house: House) -> None:
    told: dict[str, Any] = (await house.client.get("/api/v1/rooms/r1/results", headers=house.by_key())).json()
    nothing: dict[str, Any] = {"polls": [], "drafts": [], "questions": [], "messages": 0, "people": 0, "shops": []}
    assert told == {"room": "r1", "title": "Room r1"} | nothing
    assert await rows(house) == []


async def test_each_shop_has_the_column_of_its_votes(house: House) -> None:
    shops = [{"id": "east", "name": "=东店"}, {"id": "west", "name": "西店"}]
    await house.do("room.configure", HOST, settings={"shops": shops})
    await house.do("poll.create", HOST, question="Best?", kind="single", options=["a", "b"])
    poll: str = house.host().records[-1].data.poll  # type: ignore[union-attr]
    await house.do("poll.open", HOST, poll=poll)
    for number, (shop, choice) in enumerate([("east", 0), ("east", 1), ("west", 1), (None, 1)]):
        await house.do("poll.vote", By(f"g{number}", "G", Role.ATTENDEE, shop=shop), poll=poll, choices=[choice])
    found = await rows(house)
    assert [(row["votes"], row["'=东店"], row["西店"]) for row in found] == [("1", "1", "0"), ("3", "1", "1")]
    told = (await house.client.get("/api/v1/rooms/r1/results", headers=house.by_key())).json()
    assert (told["shops"], told["polls"][0]["shops"]) == (shops, {"east": 2, "west": 1})
    # Where one takes part no more its votes are still there.
    await house.do("room.configure", HOST, settings={"shops": shops[:1]})
    assert [row["west"] for row in await rows(house)] == ["0", "1"]
