"""The demo as `make run` starts it: its room, its bots, its links, and its second start."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio

from loadtests.serving import free_port

ROOT = Path(__file__).resolve().parents[2]
END = "Ctrl-C"
Enough = Callable[[dict[str, Any]], bool]
LINK = re.compile(r"(https?://\S+)")


class Demo:
    """A started demo; ``printed`` is all that it wrote until its links were there."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.port = port
        self.printed = ""

    async def read_links(self) -> list[str]:
        """The audience's, the host's and the wall's address, then others."""
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            while END not in self.printed:
                line = await self.process.stdout.readline()
                assert line, self.printed
                self.printed += line.decode()
        return [address for address in LINK.findall(self.printed) if f":{self.port}/" in address]

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        await asyncio.wait_for(self.process.communicate(), 60)
        assert self.process.returncode is not None
        return self.process.returncode


@asynccontextmanager
async def demo(data: Path, port: int, **wishes: str) -> AsyncIterator[Demo]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SHOWFLOOR_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "scripts/run.py"),
        cwd=ROOT,
        env={**clean, "DATA": str(data), "PORT": str(port), "PYTHONUNBUFFERED": "1", **wishes},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=1 << 20,
    )
    try:
        yield Demo(process, port)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@asynccontextmanager
async def guest(url: str, token: str) -> AsyncIterator[Callable[[Enough], Awaitable[dict[str, Any]]]]:
    """Somebody in the room, who gives the room's view as soon as it shows enough."""
    client = socketio.AsyncClient(handle_sigint=False, ssl_verify=False)
    news = asyncio.Event()
    for event in ("chat.sent", "poll.opened", "poll.tally"):
        client.on(event, lambda *_told: news.set())
    await client.connect(url, auth={"token": token, "protocol": 1}, transports=["websocket"], wait_timeout=30)

    async def seen(enough: Enough) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while True:
                news.clear()
                answer = await client.call("room.join", {"id": "look", "room": "demo"})
                assert answer["ok"], answer
                if enough(answer["view"]):
                    view: dict[str, Any] = answer["view"]
                    return view
                await news.wait()

    try:
        yield seen
    finally:
        await client.disconnect()


async def admitted(url: str, trusted: ssl.SSLContext | bool = True) -> str:
    """A token for somebody who came by the QR code."""
    async with httpx.AsyncClient(base_url=url, verify=trusted, trust_env=False) as http:
        answer = await http.post("/api/v1/rooms/demo/guest", json={"nickname": "小雨"})
    return str(answer.json()["token"])


def bots(view: dict[str, Any]) -> set[str]:
    return {message["by"]["name"] for message in view["chat"]["messages"] if message["by"]["role"] == "bot"}


def ballots(view: dict[str, Any]) -> list[int]:
    return [poll["result"]["voters"] for poll in view["polls"]["polls"]]


async def test_bots_chat_and_vote_and_a_second_start_finds_it_all(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with demo(tmp_path, port) as first:
        links = await first.read_links()
        token = await admitted(url)
        async with guest(url, token) as seen:
            view = await seen(lambda view: len(bots(view)) == 3 and ballots(view) == [3])
        assert await first.stop() == 0

    assert [address.split("#")[0].rsplit("/", 2)[-2] for address in links[:3]] == ["r", "host", "wall"]
    assert "█" in first.printed
    said = [message["message"] for message in view["chat"]["messages"]]

    async with demo(tmp_path, port, DEMO="0") as second:
        again_links = await second.read_links()
        assert again_links[:3] == links[:3]
        # What opens the house is good once and kept nowhere: each start prints a new one.
        assert again_links[3] != links[3]
        async with guest(url, token) as seen:
            again = await seen(lambda _view: True)
        assert await second.stop() == 0
    assert [message["message"] for message in again["chat"]["messages"]][: len(said)] == said
    assert ballots(again) == [3]


async def test_in_a_local_network_it_serves_https_with_its_own_certificate(tmp_path: Path) -> None:
    port = free_port()
    url = f"https://127.0.0.1:{port}"
    async with demo(tmp_path, port, LAN="1") as lan:
        links = await lan.read_links()
        assert all(address.startswith("https://") for address in links)
        trusted = ssl.create_default_context(cafile=tmp_path / "tls" / "certificate.pem")
        async with guest(url, await admitted(url, trusted)) as seen:
            await seen(lambda view: len(bots(view)) >= 1)
        assert await lan.stop() == 0


async def test_the_public_address_wins_in_the_links(tmp_path: Path) -> None:
    async with demo(tmp_path, free_port(), DEMO="0", SHOWFLOOR_PUBLIC_URL="https://live.example") as public:
        await public.read_links()
        assert len(re.findall(r"https://live\.example/(?:r|host|wall)/demo", public.printed)) == 3
        assert await public.stop() == 0


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"PORT": "no"}, "PORT=no is not a port"),
        ({"PORT": "70000"}, "PORT=70000 is not a port"),
        ({"DATA": "/dev/null/var"}, "DATA=/dev/null/var cannot be made a directory"),
    ],
)
async def test_what_cannot_be_had_is_said_in_one_line(wishes: dict[str, str], sentence: str) -> None:
    assert sentence in await refusal(**wishes)


async def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port} cannot be used" in await refusal(PORT=str(port), DATA=str(tmp_path))


async def refusal(**wishes: str) -> str:
    """The one line that a start which cannot be had ends with."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "scripts/run.py"),
        cwd=ROOT,
        env={**os.environ, **wishes},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1
    assert out == b""
    (line,) = err.decode().splitlines()
    assert line.startswith("showfloor: ")
    return line
