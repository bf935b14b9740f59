import asyncio

import pytest

from protocols.closing import Closing
from protocols.faults import OutOfTurn
from protocols.frames import join_frames
from server.gateway.connection import Connection
from server.gateway.gateway import Gateway
from server.gateway.socket import Socket
from tests.server.gateway.rig import FakeWire, Notes, config, joined, message, wire_of


def is_direct(socket: Socket) -> bool:
    return socket.direct_write is not None


def is_beating(connection: Connection) -> bool:
    return connection.session.due is not None


def is_read(wire: FakeWire) -> bool:
    return wire.reading


async def test_paused_transport_sends_to_the_outbox_and_back() -> None:
    application = Notes()
    gateway = Gateway.serving(application, config(high_water=100))
    socket = await joined(gateway, application)
    wire = wire_of(socket)
    wire.full = True
    sent = [message("x" * 60) for _ in range(5)]

    for prepared in sent:
        socket.send(prepared)
    assert not is_direct(socket)
    assert wire.bytes == sent[0].frame
    assert gateway.statistics().outbox_bytes == len(join_frames(sent[1:]))

    wire.drain()
    assert wire.bytes == join_frames(sent)
    assert is_direct(socket)
    assert gateway.statistics().outbox_bytes == 0
    await gateway.stop()


async def test_transport_buffer_counts_towards_the_limit() -> None:
    application = Notes()
    gateway = Gateway.serving(application, config(outbox_limit=1000))
    socket = await joined(gateway, application)
    wire = wire_of(socket)
    wire.full = True
    socket.send(message("x" * 900))

    socket.send(message("y" * 200))

    assert wire.closed is Closing.SLOW_CONSUMER
    assert application.gone == [(socket, Closing.SLOW_CONSUMER)]


async def test_reading_stops_above_the_limit_of_unanswered_commands() -> None:
    application = Notes()
    gateway = Gateway.serving(application, config(max_unanswered=4))
    socket = await joined(gateway, application)
    wire, connection = wire_of(socket), socket.connection

    for number in range(10):
        connection.receive(f'42{number}["slow",{number}]')
    assert not is_read(wire)
    assert len(application.received) == 5
    assert not is_beating(connection)

    for ack in application.acks[:3]:
        ack(b"1")
    # What was read already comes first, and in order; then it is too many again.
    assert [args for _, args in application.received] == [[number] for number in range(8)]
    assert not is_read(wire)

    for ack in application.acks[3:8]:
        ack(b"1")
    assert len(application.received) == 10
    assert is_read(wire)
    assert is_beating(connection)
    await gateway.stop()


async def test_blocked_peer_is_not_killed_by_the_heartbeat() -> None:
    application = Notes()
    gateway = Gateway.serving(application, config(max_unanswered=1))
    socket = await joined(gateway, application)
    for number in range(2):
        socket.connection.receive(f'42{number}["slow"]')

    socket.connection.tick(gateway.now() + 10_000_000)

    assert socket.connection.closing is None
    await gateway.stop()


async def test_many_answers_at_once_do_not_recurse() -> None:
    class AtOnce(Notes):
        def receive(self, socket, name, args, ack):  # type: ignore[no-untyped-def]
            super().receive(socket, name, args, ack)
            if len(self.acks) > 2:
                waiting, self.acks = self.acks, []
                for each in waiting:
                    each(b"1")

    application = AtOnce()
    gateway = Gateway.serving(application, config(max_unanswered=2))
    socket = await joined(gateway, application)

    for number in range(3000):
        socket.connection.receive(f'42{number}["slow"]')

    assert len(application.received) == 3000
    await gateway.stop()


async def test_fault_of_the_application_ends_one_connection_and_tells_nothing() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    broken, other = await joined(gateway, application), await joined(gateway, application)
    wire = wire_of(broken)

    broken.connection.receive('42["boom"]')

    assert wire.closed is Closing.INTERNAL_ERROR
    assert b"secret" not in wire.bytes
    assert other.connection.closing is None
    await gateway.stop()


async def test_poll_waits_and_takes_what_comes_in_one_turn() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application, polling=True)
    connection = socket.connection

    answer = connection.poll()
    assert isinstance(answer, asyncio.Future)
    socket.send(message("a"))
    socket.send(message("b"))

    assert await answer is None
    assert connection.take() == b"4a\x1e4b"
    await gateway.stop()


async def test_second_poll_ends_the_session() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application, polling=True)
    first = socket.connection.poll()
    assert isinstance(first, asyncio.Future)

    with pytest.raises(OutOfTurn):
        socket.connection.poll()

    assert await first == b"1"
    assert socket.connection.closing is Closing.BAD_PACKET


async def test_upgrade_hands_over_what_waits() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application, polling=True)
    socket.send(message("a"))

    wire = FakeWire(socket.connection)
    socket.send(message("b"))

    assert wire.bytes == join_frames([message("a"), message("b")])
    assert socket.transport == "websocket"
    assert gateway.statistics().websocket == 1
    await gateway.stop()


async def test_heartbeat_over_the_shared_clock() -> None:
    application = Notes()
    gateway = Gateway.serving(application, config(ping_interval_ms=20, ping_timeout_ms=20))
    socket = await joined(gateway, application)
    wire = wire_of(socket)

    await application.until(lambda: bool(application.gone))

    assert wire.written == [b"\x81\x012"]
    assert application.gone == [(socket, Closing.PING_TIMEOUT)]


async def test_connect_timeout() -> None:
    application = Notes()
    gateway = Gateway.serving(application, config(connect_timeout_ms=10))
    connection = gateway.open("polling", "", {})
    wire = FakeWire(connection)

    connection.tick(gateway.now() + 11)

    assert wire.closed is Closing.CONNECT_TIMEOUT
    assert gateway.connections == {}
    await gateway.stop()


async def test_last_words_to_a_polling_client() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application, polling=True)

    socket.send(message("for members"))
    socket.disconnect(Closing.KICKED, message("why"))

    sid = socket.connection.session.sid
    assert gateway.take_farewell(sid) == b"4why\x1e41"
    assert gateway.take_farewell(sid) is None
    assert application.gone == [(socket, Closing.KICKED)]
