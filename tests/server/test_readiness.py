"""Each real cause shows as a reason, and goes again."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from server import readiness
from server.certificate import ensure_certificate, validity
from server.readiness import Disk, Readiness, certificate_valid, tasks_ended


class Steady:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_part_that_hangs_is_a_reason_and_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "WITHIN_S", 0.01)
    clock, gate = Steady(), asyncio.Event()

    async def hangs() -> str | None:
        await gate.wait()
        return None

    ready = Readiness({"disk": hangs, "log": lambda: "broken"}, clock=clock)
    assert ready.why("log") == "not looked at yet"
    await ready.look()
    assert ready.why("log") == "broken"
    clock.now += 1.6
    await ready.look(0.01)
    assert ready.why("disk") == "no answer in time"
    gate.set()
    await ready.look()
    assert ready.why("disk") is None


async def test_a_check_that_fails_says_nothing_of_its_error() -> None:
    def fails() -> str | None:
        raise OSError("canary-5512")

    ready = Readiness({"log": fails})
    await ready.look()
    assert ready.why("log") == "check failed"


async def test_a_blocked_loop_and_a_watch_that_stopped_are_reasons() -> None:
    clock = Steady()
    ready = Readiness({}, clock=clock)
    loop = ready.checks()["loop"]
    await ready.look()
    assert loop() is None
    ready.noticed(0.2)
    assert loop() is None
    ready.noticed(1.8)
    assert loop() == "the event loop was blocked for 1.8 s"
    assert ready.statistics()["ready"] == 0
    clock.now += 2.1
    assert loop() is None
    clock.now += 1
    assert loop() == "not looked after for 3 s"


async def test_the_loop_is_watched_also_while_a_part_thinks() -> None:
    clock, gate, asked, ticked = Steady(), asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def thinks() -> str | None:
        asked.set()
        await gate.wait()
        return None

    class Watched(Readiness):
        def noticed(self, late_s: float) -> None:
            super().noticed(late_s)
            ticked.set()

    ready = Watched({"database": thinks}, clock=clock)
    running = asyncio.create_task(ready.run())
    await asked.wait()
    clock.now += 1.7  # nothing runs meanwhile
    await asyncio.wait_for(ticked.wait(), 5)
    assert ready.checks()["loop"]() == "the event loop was blocked for 1.5 s"
    # It is not the part that was late.
    await ready.look(0)
    assert ready.why("database") == "not looked at yet"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_task_that_ended_is_named() -> None:
    async def ends() -> None:
        return

    task = asyncio.create_task(ends(), name="projector")
    check = tasks_ended(lambda: [task])
    assert check() is None
    await task
    assert check() == "ended: projector"


def test_a_certificate_is_good_from_one_day_to_another(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    files = ensure_certificate(tmp_path, [])
    assert certificate_valid(validity(files.certificate))() is None
    assert certificate_valid((now - timedelta(9), now - timedelta(1)))() == "the certificate is out of date"
    assert certificate_valid((now + timedelta(1), now + timedelta(9)))() == "the certificate does not hold yet"
    assert certificate_valid(None)() is None
    assert validity(tmp_path / "none") is None


async def test_files_and_space_are_looked_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.sqlite").write_bytes(b"1")
    disk = Disk(tmp_path, ["log.sqlite"])
    assert await disk.trouble() is None
    (tmp_path / "log.sqlite").rename(tmp_path / "gone")
    assert await disk.trouble() == "log.sqlite was taken away"
    (tmp_path / "gone").rename(tmp_path / "log.sqlite")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    assert await disk.trouble() == "the disk is full"
