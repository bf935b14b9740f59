"""uvicorn with our wires: how gateways and the HTTP side share one port."""

from __future__ import annotations

from typing import Any

import uvicorn

from server.gateway.gateway import Gateway
from server.gateway.http_wire import HttpWire
from server.gateway.wire import websocket_wire


def uvicorn_config(app: Any, *gateways: Gateway, **settings: Any) -> uvicorn.Config:
    """uvicorn's settings for an app with these gateways in it; `settings` are passed on."""
    return uvicorn.Config(
        app,
        http=HttpWire,
        ws=websocket_wire(*gateways),  # type: ignore[arg-type]
        ws_per_message_deflate=False,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        **settings,
    )
