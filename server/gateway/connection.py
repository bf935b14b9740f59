"""One Engine.IO connection: a session, its transport, and what waits for it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import structlog

from protocols import engineio
from protocols.closing import Closing
from protocols.engineio import Beat, Message, Poll
from protocols.faults import ProtocolError
from protocols.frames import Prepared, join_frames, join_payload, parts, prepare_packet
from server.gateway.outbox import Outbox

if TYPE_CHECKING:
    from server.gateway.config import GatewayConfig
    from server.gateway.gateway import Gateway
    from server.gateway.sweeper import Alarm

log = structlog.get_logger("showfloor.gateway")

_PING = prepare_packet(engineio.PING)


class Wire(Protocol):
    """A websocket, as its connection sees it."""

    @property
    def write(self) -> Callable[[bytes], None]:
        """Writes whole frames."""

    def buffered(self) -> int:
        """Bytes that the transport still holds."""

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def close(self, closing: Closing) -> None: ...


class Layer(Protocol):
    """What speaks on top of a connection: Socket.IO, or an echo. `due` is when it gives the peer up."""

    @property
    def due(self) -> int | None: ...
    def message(self, message: Message) -> None:
        """One message from the peer. Raises ProtocolError."""

    def moved(self) -> None:
        """`connection.write` has changed."""

    def closed(self, closing: Closing) -> None:
        """The end."""


class _Gone:
    """The layer of a connection that has ended."""

    due = None

    def message(self, message: Message) -> None: ...
    def moved(self) -> None: ...
    def closed(self, closing: Closing) -> None: ...


_GONE = _Gone()


class Connection:
    """A session with its transport.

    `write` takes frames at once while a websocket is open and not paused; in all other states it is None
    and messages queue in the outbox: for the next poll, or until the websocket takes bytes again.
    """

    __slots__ = (
        "_blocked",
        "_inbox",
        "_paused",
        "_poll",
        "_pumping",
        "_readable",
        "_wire",
        "address",
        "alarm",
        "closing",
        "config",
        "gateway",
        "headers",
        "layer",
        "outbox",
        "outbox_limit",
        "probe",
        "session",
        "write",
    )

    layer: Layer

    def __init__(self, gateway: Gateway, session: engineio.Session, address: str, headers: Mapping[str, str]) -> None:
        self.gateway = gateway
        self.config: GatewayConfig = gateway.config
        self.session = session
        self.address = address
        self.headers = headers
        self.closing: Closing | None = None
        self.write: Callable[[bytes], None] | None = None
        self.outbox = Outbox()
        self.outbox_limit = self.config.outbox_limit
        self.probe: Wire | None = None
        self.alarm: Alarm | None = None
        self._wire: Wire | None = None
        self._paused = False
        self._poll: asyncio.Future[bytes | None] | None = None
        self._readable: asyncio.Future[None] | None = None
        self._inbox: deque[Message] = deque()
        self._blocked = False
        self._pumping = False

    # Out

    def send(self, prepared: Prepared) -> None:
        """Sends one message, or queues it."""
        if self.write is not None:
            self.write(prepared.frame)
        else:
            self._queue(prepared)

    def send_batch(self, batch: Sequence[Prepared]) -> None:
        """Sends messages in order."""
        for part in parts(batch, self.config.high_water):
            write = self.write  # may be None after the part before
            if write is not None:
                write(join_frames(part))
            else:
                for prepared in part:
                    self._queue(prepared)

    def send_volatile(self, key: str, prepared: Prepared) -> None:
        """Sends a message that the next with its key replaces if both have to wait."""
        if self.write is not None:
            self.write(prepared.frame)
        elif self.closing is None:
            self.outbox.push_volatile(key, prepared, room=self._room())
            self._wake_poll()

    @property
    def lags(self) -> bool:
        """Whether something waits here or in the transport."""
        return len(self.outbox) > 0 or (self._wire is not None and self._wire.buffered() > 0)

    def _queue(self, prepared: Prepared) -> None:
        if self.closing is not None:
            return
        if self.outbox.push(prepared, room=self._room()):
            self._wake_poll()
        else:
            self.close(Closing.SLOW_CONSUMER)

    def _room(self) -> int:
        limit = self.outbox_limit
        return limit if self._wire is None else limit - self._wire.buffered()

    def _drain(self) -> None:
        wire = self._wire
        assert wire is not None
        while self.outbox and not self._paused:
            wire.write(join_frames(self.outbox.take(self.config.high_water)))
        if not self._paused:
            self._move(wire.write)

    def _move(self, write: Callable[[bytes], None] | None) -> None:
        self.write = write
        self.layer.moved()

    # In

    def receive(self, packet: Message) -> None:
        """One packet from the session's transport; while the connection is blocked it waits its turn.

        What can wait is bounded: a blocked transport is not read, so it is what one read or one body held.
        """
        if self.closing is not None:
            return
        if self._blocked:
            self._inbox.append(packet)
            return
        try:
            message = self.session.receive(packet, now=self.gateway.now())
            if message is not None:
                self.layer.message(message)
            elif self.session.closed:
                self.close(Closing.CLIENT_LEFT)
            else:
                self.schedule()
        except ProtocolError as error:
            self.close(error.closing)
        except Exception:
            log.exception("receive_failed", sid=self.session.sid)
            self.close(Closing.INTERNAL_ERROR)

    @property
    def blocked(self) -> bool:
        """Whether it is not read until what it sent is answered."""
        return self._blocked

    def block(self) -> None:
        """Stops reading; the heartbeat stops too, for a pong would not be read."""
        if not self._blocked and self.closing is None:
            self._blocked = True
            self.session.suspend()
            if self._wire is not None:
                self._wire.pause_reading()

    def unblock(self) -> None:
        """Reads again, after what is already here."""
        if not self._blocked or self.closing is not None:
            return
        self._blocked = False
        if self._pumping:
            return
        self._pumping = True
        while self._inbox and not self._blocked and self.closing is None:
            self.receive(self._inbox.popleft())
        self._pumping = False
        if self._blocked or self.closing is not None:
            return
        self.session.resume(now=self.gateway.now())
        self.schedule()
        if self._wire is not None:
            self._wire.resume_reading()
        self._set_readable()

    async def readable(self) -> None:
        """Waits until the connection is read again, or is closed."""
        while self._blocked and self.closing is None:
            if self._readable is None:
                self._readable = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._readable)

    def _set_readable(self) -> None:
        readable, self._readable = self._readable, None
        if readable is not None and not readable.done():
            readable.set_result(None)

    # The websocket

    def attach(self, wire: Wire) -> None:
        """A websocket is the transport from now on."""
        self.probe = None
        self._wire = wire
        self._answer_poll(engineio.NOOP)
        if self._blocked:
            wire.pause_reading()
        self._drain()

    def probed(self) -> None:
        """The other transport has answered: the waiting poll ends."""
        self._answer_poll(engineio.NOOP)

    def pause_writing(self) -> None:
        """The transport is full: leave the fan-out."""
        self._paused = True
        if self.closing is None:
            self._move(None)

    def resume_writing(self) -> None:
        """The transport takes bytes again."""
        self._paused = False
        if self.closing is None:
            self._drain()

    def overfull(self) -> bool:
        """Closes a connection whose transport alone is over the limit; True if it was."""
        if self._paused and self._room() < self.outbox.size:
            self.close(Closing.SLOW_CONSUMER)
        return self.closing is not None

    # Polling

    def poll(self) -> bytes | asyncio.Future[bytes | None]:
        """The answer to a GET, or a future of it: bytes, or None for what is queued (`take`).

        Raises ProtocolError, and closes, if a GET is waiting already.
        """
        try:
            answer = self.session.start_poll(waiting=len(self.outbox))
        except ProtocolError as error:
            self.close(error.closing)
            raise
        if answer is None:
            return self.take()
        if answer is Poll.NOOP:
            return engineio.NOOP
        self._poll = asyncio.get_running_loop().create_future()
        return self._poll

    def take(self) -> bytes:
        """All that is queued, as one body; the last words, if it was closed since the poll was woken."""
        if self.closing is not None:
            last = engineio.NOOP if self.closing is Closing.CLIENT_LEFT else engineio.CLOSE
            return self.gateway.take_farewell(self.session.sid) or last
        return join_payload(self.outbox.take(self.outbox_limit + 1))

    def _wake_poll(self) -> None:
        """Has the waiting poll answered in the next turn of the loop, with all that is queued until then."""
        self._answer_poll(None)

    def _answer_poll(self, answer: bytes | None) -> None:
        poll, self._poll = self._poll, None
        if poll is not None:
            self.session.end_poll()
            if not poll.done():
                poll.set_result(answer)

    # Time and end

    def schedule(self) -> None:
        """Asks to be woken when the next thing is due."""
        if self.closing is not None:
            return
        due = self.session.due
        other = self.layer.due
        if other is not None and (due is None or other < due):
            due = other
        if due is not None:
            self.gateway.sweeper.wake(self, due)

    def tick(self, now: int) -> None:
        """Looks at the clock."""
        if self.closing is not None:
            return
        beat = self.session.tick(now)
        due = self.layer.due
        if beat is Beat.TIMEOUT:
            self.close(Closing.PING_TIMEOUT)
        elif due is not None and now >= due:
            self.close(Closing.CONNECT_TIMEOUT)
        else:
            if beat is Beat.PING:
                self.send(_PING)
            self.schedule()

    def close(self, closing: Closing, *, linger: bool = False) -> None:
        """Ends the connection. With `linger`, what is queued is still handed to a polling client."""
        if self.closing is not None:
            return
        self.closing = closing
        self.session.close()
        if self._wire is not None:
            self._wire.close(closing)
        else:
            self._close_polling(closing, linger=linger)
        if self.probe is not None:
            self.probe.close(closing)
        self.write = self.probe = self._wire = None
        self.outbox.clear()
        self._inbox.clear()
        self._set_readable()
        self.gateway.sweeper.forget(self)
        self.gateway.forget(self, closing)
        # They know each other: left so, only the garbage collector could free them, and for what has lived a while that
        # comes very late.
        layer, self.layer = self.layer, _GONE
        layer.closed(closing)

    def _close_polling(self, closing: Closing, *, linger: bool) -> None:
        if closing is Closing.CLIENT_LEFT:
            last = engineio.NOOP
        else:
            # Not with a close behind them: the official client would see that first, and come back.
            last = join_payload([*self.outbox]) if linger and self.outbox else engineio.CLOSE
        if self._poll is not None:
            self._answer_poll(last)
        elif linger:
            self.gateway.keep_farewell(self.session.sid, last)
