"""The end of a rig: all are caught up, although hosts were told something last that others never hear."""

from __future__ import annotations

from pathlib import Path

from loadtests.rig import start_all, verdict_on
from loadtests.serving import Serving
from loadtests.waiting import until


async def test_who_came_late_stands_where_nobody_else_can(tmp_path: Path) -> None:
    async with Serving(tmp_path) as server:
        host = await server.host("r1")
        early, late = server.client("r1", "early"), server.client("r1", "late")
        await start_all([early, late])
        said = await early.say("gone soon")
        assert said["ok"]
        messages: list[str] = []
        host.on_event = lambda _client, _kind, event: messages.append(event["data"].get("message", ""))
        await early.say("staying")
        await host.until_at(said["position"]["seq"])
        assert await until(lambda: bool(messages), 30)
        assert (await host.send("chat.delete", {"message": messages[-1]}))["ok"]
        connection = late.connection
        late.cut()
        assert await until(lambda: late.connection > connection and late.joined, 30)
        assert late.place.seq > early.place.seq, "the room's last record is for hosts only"
        verdict = await verdict_on(server, "r1", [host, early, late], within=30)
    assert verdict.sentences() == []
