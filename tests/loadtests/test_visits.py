"""Each way of visiting, on a whole server in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests import visits
from loadtests.visits import WAYS, Done, Errand, Line, VisitFailed, Visitor, masked
from loadtests.waiting import until
from tests.server.running import served, token


async def test_every_way_of_visiting_works_and_leaves_nobody(tmp_path: Path) -> None:
    async with served(tmp_path) as (app, address):
        host, _, port = address.partition(":")
        done = Done()
        errand = Errand(host, int(port), "r1", [token(app, "ann")], ["127.0.1.1"], 0, len(WAYS), say=2)
        await Visitor(errand, done).work()
        assert done.failed == {}
        assert set(done.ways) == set(WAYS)
        # Forgotten ones are given up by time alone.
        waiting = {"websocket, no connect", "polling, forgotten", "polling, abrupt"}
        lasting = sum(way in waiting for way in WAYS)
        assert await until(lambda: len(app.gateway.connections) <= lasting, 5)
        assert (await app.core.directory.open("r1")).live.room.seq > 1, "some of them said something"


async def test_who_is_not_let_in_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "PATIENCE_S", 0.3)
    async with served(tmp_path) as (_, address):
        host, _, port = address.partition(":")
        done = Done()
        await Visitor(Errand(host, int(port), "r1", ["no token"], ["127.0.1.1"], 0, 1), done).work()
        assert done.ways == {}
        assert done.failed.total() == 1


def test_a_frame_bears_its_length() -> None:
    assert masked(b"40") == b"\x81\x82\0\0\0\x0040"
    assert masked(b"x" * 300)[:4] == b"\x81\xfe\x01\x2c"


async def test_an_end_is_an_error() -> None:
    with pytest.raises(VisitFailed):
        await Line().hear(b"anything")
