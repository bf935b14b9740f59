from pathlib import Path
from typing import Any

import pytest

from protocols.messages import By, Role
from tests.server.http.house import EPOCH, House

STAFF_ONLY = [
    ("POST", "/api/v1/rooms/r1/open"),
    ("POST", "/api/v1/rooms/r1/close"),
    ("DELETE", "/api/v1/rooms/r1/people/guest-1"),
    ("POST", "/api/v1/rooms/r1/links"),
    ("GET", "/api/v1/rooms/r1/links"),
    ("DELETE", "/api/v1/rooms/r1/links/l1"),
    ("GET", "/api/v1/rooms/r1/export.csv"),
    ("GET", "/api/v1/rooms/r1/export.json"),
]


async def test_a_key_makes_a_room(house: House) -> None:
    body = {"id": "toys", "title": "周末拼装大赛", "settings": {"text_length": 200}}
    answer = await house.client.post("/api/v1/rooms", json=body, headers=house.by_key())
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/rooms/toys"
    made = answer.json()
    assert (made["id"], made["title"], made["status"]) == ("toys", "周末拼装大赛", "open")
    assert (made["settings"]["text_length"], made["position"]) == (200, {"epoch": EPOCH, "seq": 1})
    assert house.host("toys").room.settings.text_length == 200

    again = await house.client.post("/api/v1/rooms", json=body, headers=house.by_key())
    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")


async def test_a_room_without_an_id_gets_one_that_can_be_read_out(house: House) -> None:
    answer = await house.client.post("/api/v1/rooms", json={"title": "A"}, headers=house.by_key())
    made = answer.json()["id"]
    assert len(made) == 8
    assert not set(made) & set("01loi")
    assert made in house.directory.hosts


@pytest.mark.parametrize("role", [None, *Role])
async def test_only_a_key_makes_rooms(house: House, role: Role | None) -> None:
    headers = {} if role is None else house.by(role)
    answer = await house.client.post("/api/v1/rooms", json={"id": "x", "title": "A"}, headers=headers)
    assert answer.status_code == (401 if role is None else 403)
    assert "x" not in house.directory.hosts


async def test_everybody_reads_the_title_and_staff_reads_more(house: House) -> None:
    public = {"id": "r1", "title": "Room r1", "status": "open"}
    assert (await house.client.get("/api/v1/rooms/r1")).json() == public
    for headers in (house.by(Role.ATTENDEE), house.by(Role.HOST, "r2")):
        assert (await house.client.get("/api/v1/rooms/r1", headers=headers)).json() == public
    for headers in (house.by(Role.HOST), house.by(Role.MODERATOR), house.by_key()):
        assert (await house.client.get("/api/v1/rooms/r1", headers=headers)).json().keys() == {
            *public,
            "settings",
            "position",
        }


async def test_everybody_is_told_of_a_rehearsal(house: House) -> None:
    host = By("host-1", "H", Role.HOST)
    await house.do("room.rehearse", host)
    assert (await house.client.get("/api/v1/rooms/r1")).json()["rehearsal"] is True
    await house.do("room.clear", host)
    assert "rehearsal" not in (await house.client.get("/api/v1/rooms/r1")).json()


async def test_a_room_says_where_people_come_in_if_that_is_known(tmp_path: Path) -> None:
    house = await House(tmp_path, public_url="https://live.example").open("r1")
    assert (await house.client.get("/api/v1/rooms/r1")).json()["url"] == "https://live.example/r/r1"


async def test_a_host_closes_and_opens_the_room(house: House) -> None:
    for word, status, seq in (("close", "closed", 2), ("close", "closed", 2), ("open", "open", 3)):
        answer = await house.client.post(f"/api/v1/rooms/r1/{word}", headers=house.by(Role.HOST))
        assert answer.json() == {"position": {"epoch": EPOCH, "seq": seq}}
        assert house.host().room.status == status
    assert house.host().commands[-1][1].id == "u1"


async def test_a_key_acts_under_a_name_that_tells_nothing(house: House) -> None:
    await house.client.post("/api/v1/rooms/r1/close", json={"id": "mine-1"}, headers=house.by_key())
    command, by = house.host().commands[-1]
    assert command.id == "mine-1"
    assert (by.name, by.role) == ("API", Role.HOST)
    assert by.id.startswith("api-")
    assert house.key.split("_")[2] not in by.id


async def test_a_person_is_erased(house: House) -> None:
    await house.say("hello-8817")
    answer = await house.client.delete("/api/v1/rooms/r1/people/guest-1", headers=house.by(Role.HOST))
    assert answer.json() == {"position": {"epoch": EPOCH, "seq": 3}}
    assert house.host().records[-1].erases == (2,)
    again = await house.client.delete("/api/v1/rooms/r1/people/guest-1", headers=house.by_key())
    assert again.json() == {"position": {"epoch": EPOCH, "seq": 3}}


async def test_who_never_was_there_is_not_erased(house: House) -> None:
    await house.say("hello")
    for user in ("guest-2", "wecom:u1"):
        for _ in range(2):
            answer = await house.client.delete(f"/api/v1/rooms/r1/people/{user}", headers=house.by_key())
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    # Nor is who was erased elsewhere known here.
    await house.client.delete("/api/v1/rooms/r1/people/guest-1", headers=house.by_key())
    answer = await house.client.delete("/api/v1/rooms/r2/people/guest-1", headers=house.by_key())
    assert answer.status_code == 404
    assert len(house.host().commands) == 3


@pytest.mark.parametrize(("method", "path"), STAFF_ONLY)
async def test_what_is_for_hosts_is_refused_to_all_others(house: House, method: str, path: str) -> None:
    before = len(house.host().commands)
    body: Any = {"role": "host"} if method == "POST" and path.endswith("links") else None
    for headers in (
        {},
        {"authorization": "Basic dTpw"},
        {"authorization": "Bearer "},
        {"authorization": "Bearer x.y.z"},
    ):
        answer = await house.client.request(method, path, headers=headers, json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"
    others = [house.by(role) for role in Role if role is not Role.HOST]
    for headers in (*others, house.by(Role.HOST, "r2")):
        answer = await house.client.request(method, path, headers=headers, json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert len(house.host().commands) == before
    assert not await house.links.of_room("r1")


@pytest.mark.parametrize(
    ("method", "path"), [*STAFF_ONLY, ("GET", "/api/v1/rooms/r1"), ("GET", "/api/v1/rooms/r1/history")]
)
async def test_an_unknown_room_is_not_found(house: House, method: str, path: str) -> None:
    body: Any = {"role": "host"} if method == "POST" and path.endswith("links") else None
    answer = await house.client.request(method, path.replace("r1", "none"), headers=house.by_key(), json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        "x",
        7,
        {"title": ""},
        {"title": "   "},
        {"title": 7},
        {"title": None},
        {"title": "a\u0000b"},
        {"title": "a" * 10_000},
        {"title": "A", "id": ""},
        {"title": "A", "id": ".."},
        {"title": "A", "id": "../r1"},
        {"title": "A", "id": "-x"},
        {"title": "A", "id": "x" * 65},
        {"title": "A", "id": 7},
        {"title": "A", "status": "deleted"},
        {"title": "A", "settings": []},
        {"title": "A", "settings": {"text_length": "200"}},
        {"title": "A", "settings": {"text_length": -1}},
        {"title": "A", "settings": {"text_length": True}},
        {"title": "A", "settings": {"unknown": 1}},
        {"title": "A", "seq": 7},
        {"title": "A", "created_at": 7},
        {"title": "A", "by": {"id": "u1", "role": "host"}},
        {"title": "A", "position": {"epoch": "x", "seq": 1}},
    ],
)
async def test_a_body_that_does_not_fit_makes_nothing(house: House, body: Any) -> None:
    answer = await house.client.post("/api/v1/rooms", json=body, headers=house.by_key())
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
    assert house.directory.hosts.keys() == {"r1", "r2"}
