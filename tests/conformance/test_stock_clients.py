"""The official clients against the conformance peers."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import socketio


async def run_node(script: Path, *arguments: str) -> str:
    """What a script prints."""
    process = await asyncio.create_subprocess_exec(
        "node", str(script), *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), 60)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    assert process.returncode == 0, err.decode()
    return out.decode()


@pytest.mark.parametrize(
    ("transports", "transport"),
    [("websocket", "websocket"), ("polling", "polling"), ("polling,websocket", "websocket")],
)
async def test_socket_io_client(pinging_port: int, node: Path, transports: str, transport: str) -> None:
    seen = json.loads(await run_node(node / "client.js", f"http://127.0.0.1:{pinging_port}", transports))

    assert seen == {
        "auth": {"token": "abc"},
        "transport": transport,
        "back": [1, "二", {"three": [True, None]}],
        "binary": [[1, 2, 3], [4]],
        "ack": ["a", 1],
        "binaryAck": [7, 8],
        "inOrder": True,
        "alive": True,
        "reason": "io client disconnect",
    }


@pytest.mark.parametrize("transports", [["websocket"], ["polling"], ["polling", "websocket"]])
async def test_python_socketio(pinging_port: int, transports: list[str]) -> None:
    client = socketio.AsyncClient(reconnection=False)
    back: asyncio.Queue[tuple[Any, ...]] = asyncio.Queue()
    auth: asyncio.Queue[Any] = asyncio.Queue()

    async def note(*args: Any) -> None:
        back.put_nowait(args)

    client.on("message-back", note, namespace="/custom")
    client.on("auth", auth.put_nowait, namespace="/custom")
    await client.connect(
        f"http://127.0.0.1:{pinging_port}",
        namespaces=["/custom"],
        auth={"token": "abc"},
        transports=transports,
        wait_timeout=30,
    )
    try:
        async with asyncio.timeout(30):
            assert await auth.get() == {"token": "abc"}
            await client.emit("message", (1, "二", {"three": [True]}), namespace="/custom")
            assert await back.get() == (1, "二", {"three": [True]})
            await client.emit("message", b"\x01\x02", namespace="/custom")
            assert await back.get() == (b"\x01\x02",)
            assert await client.call("message-with-ack", b"\x03", namespace="/custom") == b"\x03"
            for number in range(50):
                assert await client.call("message-with-ack", number, namespace="/custom") == number
            await asyncio.sleep(0.7)  # two pings
            assert client.connected
    finally:
        await client.disconnect()
        await client.shutdown()
