from protocols.closing import Closing
from protocols.frames import join_frames
from server.gateway.fanout import CHUNK, Channel
from server.gateway.gateway import Gateway
from tests.server.gateway.rig import Notes, config, joined, message, wire_of


async def test_batch_is_one_write_a_websocket_and_one_body_a_poll() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    direct, queued = await joined(gateway, application), await joined(gateway, application, polling=True)
    channel = Channel()
    channel.add(direct)
    channel.add(queued)
    batch = [message("a"), message("b")]

    channel.send(batch)

    assert wire_of(direct).written == [join_frames(batch)]
    assert queued.connection.take() == b"4a\x1e4b"
    await gateway.stop()


async def test_members() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    one, two = await joined(gateway, application), await joined(gateway, application)
    channel = Channel()
    channel.add(one)
    channel.add(one)
    channel.add(two)
    assert len(channel) == 2
    channel.remove(two)
    channel.remove(two)

    channel.send([message("a")])

    assert len(channel) == 1
    assert one in channel
    assert two not in channel
    assert wire_of(two).written == []
    await gateway.stop()


async def test_socket_in_two_channels_changes_sides_in_both() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application)
    channels = [Channel(), Channel()]
    for channel in channels:
        channel.add(socket)
    wire = wire_of(socket)

    socket.connection.pause_writing()
    for channel in channels:
        channel.send([message("waits")])
    assert wire.written == []

    wire.drain()
    channels[0].send([message("new")])
    assert wire.bytes == join_frames([message("waits"), message("waits"), message("new")])
    await gateway.stop()


async def test_transport_that_pauses_in_the_loop_gets_nothing_twice() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    sockets = [await joined(gateway, application) for _ in range(3)]
    channel = Channel()
    for socket in sockets:
        channel.add(socket)
    wire_of(sockets[1]).full = True

    channel.send([message("a")])
    channel.send([message("b")])
    wire_of(sockets[1]).drain()

    assert [wire_of(socket).bytes for socket in sockets] == [join_frames([message("a"), message("b")])] * 3
    await gateway.stop()


async def test_long_batch_is_cut_so_that_a_transport_can_pause() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application)
    channel = Channel()
    channel.add(socket)
    wire_of(socket).full = True
    batch = [message("x" * 1000) for _ in range(200)]

    channel.send(batch)

    assert len(wire_of(socket).bytes) <= CHUNK
    wire_of(socket).drain()
    assert wire_of(socket).bytes == join_frames(batch)
    await gateway.stop()


async def test_closed_socket_has_left_by_itself() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application)
    channel = Channel()
    channel.add(socket)

    socket.close(Closing.STALE)
    channel.send([message("a")])
    channel.add(socket)

    assert len(channel) == 0
    assert application.gone == [(socket, Closing.STALE)]


async def test_volatile_waits_once_a_key() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application, polling=True)
    direct = await joined(gateway, application)
    channel = Channel()
    channel.add(socket)
    channel.add(direct)

    channel.send_volatile("tally", message("1"))
    channel.send([message("event")])
    channel.send_volatile("tally", message("2"))

    assert socket.connection.take() == b"4event\x1e42"
    assert len(wire_of(direct).written) == 3
    await gateway.stop()


async def test_key_of_one_channel_is_not_that_of_another() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    socket = await joined(gateway, application, polling=True)
    channels = [Channel(), Channel()]

    for number, channel in enumerate(channels):
        channel.add(socket)
        channel.send_volatile("occupancy", message(str(number)))

    assert socket.connection.take() == b"40\x1e41"
    await gateway.stop()


async def test_slow_consumer_is_closed_and_the_others_hear_on() -> None:
    application = Notes()
    gateway = Gateway.serving(application, config(outbox_limit=10_000))
    slow, quick = await joined(gateway, application), await joined(gateway, application)
    channel = Channel()
    channel.add(slow)
    channel.add(quick)
    wire_of(slow).full = True
    wire = wire_of(slow)

    for _ in range(12):
        channel.send([message("x" * 1000)])

    assert wire.closed is Closing.SLOW_CONSUMER
    assert application.gone == [(slow, Closing.SLOW_CONSUMER)]
    assert len(wire_of(quick).written) == 12
    assert gateway.statistics().closed == {"slow_consumer": 1}
    await gateway.stop()
