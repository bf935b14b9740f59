from typing import Any

import pytest

from protocols.messages import By, Role
from tests.server.http.house import AT, EPOCH, House


async def history(house: House, headers: dict[str, str], query: str = "") -> Any:
    return (await house.client.get(f"/api/v1/rooms/r1/history{query}", headers=headers)).json()


async def test_everyone_reads_what_they_were_told(house: House) -> None:
    await house.say("hi")
    got = await history(house, house.by(Role.ATTENDEE))
    assert got["more"] is False
    assert [event["type"] for event in got["events"]] == ["room.created", "chat.sent"]
    message = house.host().records[1].data
    assert message is not None
    assert got["events"][1] == {
        "type": "chat.sent",
        "room": "r1",
        "epoch": EPOCH,
        "after": 1,
        "seq": 2,
        "at": AT,
        "by": {"id": "guest-1", "name": "小王", "role": "attendee", "guest": True},
        "data": message.dump(),
    }


async def test_hosts_are_told_more_and_nobody_is_told_a_ballot(house: House) -> None:
    host = By("host-1", "H", Role.HOST)
    await house.do("poll.create", host, question="Best?", kind="single", options=["a", "b"])
    poll = house.host().records[-1].data.poll  # type: ignore[union-attr]
    await house.do("poll.open", host, poll=poll)
    await house.do("poll.vote", By("guest-1", "小王", Role.ATTENDEE), poll=poll, choices=[0])
    everyone = [event["type"] for event in (await history(house, house.by(Role.ATTENDEE)))["events"]]
    assert everyone == ["room.created", "poll.opened"]
    for headers in (house.by(Role.HOST), house.by(Role.MODERATOR), house.by_key()):
        hosts = [event["type"] for event in (await history(house, headers))["events"]]
        assert hosts == ["room.created", "poll.created", "poll.opened"]


async def test_pages_go_back_to_the_beginning(house: House) -> None:
    for number in range(5):
        await house.say(f"m{number}")
    seqs: list[int] = []
    query, more = "?limit=2", True
    while more:
        page = await history(house, house.by(Role.ATTENDEE), query)
        seqs = [event["seq"] for event in page["events"]] + seqs
        query, more = f"?limit=2&before={seqs[0]}", page["more"]
    assert seqs == [1, 2, 3, 4, 5, 6]


async def test_history_is_for_those_who_may_come_in(house: House) -> None:
    assert (await history(house, {}))["error"]["code"] == "unauthorized"
    assert (await history(house, house.by(Role.HOST, "r2")))["error"]["code"] == "forbidden"


@pytest.mark.parametrize(
    "query",
    ["?limit=0", "?limit=101", "?limit=x", "?before=0", "?before=-1", "?before=1.5", f"?before={10**30}", "?before="],
)
async def test_a_query_that_does_not_fit_is_refused(house: House, query: str) -> None:
    answer = await house.client.get(f"/api/v1/rooms/r1/history{query}", headers=house.by_key())
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
