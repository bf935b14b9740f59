"""Every metric has its meaning, is there from the start, and moves with what it tells of."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from protocols.messages import Role
from server.app import App
from server.measures import MEANINGS, SHARED, page
from tests.server.running import PATIENCE_S, Raw, raw, ready, served, token

OF_LIBRARIES = ("process_", "python_")


async def read(client: httpx.AsyncClient) -> dict[str, tuple[str, float]]:
    """name -> help, value (the sum over labels)."""
    found = {}
    for family in text_string_to_metric_families((await client.get("/metrics")).text):
        name = family.name + ("_total" if family.type == "counter" else "")
        if not name.startswith(OF_LIBRARIES) and not name.endswith("_created"):
            value = sum(sample.value for sample in family.samples if not sample.name.endswith("_created"))
            found[name.removeprefix("showfloor_")] = (family.documentation, value)
            labels = {label for sample in family.samples for label in sample.labels}
            assert labels <= ({"method", "route", "status", "le"} if name.startswith("showfloor_http_req") else set())
    return found


async def test_all_are_there_from_the_start_with_their_meaning(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, address), httpx.AsyncClient(base_url=f"http://{address}") as client:
        await client.get("/livez")
        found = await read(client)
    alone = {name: text for name, text in MEANINGS.items() if name not in SHARED}
    assert {name: text for name, (text, _) in found.items()} == alone


async def say(person: Raw, count: int, first: int = 0) -> None:
    for n in range(first, first + count):
        answer = await person.ask("chat.send", {"id": f"c{n}", "room": "r1", "text": "hi"})
        assert answer["ok"], answer


async def moved(client: httpx.AsyncClient, before: dict[str, tuple[str, float]], *names: str) -> None:
    """Waits until all of these are more than they were."""
    async with asyncio.timeout(PATIENCE_S):
        while still := {name for name in names if (await read(client))[name][1] <= before[name][1]}:
            assert still
            await asyncio.sleep(0.01)


async def test_what_happens_is_counted(tmp_path: Path) -> None:
    async with (
        served(tmp_path, max_connections_per_address=2) as (app, address),
        httpx.AsyncClient(base_url=f"http://{address}") as client,
    ):
        before = await read(client)
        async with raw(address, {"token": token(app, "ann", Role.HOST)}) as ann:
            await ann.join()
            await say(ann, 3)
            await ready(app)
            now = await read(client)
            for name, value in {
                **{"gateway_connections_websocket": 1, "gateway_addresses": 1, "gateway_address_most": 1},
                **{"gateway_rooms": 1, "door_people": 1, "door_throttles": 1, "hosting_rooms": 1},
                **{"hosting_recent": 4, "hosting_answered": 4, "trace_commands": 4, "node_ready": 1},
            }.items():
                assert now[name][1] == value, name
            await moved(client, before, "hosting_batches_total", "broker_commits_total", "projector_records_total")
            await moved(client, before, "broker_commit_seconds_total", "database_writes_total")
            # Not more than before: what begins with the server ends in its own time.
            assert now["node_tasks"][1] > 0
            polling = {"EIO": "4", "transport": "polling"}
            assert (await client.get("/socket.io/", params=polling)).status_code == 200
            assert (await client.get("/socket.io/", params=polling)).status_code == 503
            await moved(client, before, "gateway_connections_polling", "gateway_refused_address_total")
        await moved(client, before, "gateway_closed_transport_closed_total", "http_requests_total")
        assert app.gateway.statistics().websocket == 0


async def test_what_waits_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        served(tmp_path) as (app, address),
        httpx.AsyncClient(base_url=f"http://{address}") as client,
        raw(address, {"token": token(app, "ann", Role.HOST)}) as ann,
    ):
        await ann.join()
        # Whatever is still behind from the start must not hide it.
        before = {name: (text, 0.0) for name, (text, _) in (await read(client)).items()}
        gate = asyncio.Event()
        hold(app, monkeypatch, gate)
        for n in range(2):
            await ann.send("chat.send", {"id": f"w{n}", "room": "r1", "text": "hi"})
        await moved(client, before, "hosting_waiting", "hosting_waiting_most")
        gate.set()
        for _ in range(2):
            assert (await ann.answer())["ok"]
        assert (await read(client))["hosting_waiting"][1] == 0

        async with app.core.database.writing():
            await say(ann, 2)
            await moved(client, before, "projector_lag_records", "projector_lag_seconds", "projector_rooms_behind")
            await moved(client, before, "hosting_kept", "hosting_kept_bytes", "database_waiting")
            await moved(client, before, "hosting_snapshot_records_most", "hosting_snapshot_seconds_most")


def hold(app: App, monkeypatch: pytest.MonkeyPatch, gate: asyncio.Event) -> None:
    """No batch stands before the gate opens."""
    publish = app.core.broker.publish

    async def later(batch: Any) -> Any:
        await gate.wait()
        return await publish(batch)

    monkeypatch.setattr(app.core.broker, "publish", later)


async def test_who_sends_too_much_is_counted(tmp_path: Path) -> None:
    async with served(tmp_path) as (app, address), httpx.AsyncClient(base_url=f"http://{address}") as client:
        before = await read(client)
        async with raw(address, {"token": token(app, "flo", Role.HOST)}) as flo:
            await flo.join()
            flo.at_once(f'42["chat.send",{{"id":"f{n}","room":"r1","text":"x"}}]' for n in range(450))
            await flo.ended()
        await moved(client, before, "door_throttled_total", "gateway_closed_flood_total", "door_closings")


def test_the_page_tells_of_all() -> None:
    assert all(f"| `showfloor_{name}` | {text} |" in page() for name, text in MEANINGS.items())
