"""Fan-out: one event to many sockets, framed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import TYPE_CHECKING

from protocols import limits
from protocols.frames import Prepared, join_frames, parts

if TYPE_CHECKING:
    from server.gateway.socket import Socket

# One write is at most about this long, so that a transport can say "enough" between two of them.
CHUNK = limits.HIGH_WATER
_marks = count()


class Channel:
    """The sockets that get the same events: one a room and audience.

    Sockets whose transport takes bytes at once are *direct*: the loop over them writes and tests nothing.
    All others (polling, paused, still connecting) get the messages through their own queue. Sockets tell
    the channel when they change sides; a closed socket has left by itself.
    """

    __slots__ = ("_direct", "_mark", "_queued", "_writes")

    def __init__(self) -> None:
        # A socket may hear several channels, in which the same key is another thing.
        self._mark = next(_marks)
        self._direct: dict[Socket, Callable[[bytes], None]] = {}
        self._queued: dict[Socket, None] = {}
        self._writes: tuple[Callable[[bytes], None], ...] | None = ()

    def __len__(self) -> int:
        return len(self._direct) + len(self._queued)

    def __contains__(self, socket: object) -> bool:
        return socket in self._direct or socket in self._queued

    def add(self, socket: Socket) -> None:
        """Lets the socket hear this channel. Adding it twice, or when it is gone, changes nothing."""
        if socket.enter(self):
            self.place(socket, socket.direct_write)

    def remove(self, socket: Socket) -> None:
        """Takes the socket out. Removing what is not in changes nothing."""
        socket.leave(self)
        self.forget(socket)

    def send(self, batch: Sequence[Prepared]) -> None:
        """Sends the batch to all, in order; one write for each websocket."""
        if not batch:
            return
        for part in parts(batch, CHUNK):
            # A write may pause a transport, which moves its socket while we loop: both sides are taken first.
            writes = self._all_writes()
            queued = tuple(self._queued)
            data = join_frames(part)
            for write in writes:
                write(data)
            for socket in queued:
                socket.send_batch(part)

    def send_volatile(self, key: str, prepared: Prepared) -> None:
        """Sends what only matters while it is new: where it has to wait, the next with the same key replaces it."""
        writes = self._all_writes()
        queued = tuple(self._queued)
        data = prepared.frame
        for write in writes:
            write(data)
        for socket in queued:
            socket.send_volatile(f"{self._mark} {key}", prepared)

    def place(self, socket: Socket, write: Callable[[bytes], None] | None) -> None:
        """Puts a socket on its side; `write` is None for one that has to queue. For the socket's own use."""
        if write is None:
            self._direct.pop(socket, None)
            self._queued[socket] = None
        else:
            self._queued.pop(socket, None)
            self._direct[socket] = write
        self._writes = None

    def forget(self, socket: Socket) -> None:
        """Takes a socket out without telling it. For the socket's own use."""
        if self._direct.pop(socket, None) is not None:
            self._writes = None
        self._queued.pop(socket, None)

    def _all_writes(self) -> tuple[Callable[[bytes], None], ...]:
        if self._writes is None:
            self._writes = tuple(self._direct.values())
        return self._writes
