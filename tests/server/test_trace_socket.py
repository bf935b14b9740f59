import asyncio
import contextlib
import os
import socket
import stat
from pathlib import Path

from server.trace import Trace
from server.trace_socket import SOCKET_FILE, answering, asked
from tests.server.test_trace import step


def filled() -> Trace:
    trace = Trace()
    trace.ring.extend([step("c7"), step("c8"), step("c7", user="bob")])
    return trace


async def test_the_running_server_is_asked_by_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 30)  # longer than a socket's name may be
    folder.mkdir()
    before = os.umask(0)
    os.umask(before)
    async with answering(folder, filled()):
        assert stat.S_IMODE((folder / SOCKET_FILE).stat().st_mode) == 0o600
        found = await asked(folder, "c7", None)
        assert [hops.user for hops in found] == ["ann", "bob"]
        assert found[0].seq == 42
        assert await asked(folder, "c7", "another") == []
        assert await asked(folder, "nothing", None) == []
    assert not (folder / SOCKET_FILE).exists()
    assert os.umask(before) == before


async def test_nobody_there_is_no_error(tmp_path: Path) -> None:
    assert await asked(tmp_path, "c7", None) == []
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / SOCKET_FILE))
    left.close()
    assert await asked(tmp_path, "c7", None) == []
    async with answering(tmp_path, filled()):  # what a killed server left is no hindrance
        assert len(await asked(tmp_path, "c7", None)) == 2


async def test_nonsense_gets_no_answer_and_hurts_nobody(tmp_path: Path) -> None:
    async with answering(tmp_path, filled()):
        for said in (b"\n", b"{}\n", b"[1]\n", b'{"trace":1,"room":null}\n', b"x" * 9000 + b"\n", b""):
            with socket.socket(socket.AF_UNIX) as raw:
                raw.setblocking(False)
                loop = asyncio.get_running_loop()
                await loop.sock_connect(raw, str(tmp_path / SOCKET_FILE))
                await loop.sock_sendall(raw, said)
                raw.shutdown(socket.SHUT_WR)
                with contextlib.suppress(ConnectionResetError):
                    assert await loop.sock_recv(raw, 100) == b""
        assert len(await asked(tmp_path, "c7", None)) == 2


async def test_a_folder_that_takes_no_socket_stops_no_server(tmp_path: Path) -> None:
    (tmp_path / SOCKET_FILE).mkdir()
    async with answering(tmp_path, filled()):
        pass
