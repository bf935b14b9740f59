"""Decoding in processes: what a bad file does, it does to one of these."""

import asyncio
import resource
import sys
from collections.abc import AsyncIterator

import pytest

from protocols.errors import Code, Refused
from server.photos.containers import Fault, NotAPhoto
from server.photos.darkroom import EACH_MOST, Darkroom
from tests.server.photos import pictures


async def file(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 65_536):
        yield data[start : start + 65_536]


def running(program: str, **options: float) -> Darkroom:
    """One whose process does this instead."""
    return Darkroom(command=(sys.executable, "-c", program), **options)  # type: ignore[arg-type]


async def test_a_photo_is_developed() -> None:
    darkroom = Darkroom()
    shown = await darkroom.develop(file(pictures.phone()))
    assert (shown.width, shown.height, sorted(shown.pictures)) == (240, 320, [160, 640, 2048])
    assert darkroom.statistics() == {"developing": 0, "developed_total": 1, "refused_total": 0, "killed_total": 0}


@pytest.mark.parametrize(
    ("data", "fault"),
    [(pictures.bomb(), Fault.TOO_MANY_PIXELS), (pictures.svg(), Fault.DRAWING), (b"", Fault.NOT_A_PHOTO)],
)
async def test_what_is_none_is_refused(data: bytes, fault: Fault) -> None:
    with pytest.raises(NotAPhoto) as refused:
        await Darkroom().develop(file(data))
    assert refused.value.fault is fault


@pytest.mark.parametrize(
    "program",
    [
        "import os; os.abort()",
        "import sys; sys.stdin.buffer.read(); sys.exit(1)",
        "print('not the answer that is asked for')",
        "import sys; sys.stdout.buffer.write(b'\\x00\\x00\\x00\\x02{}')",
        "import sys; sys.stdout.buffer.write(b'\\x7f\\xff\\xff\\xff' + bytes(1000))",
    ],
)
async def test_a_process_that_dies_or_talks_nonsense_harms_nobody(program: str) -> None:
    darkroom = running(program)
    with pytest.raises(NotAPhoto) as refused:
        await darkroom.develop(file(bytes(1_000_000)))
    assert refused.value.fault is Fault.TOO_HARD
    assert darkroom.statistics()["killed_total"] == 1


async def test_a_process_that_does_not_end_is_killed() -> None:
    with pytest.raises(NotAPhoto) as refused:
        await running("import time; time.sleep(60)", seconds=0.2).develop(file(bytes(1_000_000)))
    assert refused.value.fault is Fault.TOO_HARD


async def test_a_file_that_cannot_be_read_is_not_judged() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield pictures.phone()[:1000]
        raise Refused(Code.UNAVAILABLE)

    with pytest.raises(Refused) as refused:
        await Darkroom().develop(broken())
    assert refused.value.code is Code.UNAVAILABLE


async def test_no_more_wait_than_may() -> None:
    darkroom = running("import time; time.sleep(60)", at_once=1, waiting_most=1, seconds=0.3)
    tries = await asyncio.gather(*(darkroom.develop(file(b"x")) for _ in range(4)), return_exceptions=True)
    kinds = [type(each) for each in tries]
    assert (kinds.count(NotAPhoto), kinds.count(Refused)) == (2, 2)
    assert darkroom.statistics()["developing"] == 0


async def test_what_a_bomb_takes_is_not_taken_here() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    darkroom = Darkroom()
    many = [pictures.bomb()] * 4
    await asyncio.gather(*(darkroom.develop(file(data)) for data in many), return_exceptions=True)
    assert darkroom.statistics()["refused_total"] == 4
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024


async def test_one_person_has_one_photo_decoded_at_a_time_and_few_waiting() -> None:
    darkroom = Darkroom()
    inside: list[str] = []
    most = 0

    async def one(person: str) -> str:
        nonlocal most
        try:
            async with darkroom.turn(person):
                inside.append(person)
                most = max(most, inside.count("ann"))
                await asyncio.sleep(0)
                inside.remove(person)
        except Refused as refused:
            return refused.code
        return "done"

    ended = await asyncio.gather(*(one("ann") for _ in range(EACH_MOST + 2)), one("ben"))
    assert ended == ["done"] * EACH_MOST + [Code.RATE_LIMITED] * 2 + ["done"]
    assert most == 1
    assert await one("ann") == "done"
