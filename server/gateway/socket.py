"""One namespace of one connection: what the application holds and speaks to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from protocols.closing import Closing
from protocols.frames import Prepared
from protocols.socketio import disconnect_packet, encode_event

if TYPE_CHECKING:
    from server.gateway.connection import Connection
    from server.gateway.fanout import Channel

Ask = Callable[["Socket", str, Sequence[Any], Callable[[list[Any]], None]], None]


class Socket:
    """A client in one namespace.

    `sid` is public and random, never an identity. `data` is the application's own slot. Until the CONNECT
    reply is out, whatever is sent is held back in order; after the end, it is dropped.
    """

    __slots__ = (
        "__weakref__",
        "_ask",
        "_channels",
        "_held",
        "_held_bytes",
        "accepted",
        "closing",
        "connection",
        "data",
        "namespace",
        "sid",
    )

    def __init__(self, connection: Connection, namespace: str, sid: str, ask: Ask) -> None:
        self.connection = connection
        self.namespace = namespace
        self.sid = sid
        self.data: Any = None
        self.closing: Closing | None = None
        self.accepted = False
        self._ask = ask
        self._channels: set[Channel] = set()
        self._held: list[Prepared] | None = []
        self._held_bytes = 0

    def __repr__(self) -> str:
        return f"<Socket {self.sid} {self.namespace}>"

    @property
    def address(self) -> str:
        """The client's IP address, read through trusted proxies."""
        return self.connection.address

    @property
    def headers(self) -> Mapping[str, str]:
        """`user-agent`, `origin`, `accept-language` and `cookie` of the first request, where it had them."""
        return self.connection.headers

    @property
    def transport(self) -> str:
        """`polling` or `websocket`, as it is now."""
        return self.connection.session.transport

    @property
    def direct_write(self) -> Callable[[bytes], None] | None:
        """Takes frames at once, or None while messages have to queue. For channels."""
        return None if self._held is not None or self.closing else self.connection.write

    def emit(self, name: str, *args: Any) -> None:
        """Sends one event; bytes among the arguments become attachments."""
        self.send(encode_event(name, args, namespace=self.namespace))

    def ask(self, name: str, *args: Any, answer: Callable[[list[Any]], None]) -> None:
        """Sends an event that asks for an ack; `answer` gets its arguments, and is never called if none comes.

        Raises TooManyAsked when 64 are open. Not for logged events: a stock client then stores no offset.
        """
        self._ask(self, name, args, answer)

    def send(self, prepared: Prepared) -> None:
        """Sends one prepared message."""
        if self._held is not None:
            self._hold((prepared,))
        elif self.closing is None:
            self.connection.send(prepared)

    def send_batch(self, batch: Sequence[Prepared]) -> None:
        """Sends prepared messages in order, in one write where that is possible."""
        if self._held is not None:
            self._hold(batch)
        elif self.closing is None:
            self.connection.send_batch(batch)

    def send_volatile(self, key: str, prepared: Prepared) -> None:
        """Sends what a newer message with the same key makes worthless; it may be dropped."""
        if self._held is None and self.closing is None:
            self.connection.send_volatile(key, prepared)

    def disconnect(self, closing: Closing, *last: Prepared) -> None:
        """Ends this socket and its connection for good: a stock client does not come back (packet 41).

        What still waits here was for somebody who may have it no longer; ``last`` goes out in its place.
        """
        if self.closing is None:
            self.connection.outbox.clear()
            self.send_batch([*last, disconnect_packet(self.namespace)])
            self.connection.close(closing, linger=True)

    def close(self, closing: Closing) -> None:
        """Closes the transport, so that a stock client comes back."""
        self.connection.close(closing)

    # For channels and the dialogue.

    def enter(self, channel: Channel) -> bool:
        """Notes a channel; False if the socket has ended."""
        if self.closing is not None:
            return False
        self._channels.add(channel)
        return True

    def leave(self, channel: Channel) -> None:
        """Forgets a channel."""
        self._channels.discard(channel)

    def place(self) -> None:
        """Tells all channels on which side this socket is now."""
        write = self.direct_write
        for channel in self._channels:
            channel.place(self, write)

    def release(self, first: Sequence[Prepared]) -> None:
        """Ends the holding back: `first` goes out, then what was held."""
        held, self._held, self._held_bytes = self._held or [], None, 0
        self.send_batch([*first, *held])
        self.place()

    def end(self, closing: Closing) -> None:
        """Marks the end and leaves all channels."""
        self.closing = closing
        self._held = None
        channels, self._channels = self._channels, set()
        for channel in channels:
            channel.forget(self)

    def _hold(self, batch: Sequence[Prepared]) -> None:
        assert self._held is not None
        self._held.extend(batch)
        self._held_bytes += sum([len(prepared.frame) for prepared in batch])
        if self._held_bytes > self.connection.config.outbox_limit:
            self._held.clear()
            self.connection.close(Closing.SLOW_CONSUMER)
