"""Every way in which a node can be unfit shows at /readyz, and goes when it is over."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from server.app import App
from server.readiness import CAUTIONS, Disk
from tests.server.running import OWNER, served

WITHIN_S = 30.0


@asynccontextmanager
async def locked(path: Path) -> AsyncIterator[None]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        # Not in the loop: the server works in it too, and may be in the middle of a transaction.
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        yield


@contextlib.contextmanager
def taken_away(path: Path) -> Iterator[None]:
    aside = path.with_suffix(".aside")
    path.rename(aside)
    yield
    aside.rename(path)


async def answer(client: httpx.AsyncClient, wanted: Callable[[dict[str, str]], bool]) -> None:
    """Wait until /readyz says what is wanted."""
    begun = time.monotonic()
    while True:
        found = await client.get("/readyz")
        told = found.json()
        assert found.status_code == (503 if told["reasons"] else 200)
        # Rooms go on without their database, so that it keeps nobody out.
        assert not told["reasons"].keys() & CAUTIONS
        assert told["degraded"].keys() <= CAUTIONS
        reasons = told["reasons"] | told["degraded"]
        if wanted(reasons):
            return
        assert time.monotonic() - begun < WITHIN_S, reasons
        await asyncio.sleep(0.02)


@asynccontextmanager
async def log_locked(_app: App, data: Path) -> AsyncIterator[None]:
    async with locked(data / "log.sqlite"):
        yield


@asynccontextmanager
async def database_locked(_app: App, data: Path) -> AsyncIterator[None]:
    async with locked(data / "rooms.sqlite"):
        yield


@asynccontextmanager
async def log_gone(_app: App, data: Path) -> AsyncIterator[None]:
    with taken_away(data / "log.sqlite"):
        yield


@asynccontextmanager
async def disk_full(_app: App, data: Path) -> AsyncIterator[None]:
    filler = data / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 65536)
    yield
    filler.unlink()


@asynccontextmanager
async def projector_stuck(app: App, _data: Path) -> AsyncIterator[None]:
    async with app.core.database.writing():
        # It waits for its turn to write, without an error, while there is something to project.
        await app.core.directory.create_room("late", "Late", by=OWNER)
        yield


@asynccontextmanager
async def loop_blocked(_app: App, _data: Path) -> AsyncIterator[None]:
    time.sleep(1.5)  # noqa: ASYNC251 - that is the fault
    yield


@asynccontextmanager
async def task_ended(app: App, _data: Path) -> AsyncIterator[None]:
    task = next(task for task in app._tasks if task.get_name() == "retention")
    task.cancel()
    yield
    again = asyncio.create_task(app.core.retention.run(app.core.clock.now), name="retention")
    app._tasks[app._tasks.index(task)] = again


@asynccontextmanager
async def draining(app: App, _data: Path) -> AsyncIterator[None]:
    app.draining = True
    yield
    app.draining = False


Cause = Callable[[App, Path], contextlib.AbstractAsyncContextManager[None]]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "showfloor-test", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only root may mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize(
    ("cause", "part", "says"),
    [
        (log_locked, "log", "the log cannot be written"),
        (log_gone, "disk", "log.sqlite was taken away"),
        (database_locked, "database", "the database is away"),
        (projector_stuck, "projector", "the projector is stuck"),
        (disk_full, "disk", "the disk is full"),
        (loop_blocked, "loop", "the event loop was blocked"),
        (task_ended, "tasks", "ended: retention"),
        (draining, "server", "draining"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_what_is_wrong_is_said_and_no_longer_than_it_lasts(
    disk: Path, cause: Cause, part: str, says: str
) -> None:
    async with served(disk) as (app, address), httpx.AsyncClient(base_url=f"http://{address}") as client:
        await answer(client, lambda reasons: not reasons)
        async with cause(app, disk):
            await answer(client, lambda reasons: reasons.get(part, "").startswith(says))
        await answer(client, lambda reasons: not reasons)


def test_a_read_only_disk_is_told_from_a_full_one(disk: Path) -> None:
    # A kernel makes it so after an error, with files open on it; here it can be done only while none is.
    check = Disk(disk, [])
    assert check.trouble_now() is None
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert check.trouble_now() == "the disk is read-only"
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert check.trouble_now() is None
