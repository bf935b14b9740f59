import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from protocols.closing import Closing
from protocols.errors import Code, Refused
from protocols.frames import prepare_event
from protocols.socketio import TooManyAsked
from server.gateway.application import Accepted, Recovery
from server.gateway.gateway import Gateway
from server.gateway.socket import Socket
from tests.server.gateway.rig import FakeWire, Notes, joined, message, wire_of


def opened(gateway: Gateway) -> FakeWire:
    return FakeWire(gateway.open("polling", "127.0.0.1", {}))


async def test_replay_then_reply_then_what_came_meanwhile() -> None:
    async def decide(socket: Socket, auth: Mapping[str, Any], recovery: Recovery | None) -> Accepted:
        socket.emit("meanwhile")
        return Accepted("pid-1", [prepare_event("missed", [])])

    application = Notes(decide)
    gateway = Gateway.serving(application)
    wire = opened(gateway)

    wire.connection.receive('40{"token":"t","pid":"pid-1","offset":"r:1"}')
    await application.until(lambda: bool(application.sockets))
    await asyncio.sleep(0)

    order = [wire.bytes.index(part) for part in (b'["missed"]', b'"pid":"pid-1"', b'["meanwhile"]')]
    assert order == sorted(order)
    assert application.auth == [{"token": "t"}]
    assert application.recovery == [Recovery("pid-1", "r:1")]
    await gateway.stop()


@pytest.mark.parametrize(
    ("auth", "recovery"),
    [
        ('{"pid":"p"}', Recovery("p", None)),
        ('{"pid":"p","offset":7}', Recovery("p", None)),
        ('{"pid":7,"offset":"o"}', None),
        ('{"offset":"o"}', None),
        ("", None),
    ],
)
async def test_recovery_is_taken_out_of_auth(auth: str, recovery: Recovery | None) -> None:
    application = Notes()
    gateway = Gateway.serving(application)

    opened(gateway).connection.receive("40" + auth)
    await application.until(lambda: bool(application.sockets))

    assert application.auth == [{}]
    assert application.recovery == [recovery]
    await gateway.stop()


async def test_refused() -> None:
    refused = asyncio.Event()

    async def decide(socket: Socket, auth: Mapping[str, Any], recovery: Recovery | None) -> Accepted:
        refused.set()
        raise Refused(Code.FORBIDDEN, "Not you.")

    application = Notes(decide)
    gateway = Gateway.serving(application)
    wire = opened(gateway)

    wire.connection.receive("40")
    await refused.wait()
    await asyncio.sleep(0)

    assert wire.bytes.endswith(b'44{"message":"Not you.","data":{"code":"forbidden"}}')
    assert wire.closed is None
    assert application.gone == []
    await gateway.stop()


async def test_unknown_namespace() -> None:
    gateway = Gateway.serving(Notes())
    wire = opened(gateway)

    wire.connection.receive("40/random")
    assert wire.bytes.endswith(b'44/random,{"message":"Invalid namespace"}')

    for _ in range(8):
        wire.connection.receive("40/random")
    assert wire.closed is Closing.BAD_PACKET
    await gateway.stop()


async def test_fault_in_connect_makes_the_client_come_back() -> None:
    failed = asyncio.Event()

    async def decide(socket: Socket, auth: Mapping[str, Any], recovery: Recovery | None) -> Accepted:
        failed.set()
        raise LookupError("a secret")

    gateway = Gateway.serving(Notes(decide))
    wire = opened(gateway)

    wire.connection.receive("40")
    await failed.wait()
    await asyncio.sleep(0)

    assert wire.closed is Closing.INTERNAL_ERROR
    assert b"secret" not in wire.bytes


async def test_peer_gone_while_the_application_decides() -> None:
    go_on = asyncio.Event()

    async def decide(socket: Socket, auth: Mapping[str, Any], recovery: Recovery | None) -> Accepted:
        await go_on.wait()
        return Accepted()

    application = Notes(decide)
    gateway = Gateway.serving(application)
    wire = opened(gateway)
    wire.connection.receive("40")
    await asyncio.sleep(0)
    wire.connection.close(Closing.TRANSPORT_CLOSED)
    assert application.gone == []

    go_on.set()
    await application.until(lambda: bool(application.gone))

    assert [closing for _, closing in application.gone] == [Closing.TRANSPORT_CLOSED]


@pytest.mark.parametrize("packet", ["4abc", "42{}", '42abc["a"]', "40", '42["connect"]', '42/custom,["a"]', "4"])
async def test_bad_packet_closes_and_reaches_nobody(packet: str) -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application)
    wire = wire_of(socket)

    socket.connection.receive(packet)

    assert wire.closed is Closing.BAD_PACKET
    assert application.received == []
    assert application.gone == [(socket, Closing.BAD_PACKET)]
    await gateway.stop()


async def test_ack_is_answered_once() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application)
    socket.connection.receive('4212["slow"]')
    (ack,) = application.acks

    ack(b'{"ok":true}')

    assert wire_of(socket).bytes.endswith(b'4312[{"ok":true}]')
    with pytest.raises(RuntimeError):
        ack(b"1")
    await gateway.stop()


async def test_late_ack_of_a_socket_that_has_gone() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application)
    socket.connection.receive('4212["slow"]')
    socket.close(Closing.STALE)

    application.acks[0](b"1")


async def test_late_ack_is_not_for_the_next_socket_of_the_namespace() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    first = await joined(gateway, application)
    wire = wire_of(first)

    wire.connection.receive('421["keep"]')
    wire.connection.receive("41")
    wire.connection.receive("40")
    await application.until(lambda: len(application.sockets) == 2)
    application.acks[0](b'"late"')

    assert application.sockets[1].closing is None
    assert b"late" not in wire.bytes
    await gateway.stop()


async def test_asking_the_client() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application)
    answers: list[list[Any]] = []

    socket.ask("colour", 1, answer=answers.append)
    assert wire_of(socket).bytes.endswith(b'420["colour",1]')
    socket.connection.receive('430["red"]')
    socket.connection.receive('430["again"]')

    assert answers == [["red"]]
    for _ in range(64):
        socket.ask("colour", answer=answers.append)
    with pytest.raises(TooManyAsked):
        socket.ask("colour", answer=answers.append)
    await gateway.stop()


async def test_client_leaves_one_namespace() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    main = await joined(gateway, application)
    connection, wire = main.connection, wire_of(main)
    connection.receive("40/custom,")
    await application.until(lambda: len(application.sockets) == 2)
    await asyncio.sleep(0)

    connection.receive("41/custom,")
    main.send(message("still here"))

    assert application.gone == [(application.sockets[1], Closing.CLIENT_LEFT)]
    assert wire.bytes.endswith(b"still here")
    assert connection.closing is None
    await gateway.stop()


async def test_told_not_to_come_back() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application)
    wire = wire_of(socket)

    socket.disconnect(Closing.BANNED)
    socket.emit("late")

    assert wire.bytes == b"\x81\x0241"
    assert wire.closed is Closing.BANNED
    assert application.gone == [(socket, Closing.BANNED)]
