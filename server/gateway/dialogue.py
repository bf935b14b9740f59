"""Socket.IO on one connection: packets in, the application's decisions out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from protocols import socketio
from protocols.closing import Closing
from protocols.errors import MEANINGS, Refused
from protocols.faults import ProtocolError
from protocols.frames import Prepared, prepare_ack
from protocols.socketio import Connect, Disconnect, Event
from server.gateway.application import Accepted, Application, Recovery
from server.gateway.socket import Socket

if TYPE_CHECKING:
    from server.gateway.connection import Connection

log = structlog.get_logger("showfloor.gateway")


class Reply:
    """The ack of one event; counted as unanswered until it is called."""

    __slots__ = ("_ack_id", "_dialogue", "_socket")

    def __init__(self, dialogue: Dialogue, socket: Socket, ack_id: int) -> None:
        self._dialogue: Dialogue | None = dialogue
        self._socket = socket
        self._ack_id = ack_id

    def __call__(self, payload_json: bytes, /) -> None:
        prepared = prepare_ack(self._ack_id, (payload_json,), namespace=self._socket.namespace)
        self._take().answer(self._socket, prepared)

    def answer(self, arguments: Sequence[Any], /) -> None:
        """Answers with any number of values; bytes among them become attachments."""
        prepared = socketio.encode_answer(self._ack_id, arguments, namespace=self._socket.namespace)
        self._take().answer(self._socket, prepared)

    def _take(self) -> Dialogue:
        dialogue, self._dialogue = self._dialogue, None
        if dialogue is None:
            raise RuntimeError("an event is answered once")
        return dialogue


class Dialogue:
    """The namespaces of one connection."""

    __slots__ = ("_answers", "_application", "_connection", "_resume_at", "_session", "_sockets", "_unanswered")

    def __init__(self, connection: Connection, application: Application) -> None:
        config = connection.config
        self._connection = connection
        self._application = application
        self._session = socketio.Session(
            now=connection.gateway.now(),
            connect_timeout=config.connect_timeout_ms,
            max_attachments=config.max_attachments,
            max_payload=config.max_payload,
        )
        self._sockets: dict[str, Socket] = {}
        self._answers: dict[int, Callable[[list[Any]], None]] = {}
        self._unanswered = 0
        # Not read again for every single answer: a pause costs two system calls.
        self._resume_at = config.max_unanswered // 2

    @property
    def due(self) -> int | None:
        """When the peer must have connected to a namespace."""
        return self._session.due

    def message(self, message: str | bytes) -> None:
        """One Engine.IO message. Raises ProtocolError."""
        packet = self._session.receive(message)
        if packet is None:
            return
        if isinstance(packet, Event):
            self._event(packet)
        elif isinstance(packet, Connect):
            self._connect(packet)
        elif isinstance(packet, Disconnect):
            self._leave(packet.namespace)
        elif self._session.answered(packet):
            self._answers.pop(packet.ack_id)(packet.args)

    def moved(self) -> None:
        """The connection takes bytes at once, or no longer does."""
        for socket in self._sockets.values():
            socket.place()

    def closed(self, closing: Closing) -> None:
        """The connection is gone."""
        sockets, self._sockets = self._sockets, {}
        self._answers.clear()
        for socket in sockets.values():
            self._end(socket, closing)

    def answer(self, socket: Socket, prepared: Prepared) -> None:
        """An event has its answer; the namespace may have another socket by now, which it is not for."""
        self._unanswered -= 1
        socket.send(prepared)
        if self._unanswered <= self._resume_at:
            self._connection.unblock()

    def ask(self, socket: Socket, name: str, args: Sequence[Any], answer: Callable[[list[Any]], None]) -> None:
        """Sends an event that asks for an ack. Raises TooManyAsked."""
        ack_id = self._session.ask(socket.namespace)
        self._answers[ack_id] = answer
        socket.send(socketio.encode_event(name, args, namespace=socket.namespace, ack_id=ack_id))

    def _event(self, packet: Event) -> None:
        ack = None
        socket = self._sockets[packet.namespace]
        if packet.ack_id is not None:
            ack = Reply(self, socket, packet.ack_id)
            self._unanswered += 1
            if self._unanswered > self._connection.config.max_unanswered:
                self._connection.block()
        self._application.receive(socket, packet.name, packet.args, ack)

    def _connect(self, packet: Connect) -> None:
        namespace, connection = packet.namespace, self._connection
        if namespace not in self._application.namespaces:
            connection.send(socketio.refusal(namespace, "Invalid namespace"))
            self._session.refuse(namespace, now=connection.gateway.now())
            return
        auth = dict(packet.auth)
        pid, offset = auth.pop("pid", None), auth.pop("offset", None)
        recovery = None
        if isinstance(pid, str):
            recovery = Recovery(pid, offset if isinstance(offset, str) else None)
        socket = Socket(connection, namespace, secrets.token_urlsafe(15), self.ask)
        self._sockets[namespace] = socket
        connection.gateway.spawn(self._decide(socket, auth, recovery))

    async def _decide(self, socket: Socket, auth: dict[str, Any], recovery: Recovery | None) -> None:
        try:
            accepted = await self._application.connect(socket, auth, recovery)
        except Refused as refused:
            self._refuse(socket, refused)
        except Exception:
            log.exception("connect_failed", sid=socket.sid)
            self._connection.close(Closing.INTERNAL_ERROR)
        else:
            self._accept(socket, accepted)

    def _accept(self, socket: Socket, accepted: Accepted) -> None:
        if socket.closing is not None:
            # It went while the application made up its mind, which has to hear of both.
            self._application.disconnected(socket, socket.closing)
            return
        self._session.accept(socket.namespace)
        socket.accepted = True
        reply = socketio.connect_reply(socket.namespace, socket.sid, accepted.pid)
        socket.release([*accepted.replay, reply])

    def _refuse(self, socket: Socket, refused: Refused) -> None:
        if socket.closing is not None:
            return
        connection = self._connection
        if MEANINGS[refused.code].retry:
            connection.close(Closing.DRAINING)
            return
        self._sockets.pop(socket.namespace)
        socket.end(Closing.CLIENT_LEFT)
        connection.send(socketio.refusal(socket.namespace, refused.message, refused.code))
        try:
            self._session.refuse(socket.namespace, now=connection.gateway.now())
        except ProtocolError as error:
            connection.close(error.closing)
        connection.schedule()

    def _leave(self, namespace: str) -> None:
        self._session.leave(namespace, now=self._connection.gateway.now())
        self._connection.schedule()
        self._end(self._sockets.pop(namespace), Closing.CLIENT_LEFT)

    def _end(self, socket: Socket, closing: Closing) -> None:
        socket.end(closing)
        if socket.accepted:
            self._application.disconnected(socket, closing)
