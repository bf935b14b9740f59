"""A chat as the documentation of python-socketio suggests it: rooms, acks, and Redis between the nodes.

    python -m loadtests.stock.server PORT REDIS_PORT

Nothing here is made worse than it need be: an event is acked after ``emit`` has returned.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import socketio
import uvicorn

# A client of ours asks where the room stands; a stock room has no log, so it stands nowhere.
START = {"epoch": "stock", "seq": 0}


def made(redis_port: int) -> socketio.AsyncServer:
    """One node."""
    manager = socketio.AsyncRedisManager(f"redis://127.0.0.1:{redis_port}/0")
    server = socketio.AsyncServer(async_mode="asgi", client_manager=manager, cors_allowed_origins=[])
    users: dict[str, str] = {}

    async def connect(sid: str, _environ: dict[str, Any], auth: dict[str, Any] | None) -> None:
        users[sid] = str((auth or {}).get("token"))

    async def join(sid: str, data: dict[str, Any]) -> dict[str, Any]:
        await server.enter_room(sid, data["room"])
        return {"ok": True, "recovered": False, "audience": "everyone", "position": START}

    async def send(sid: str, data: dict[str, Any]) -> dict[str, Any]:
        event = {"room": data["room"], "by": {"id": users[sid]}, "data": {"text": data["text"]}}
        await server.emit("chat.sent", event, room=data["room"])
        return {"ok": True}

    server.on("connect", connect)
    server.on("room.join", join)
    server.on("chat.send", send)
    return server


async def serve(port: int, redis_port: int) -> None:
    app = socketio.ASGIApp(made(redis_port))
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off", ws="websockets-sansio")
    await uvicorn.Server(config).serve()


def main() -> None:
    port, redis_port = (int(argument) for argument in sys.argv[1:3])
    asyncio.run(serve(port, redis_port))


if __name__ == "__main__":
    main()
