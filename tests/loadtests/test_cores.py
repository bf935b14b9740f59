"""Server and rig on cores of their own."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from loadtests.cores import apart
from loadtests.serving import Serving


async def test_server_and_rig_share_no_core(tmp_path: Path) -> None:
    cores = os.sched_getaffinity(0)
    if len(cores) < 2:
        pytest.skip("there is one core only")
    server = Serving(tmp_path)
    server.process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE
    )
    try:
        with apart(server, wanted=False) as alone:
            assert not alone
            assert os.sched_getaffinity(0) == cores
        with apart(server) as alone:
            assert alone
            assert not os.sched_getaffinity(0) & os.sched_getaffinity(server.process.pid)
        assert os.sched_getaffinity(0) == cores
    finally:
        server.process.kill()
        await server.process.wait()
