"""Letting any room forget what is old, whichever node has it.

Letters:  retire (room, number, before, upto)   whose room it is lets it forget
          retired (number, code or "")          done, or why not
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count

import structlog

from protocols.errors import Code, Refused
from server.hosting.line import Letter
from server.hosting.owners import OwnedElsewhere
from server.hosting.post import Post

RETIRE, RETIRED = "retire", "retired"
PATIENCE_S = 10.0  # until another node must have answered: it may first have to open the room
AT_ONCE = 100  # rooms that others have asked for and that are being done

log = structlog.get_logger(__name__)

Retire = Callable[[str, int, int], Awaitable[None]]


class Retiring:
    """Every node answers; who wants it done calls ``retire``.

    ``here(room, before, upto)`` does it for a room of this node, or of nobody.
    """

    def __init__(self, post: Post, here: Retire) -> None:
        self._post = post
        self._here = here
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        post.listen(RETIRE, self._wanted)
        post.listen(RETIRED, self._done)

    async def retire(self, room: str, before: int, upto: int) -> None:
        """Let the room forget what is older than ``before``, up to its record ``upto``, and store it without that.

        Raises Refused: conflict if the room keeps it longer, not_found, unavailable.
        """
        try:
            await self._here(room, before, upto)
        except OwnedElsewhere as elsewhere:
            code = await self._ask(elsewhere.owner, room, before, upto)
            if code:
                raise Refused(Code(code)) from None

    async def close(self) -> None:
        """Do nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _ask(self, node: str, room: str, before: int, upto: int) -> str:
        number = next(self._numbers)
        answered: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._asked[number] = answered
        try:
            if not self._post.send(node, (RETIRE, room, number, before, upto)):
                return Code.UNAVAILABLE.value
            async with asyncio.timeout(PATIENCE_S):
                return await answered
        except TimeoutError:
            return Code.UNAVAILABLE.value
        finally:
            del self._asked[number]

    def _done(self, _node: str, letter: Letter) -> None:
        answered = self._asked.get(letter[1])
        if answered is not None and not answered.done():
            answered.set_result(str(letter[2]))

    def _wanted(self, node: str, letter: Letter) -> None:
        if len(self._tasks) >= AT_ONCE:
            self._post.send(node, (RETIRED, letter[2], Code.UNAVAILABLE.value))
            return
        task = asyncio.get_running_loop().create_task(self._do(node, letter))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, node: str, letter: Letter) -> None:
        _, room, number, before, upto = letter
        code = ""
        try:
            await self._here(room, before, upto)
        except Refused as refused:
            code = refused.code.value
        except Exception:
            log.exception("room_not_retired", room=room)
            code = Code.INTERNAL.value
        self._post.send(node, (RETIRED, number, code))
