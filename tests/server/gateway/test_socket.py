import asyncio

from protocols.closing import Closing
from protocols.frames import join_frames, prepare_event
from server.gateway.fanout import Channel
from server.gateway.gateway import Gateway
from tests.server.gateway.rig import Notes, config, joined, message, wire_of


async def test_emit_in_the_socket_s_namespace() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    main = await joined(gateway, application)
    main.connection.receive("40/custom,")
    await application.until(lambda: len(application.sockets) == 2)
    custom = application.sockets[1]
    await asyncio.sleep(0)  # the reply goes out when connect() has returned
    wire_of(main).written.clear()

    main.emit("a", 1)
    custom.emit("b", b"\x01")

    assert b'42["a",1]' in wire_of(main).bytes
    assert b'451-/custom,["b",{"_placeholder":true,"num":0}]' in wire_of(main).bytes
    assert main.sid != custom.sid
    await gateway.stop()


async def test_batch_keeps_its_order_when_the_transport_pauses_in_it() -> None:
    application = Notes()
    gateway = Gateway.serving(application, config(high_water=100))
    socket = await joined(gateway, application)
    wire = wire_of(socket)
    wire.full = True
    batch = [message(f"{number:040}") for number in range(20)]

    socket.send_batch(batch)
    assert len(wire.bytes) <= 100
    wire.drain()

    assert wire.bytes == join_frames(batch)
    await gateway.stop()


async def test_nothing_is_said_after_the_end() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application)
    wire = wire_of(socket)
    channel = Channel()
    channel.add(socket)
    socket.close(Closing.STALE)

    socket.emit("late")
    socket.send_batch([message("late")])
    socket.send_volatile("k", message("late"))
    socket.disconnect(Closing.KICKED)
    socket.close(Closing.KICKED)
    channel.send([message("late")])

    assert wire.written == []
    assert application.gone == [(socket, Closing.STALE)]
    assert socket.direct_write is None


async def test_prepared_once_goes_to_both_transports() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    polling, direct = await joined(gateway, application, polling=True), await joined(gateway, application)
    prepared = prepare_event("a", [b"1"])

    for socket in (polling, direct):
        socket.send(prepared)

    assert polling.connection.take() == b'42["a",1]'
    assert wire_of(direct).bytes == b'\x81\x0942["a",1]'
    assert (polling.transport, direct.transport) == ("polling", "websocket")
    await gateway.stop()
