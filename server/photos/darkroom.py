"""Photos are decoded here: in processes of their own, a few at once, each with a bound on memory and time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import structlog

from protocols.errors import Code, Refused
from server.photos.child import HEAD
from server.photos.containers import Developed, Fault, NotAPhoto

AT_ONCE: Final = 2
WAITING_MOST: Final = 32
EACH_MOST: Final = 4  # of one person, of which one is being decoded
EACH_PER_MINUTE: Final = 20  # of one person in one room
SECONDS: Final = 30.0  # until a process that has not answered is killed
ANSWER_MOST: Final = 8 * 1024 * 1024  # bytes
HEAD_MOST: Final = 4096  # bytes
ROOT: Final = Path(__file__).resolve().parent.parent.parent
COMMAND: Final = (sys.executable, "-P", "-m", "server.photos.child")
# Nothing of ours that a decoder in bad hands could read: no secret, no address of a store.
ENVIRONMENT: Final = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "2"}

log = structlog.get_logger(__name__)


class Darkroom:
    """A bounded pool of processes, one a photo."""

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        waiting_most: int = WAITING_MOST,
        seconds: float = SECONDS,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._turn = asyncio.Semaphore(at_once)
        self._room = at_once + waiting_most
        self._seconds = seconds
        self._command = tuple(command)
        self._inside = 0
        self._people: dict[str, tuple[asyncio.Lock, int]] = {}  # who has photos here, and how many
        self._counts = {"developed_total": 0, "refused_total": 0, "killed_total": 0}

    @contextlib.asynccontextmanager
    async def turn(self, person: str) -> AsyncIterator[None]:
        """One photo of a person at a time, so that nobody has the room to themselves. Raises Refused: rate_limited."""
        lock, many = self._people.get(person, (asyncio.Lock(), 0))
        if many >= EACH_MOST:
            raise Refused(Code.RATE_LIMITED, "Your photos before this one come first.", retry_after_ms=5_000)
        self._people[person] = (lock, many + 1)
        try:
            async with lock:
                yield
        finally:
            lock, many = self._people.pop(person)
            if many > 1:
                self._people[person] = (lock, many - 1)

    async def develop(self, file: AsyncIterable[bytes]) -> Developed:
        """What is shown of a photo. Raises NotAPhoto, Refused (overloaded), and what ``file`` raises."""
        if self._inside >= self._room:
            raise Refused(Code.OVERLOADED, "Many photos are coming in; try again shortly.", retry_after_ms=5_000)
        self._inside += 1
        try:
            async with self._turn:
                return await self._developed(file)
        except NotAPhoto:
            self._counts["refused_total"] += 1
            raise
        finally:
            self._inside -= 1

    def statistics(self) -> Mapping[str, float]:
        """How many wait or are being decoded, and what became of those before."""
        return {"developing": self._inside, **self._counts}

    async def _developed(self, file: AsyncIterable[bytes]) -> Developed:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=ENVIRONMENT,
            start_new_session=True,
        )
        feeding = asyncio.create_task(_fed(process, file))
        answering = asyncio.create_task(_answer(process))
        both = {feeding, answering}
        try:
            async with asyncio.timeout(self._seconds):
                await asyncio.wait(both, return_when=asyncio.FIRST_EXCEPTION)
            if feeding.done():
                # The file could not be read: whatever was said of its beginning says nothing.
                feeding.result()
            told = answering.result()
        except TimeoutError:
            self._counts["killed_total"] += 1
            raise NotAPhoto(Fault.TOO_HARD) from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            await process.wait()
        if told is None:
            # It died: of memory, of time, of a fault in a decoder.
            self._counts["killed_total"] += 1
            log.warning("photo_not_decoded", exit=process.returncode)
            raise NotAPhoto(Fault.TOO_HARD)
        self._counts["developed_total"] += 1
        return told


async def _fed(process: asyncio.subprocess.Process, file: AsyncIterable[bytes]) -> None:
    """Give it the file. Raises what ``file`` raises."""
    assert process.stdin is not None
    async for chunk in file:
        # It may have seen enough already.
        with contextlib.suppress(ConnectionError):
            process.stdin.write(chunk)
            await process.stdin.drain()
    process.stdin.close()


async def _answer(process: asyncio.subprocess.Process) -> Developed | None:
    """What it says; None if it ends without a whole answer. Raises NotAPhoto."""
    assert process.stdout is not None
    try:
        head = json.loads(await process.stdout.readexactly(await _length(process.stdout)))
        if "fault" in head:
            raise NotAPhoto(Fault(head["fault"]))
        sizes = {int(size): int(length) for size, length in head["sizes"].items()}
        if sum(sizes.values()) > ANSWER_MOST:
            return None
        pictures = {size: await process.stdout.readexactly(length) for size, length in sizes.items()}
        return Developed(int(head["width"]), int(head["height"]), str(head["color"]), pictures)
    except (asyncio.IncompleteReadError, ValueError, KeyError):
        return None


async def _length(stream: asyncio.StreamReader) -> int:
    length = int.from_bytes(await stream.readexactly(HEAD), "big")
    if length > HEAD_MOST:
        raise ValueError("no head is so long")
    return length
