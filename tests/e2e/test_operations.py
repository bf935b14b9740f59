"""The commands of whoever looks after a server, as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests.serving import ServerFailed, Serving
from loadtests.waiting import until
from server.secret_mark import DEAD

ROOM = "ops"
OTHER = "another-secret-0123456789-abcdefghijk"


async def test_a_message_is_traced_while_the_server_runs_and_afterwards_and_another_secret_is_told(
    tmp_path: Path,
) -> None:
    async with Serving(tmp_path) as server:
        host = await server.host(ROOM)
        guest = server.client(ROOM, "ann")
        await guest.start()
        answer = await guest.send("chat.send", {"text": "canary text"}, "c7")
        seq = answer["position"]["seq"]
        place = f"{ROOM}:{answer['position']['epoch']}:{seq}"
        data = ("--data", str(tmp_path))
        said = await server.command("trace", "c7", *data)
        assert said.startswith(f"chat.send c7 by ann in {ROOM}\n")
        assert place in said
        assert "2 connections here" in said
        assert await until(lambda: guest.joined, 30)
        await guest.stop()
        await host.stop()
        await server.terminate()
        said = await server.command("trace", "c7", "--room", ROOM, *data)
        assert said.startswith(f"chat.sent by ann in {ROOM}\n")
        assert f"projected  yes (the database reaches {seq})" in said
        assert "canary text" not in said
        with pytest.raises(ServerFailed, match="not found"):
            await server.command("trace", "never", *data)
        assert DEAD not in server.output
    async with Serving(tmp_path, env={"SHOWFLOOR_SECRET": OTHER}) as server:
        assert DEAD in server.output
        assert OTHER not in server.output


async def test_the_folder_s_secret_serves_the_command_line(tmp_path: Path) -> None:
    server = Serving(tmp_path, env={"SHOWFLOOR_SECRET": ""})
    tmp_path.joinpath("secret").write_text(OTHER + "\n")
    assert await server.made(ROOM)
    key = await server.command("key", "--data", str(tmp_path), "--label", "tour")
    assert key.strip().splitlines()[-1].startswith("sfk_")
