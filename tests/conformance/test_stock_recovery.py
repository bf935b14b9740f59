"""Connection state recovery with the official client: pid and offset in, missed events before the reply."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from protocols.closing import Closing
from protocols.frames import prepare_event
from server.gateway.application import Accepted, Ack, Recovery
from server.gateway.socket import Socket
from tests.conformance.test_stock_clients import run_node
from tests.server.gateway.rig import serving


class Forgetful:
    """Loses each client once after the first event, and has two more for it when it returns."""

    namespaces = frozenset("/")

    def __init__(self) -> None:
        self.recovery: list[Recovery | None] = []
        self.auth: list[Mapping[str, Any]] = []

    async def connect(self, socket: Socket, auth: Mapping[str, Any], recovery: Recovery | None) -> Accepted:
        self.recovery.append(recovery)
        self.auth.append(auth)
        if recovery is None:
            return Accepted("pid-1")
        socket.emit("while-connecting")
        missed = [prepare_event("missed", [b"%d" % seq], offset=f"r1:k:{seq}:everyone") for seq in (2, 3)]
        return Accepted(recovery.pid, missed)

    def receive(self, socket: Socket, name: str, args: list[Any], ack: Ack | None) -> None:
        socket.send(prepare_event("first", [b"1"], offset="r1:k:1:everyone"))
        socket.close(Closing.DRAINING)

    def disconnected(self, socket: Socket, closing: Closing) -> None:
        """Nothing is kept."""


async def test_recovery(node: Path) -> None:
    application = Forgetful()
    async with serving(application) as served:
        seen = json.loads(await run_node(node / "recover.js", f"http://127.0.0.1:{served.port}"))

    assert application.recovery == [None, Recovery("pid-1", "r1:k:1:everyone")]
    assert application.auth == [{}, {}]
    assert seen == [
        ["connect", False],
        ["first", 1, "r1:k:1:everyone"],
        ["missed", 2, "r1:k:2:everyone"],
        ["missed", 3, "r1:k:3:everyone"],
        ["connect", True],
    ]
