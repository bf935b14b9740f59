"""Listening and leaving."""

import socket
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from server.app import running
from server.config import Settings, SettingsError
from server.links import Links
from server.serve import _THIN_LINEAR_TIMEOUTS, Listener, _config, listening, serve
from tests.server.running import raw, token


def settings(data: Path, port: int = 0) -> Settings:
    return Settings(data=data, port=port, secret=SecretStr("a secret for tests 0123456789 abcdefg"))


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(SettingsError, match="choose another --port") as error,
    ):
        serve(settings(tmp_path, taken.getsockname()[1]))
    assert "\n" not in str(error.value)


async def test_a_database_that_goes_during_the_start_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(_links: Links) -> None:
        raise OperationalError("SELECT", {}, ConnectionResetError("connection was closed"))

    monkeypatch.setattr(Links, "load", gone)
    with pytest.raises(SettingsError) as error:
        async with running(settings(tmp_path)):
            pass
    assert str(error.value).startswith("SHOWFLOOR_DATA: cannot use")
    assert "\n" not in str(error.value)
    monkeypatch.undo()
    async with running(settings(tmp_path)):  # nothing is left behind
        pass


async def test_leaving_ends_in_time_whoever_does_not_read(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with running(settings(tmp_path)) as app:
            server = Listener(app, listener)
            serving = await server.start()
            address = f"127.0.0.1:{listener.getsockname()[1]}"
            async with raw(address, {"token": token(app, "ann")}):
                with socket.create_connection(("127.0.0.1", listener.getsockname()[1])) as stuck:
                    stuck.sendall(b"GET /livez HTTP/1.1\r\nhost: x\r\n")  # and never the rest
                    await server.leave(0.3)
                    assert serving.done()
            assert app.gateway.statistics().websocket == 0


@pytest.mark.skipif(sys.platform != "linux", reason="an option of Linux")
def test_connections_send_again_at_an_even_pace(tmp_path: Path) -> None:
    with listening(settings(tmp_path)) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, _THIN_LINEAR_TIMEOUTS) == 1


async def test_kept_connections_outlast_those_of_proxies(tmp_path: Path) -> None:
    async with running(settings(tmp_path)) as app:
        assert _config(app).timeout_keep_alive > 60
