from starlette.applications import Starlette

from server.gateway.config import GatewayConfig
from server.gateway.gateway import Gateway
from server.gateway.http_wire import HttpWire
from server.gateway.listening import uvicorn_config
from tests.server.gateway.rig import Notes


async def test_uvicorn_adds_nothing_of_its_own() -> None:
    config = uvicorn_config(Starlette(), Gateway.serving(Notes(), GatewayConfig()), log_config=None)

    assert config.http is HttpWire
    assert config.ws_per_message_deflate is False
    assert config.proxy_headers is False, "the gateway resolves trusted proxies itself"
    assert config.server_header is False
