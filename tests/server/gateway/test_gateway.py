import asyncio
import gc

from protocols.closing import Closing
from server.gateway.gateway import Gateway
from tests.server.gateway.rig import Notes, config, joined


async def test_sids_begin_with_the_node_and_are_not_guessed() -> None:
    gateway = Gateway.serving(Notes(), config(node_id="n7"))
    sids = [gateway.open("polling", "", {}).session.sid for _ in range(50)]

    assert len(set(sids)) == 50
    assert all(sid.startswith("n7.") and len(sid) >= 22 for sid in sids)
    await gateway.stop()


async def test_full() -> None:
    gateway = Gateway.serving(Notes(), config(max_connections=1))
    before = gateway.has_no_room_for("192.0.2.1")
    gateway.open("polling", "", {})

    assert (before, gateway.has_no_room_for("192.0.2.1")) == (None, "No room for another connection")
    assert gateway.statistics().refused == {"draining": 0, "full": 1, "address": 0}
    await gateway.stop()


async def test_drain_closes_all_within_the_time_and_not_at_once() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    for _ in range(12):
        await joined(gateway, application)
    loop = asyncio.get_running_loop()
    start = loop.time()

    draining = asyncio.ensure_future(gateway.drain(200))
    await asyncio.sleep(0)
    left = len(gateway.connections)
    await draining

    assert 0 < left < 12
    assert gateway.has_no_room_for("192.0.2.1")
    assert loop.time() - start < 0.4
    assert gateway.statistics().closed == {"draining": 12}
    assert {closing for _, closing in application.gone} == {Closing.DRAINING}


async def test_one_address_has_its_share() -> None:
    gateway = Gateway.serving(Notes(), config(max_connections_per_address=2))
    first = gateway.open("polling", "192.0.2.1", {})
    gateway.open("polling", "192.0.2.1", {})
    gateway.open("polling", "2001:db8::1", {})

    assert gateway.has_no_room_for("192.0.2.1") == "Too many connections from this address"
    assert gateway.has_no_room_for("192.0.2.2") is None
    # One person has a whole /64.
    gateway.open("polling", "2001:db8::2", {})
    assert gateway.has_no_room_for("2001:db8::3") is not None
    assert gateway.statistics().refused["address"] == 2
    assert (gateway.statistics().addresses, gateway.statistics().address_most) == (2, 2)
    first.close(Closing.CLIENT_LEFT)
    assert gateway.has_no_room_for("192.0.2.1") is None
    await gateway.stop()
    assert gateway.statistics().addresses == 0


async def test_statistics() -> None:
    application = Notes()
    gateway = Gateway.serving(application)
    await joined(gateway, application)
    await joined(gateway, application, polling=True)
    gateway.open("polling", "", {})

    statistics = gateway.statistics()

    assert (statistics.websocket, statistics.polling) == (1, 2)
    await gateway.stop()
    assert gateway.statistics().polling == 0


async def test_what_has_ended_is_freed_without_the_garbage_collector() -> None:
    """It looks rarely at what has lived a while: crowds that come and go would pile up."""
    gateway = Gateway.serving(Notes(), config())
    gc.collect()
    gc.disable()
    try:
        for transport in ("polling", "websocket"):
            gateway.open(transport, "127.0.0.1", {}).close(Closing.PING_TIMEOUT)
        assert gc.collect() == 0
    finally:
        gc.enable()
