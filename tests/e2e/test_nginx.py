"""The nginx configuration of the how-to, word for word but for addresses and certificate, in front of a real server."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from websockets.asyncio.client import connect

from loadtests.serving import ROOT, Serving, free_port
from loadtests.waiting import until
from server.certificate import ensure_certificate

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PAGE = ROOT / "docs" / "how-to" / "tls-behind-a-proxy.md"
ROOM = "proxied"
QUIET_S = 30.0

pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx on this machine")


def configuration(folder: Path, port: int, behind: int) -> str:
    """The example with our ports and certificate, and what a whole file needs around it."""
    found = re.search(r"```nginx\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    files = ensure_certificate(folder / "tls", [])
    text = found[1]
    for old, new in {
        "127.0.0.1:8000": f"127.0.0.1:{behind}",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "live.example;": "localhost;",
        "/etc/ssl/live.example.pem": str(files.certificate),
        "/etc/ssl/live.example.key": str(files.key),
    }.items():
        assert old in text
        text = text.replace(old, new)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    head = (
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log warn; events {{ worker_connections 256; }}"
    )
    user = "user root;" if os.geteuid() == 0 else ""
    return f"{user} {head}\nhttp {{ access_log off; {temporary}\n{text}\n}}\n"


def started(folder: Path, config: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([str(NGINX), "-p", str(folder), "-c", str(config)], stderr=subprocess.PIPE)


@asynccontextmanager
async def proxied(folder: Path) -> AsyncIterator[tuple[Serving, str, ssl.SSLContext]]:
    """A server behind nginx, its address, and how to believe its certificate."""
    port = free_port()
    env = {
        "SHOWFLOOR_PUBLIC_URL": f"https://localhost:{port}",
        "SHOWFLOOR_TRUSTED_PROXIES": "127.0.0.1",
        "SHOWFLOOR_MAX_CONNECTIONS_PER_ADDRESS": "3",
    }
    async with Serving(folder / "data", env=env) as server:
        config = folder / "nginx.conf"
        config.write_text(configuration(folder, port, server.port))
        process = started(folder, config)
        trust = ssl.create_default_context(cafile=str(folder / "tls" / "certificate.pem"))
        url = f"https://localhost:{port}"
        try:
            async with httpx.AsyncClient(base_url=url, verify=trust) as http:

                async def answers() -> bool:
                    assert process.poll() is None, process.stderr.read() if process.stderr else ""
                    try:
                        return (await http.get("/readyz")).status_code == 200
                    except httpx.TransportError:
                        return False

                assert await until(answers, 30, every=0.1)
            yield server, url, trust
        finally:
            process.terminate()
            process.communicate(timeout=10)


async def ask(socket: Any, number: int, word: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Emit and wait for the ack, over a websocket."""
    await socket.send(f"42{number}" + orjson.dumps([word, {"id": f"n{number}", "room": ROOM, **fields}]).decode())
    while True:
        packet = await asyncio.wait_for(socket.recv(), 30)
        if packet == "2":
            await socket.send("3")
        elif packet.startswith(f"43{number}["):
            answer: dict[str, Any] = orjson.loads(packet[2 + len(str(number)) :])[0]
            return answer


async def test_a_room_behind_nginx(tmp_path: Path) -> None:
    async with proxied(tmp_path) as (server, url, trust):
        token = await server.made(ROOM)
        polling = "/socket.io/?EIO=4&transport=polling"
        way = f"{url.replace('https', 'wss')}/socket.io/?EIO=4&transport=websocket"
        hello = "40" + orjson.dumps({"token": token, "protocol": 1}).decode()

        async with httpx.AsyncClient(base_url=url, verify=trust, headers={"origin": url}, timeout=30) as http:
            assert (await http.get("/metrics")).status_code == 403
            assert (await http.get(polling, headers={"origin": "https://elsewhere.example"})).status_code == 403
            # Long-polling, then the upgrade of the same session.
            sid = orjson.loads((await http.get(polling)).content[1:])["sid"]
            assert (await http.post(f"{polling}&sid={sid}", content=hello)).text == "ok"
            assert (await http.get(f"{polling}&sid={sid}")).text.startswith("40{")
            joins = b'421["room.join",{"id":"j","room":"proxied"}]'
            assert (await http.post(f"{polling}&sid={sid}", content=joins)).text == "ok"
            assert '431[{"ok":true' in (await http.get(f"{polling}&sid={sid}")).text
            waiting = asyncio.create_task(http.get(f"{polling}&sid={sid}"))
            async with connect(f"{way}&sid={sid}", ssl=trust, origin=url) as socket:  # type: ignore[arg-type]
                await socket.send("2probe")
                assert await asyncio.wait_for(socket.recv(), 30) == "3probe"
                await waiting
                await socket.send("5")
                assert (await ask(socket, 2, "chat.send", {"text": "through nginx"}))["ok"]

            async with connect(way, ssl=trust, origin=url) as socket:  # type: ignore[arg-type]
                await socket.recv()
                await socket.send(hello)
                # Nothing may be sent before this answer.
                assert str(await asyncio.wait_for(socket.recv(), 30)).startswith("40{")
                assert (await ask(socket, 1, "room.join", {}))["ok"]
                await addresses(url, trust, polling)
                await quiet(socket)
                assert (await ask(socket, 3, "chat.send", {"text": "still here"}))["ok"]


async def addresses(url: str, trust: ssl.SSLContext, polling: str) -> None:
    """The share of one address is counted by what the proxy saw, whatever the client claims to be."""
    statuses: dict[str, list[int]] = {}
    for own in ("127.0.0.2", "127.0.0.3"):
        from_there = httpx.AsyncHTTPTransport(local_address=own, verify=trust)
        async with httpx.AsyncClient(base_url=url, transport=from_there) as http:
            for forged in ("198.51.100.1", "198.51.100.2, 127.0.0.1", "198.51.100.3", "127.0.0.1"):
                answer = await http.get(polling, headers={"x-forwarded-for": forged})
                statuses.setdefault(own, []).append(answer.status_code)
    assert statuses == {"127.0.0.2": [200, 200, 200, 503], "127.0.0.3": [200, 200, 200, 503]}


async def quiet(socket: Any) -> None:
    """Nothing but heartbeats for half a minute."""
    until_then = time.monotonic() + QUIET_S
    while time.monotonic() < until_then:
        try:
            packet = await asyncio.wait_for(socket.recv(), until_then - time.monotonic())
        except TimeoutError:
            return
        if packet == "2":
            await socket.send("3")
