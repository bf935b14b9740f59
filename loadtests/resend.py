"""Send the same command again in every way: one row, one delivery, one position; another body is an id_conflict.

On the same socket, on another socket, after a reconnect, after the server was killed and started again.
Of several gateways the other socket is at another one, and one is killed alone too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.checker import judge
from loadtests.client import Client
from loadtests.evidence import Evidence
from loadtests.figures import Progress
from loadtests.nodes import served
from loadtests.rig import command, start_all, stop_all, until_stored
from loadtests.serving import Served
from loadtests.stored import read
from loadtests.waiting import until

ROOM = "resend"
TIMES = 5
SHORT: dict[str, Any] = {}  # it takes seconds as it is

Ack = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was wrong, in sentences."""

    faults: Sequence[str]
    ways: Sequence[str]

    @property
    def holds(self) -> bool:
        return not self.faults

    def lines(self) -> list[str]:
        return [f"{TIMES} times each ({', '.join(self.ways)}): {len(self.faults)} faults", *self.faults]


def body(name: str, text: str = "again") -> dict[str, Any]:
    return {"id": name, "room": ROOM, "text": f"#{name} {text}"}


async def same_socket(server: Served, name: str, sender: Client, _other: Client) -> list[Ack]:
    """All at once on one socket."""
    return list(await asyncio.gather(*(sender.request("chat.send", body(name)) for _ in range(TIMES))))


async def other_socket(server: Served, name: str, sender: Client, other: Client) -> list[Ack]:
    """Racing on two sockets of the same person."""
    return list(
        await asyncio.gather(*((sender, other)[number % 2].request("chat.send", body(name)) for number in range(TIMES)))
    )


async def after_reconnects(server: Served, name: str, sender: Client, _other: Client) -> list[Ack]:
    """Once a connection; cut before the next."""
    acks = []
    for _ in range(TIMES):
        acks.append(await sender.request("chat.send", body(name)))
        here = sender.connection
        sender.cut()
        await until_back(sender, here)
    return acks


async def after_a_restart(server: Served, name: str, sender: Client, _other: Client) -> list[Ack]:
    """Once, then the server is killed, then again."""
    acks = [await sender.request("chat.send", body(name))]
    here = sender.connection
    await server.kill()
    await server.start()
    await until_back(sender, here)
    return acks + [await sender.request("chat.send", body(name)) for _ in range(TIMES - 1)]


async def after_a_gateway_died(server: Served, name: str, sender: Client, _other: Client) -> list[Ack]:
    """Once, then the sender's gateway is killed, then again at the other one, and again at home."""
    acks = [await sender.request("chat.send", body(name))]
    here = sender.connection
    home = next(gateway for gateway in server.gateways if gateway.url == sender.url)
    await home.kill()
    await until_back(sender, here)
    acks += [await insisted(sender, body(name)) for _ in range(TIMES - 2)]
    await home.start()
    here = sender.connection
    sender.cut()
    await until_back(sender, here)
    return [*acks, await insisted(sender, body(name))]


async def insisted(sender: Client, payload: dict[str, Any]) -> Ack:
    """The answer that does not say to try later: the room may be without a decider for a moment."""
    while True:
        ack = await sender.request("chat.send", payload)
        if ack.get("ok") or not ack["error"].get("retry"):
            return ack
        await asyncio.sleep(0.2)


Send = Callable[[Served, str, Client, Client], Awaitable[list[Ack]]]
WAYS: Sequence[Send] = (
    same_socket,
    other_socket,
    after_reconnects,
    after_a_restart,
)


async def until_back(client: Client, connection: int) -> None:
    """Wait until the client has joined on a later connection."""
    if not await until(lambda: client.connection > connection and client.joined, 20):
        message = f"{client.user} did not come back"
        raise TimeoutError(message)


async def run(data: Path, progress: Progress, *, nodes: int = 1) -> Outcome:
    """Serve, send, judge."""
    faults = []
    ways = [*WAYS, *([after_a_gateway_died] if nodes > 1 else [])]
    async with served(data, nodes) as server:
        host = await server.host(ROOM)
        ann, twin, ben = (server.client(ROOM, who, home=home) for home, who in enumerate(("ann", "ann", "ben")))
        twin.diary.user = "ann's other socket"
        await start_all([ann, twin, ben])
        for way in ways:
            name = f"again-{way.__name__}"
            acks = await way(server, name, ann, twin)
            places = {(ack["position"]["epoch"], ack["position"]["seq"]) for ack in acks if ack.get("ok")}
            if len(places) != 1 or not all(ack.get("ok") for ack in acks):
                faults.append(f"{way.__name__}: {acks}")
            await twin.until_joined()
            clash = await insisted(twin, body(name, "something else"))
            if (clash.get("error") or {}).get("code") != "id_conflict":
                faults.append(f"{way.__name__}: another body was answered {clash}")
            progress.say(f"{way.__name__}: {len(acks)} acks at {places}")

        await ben.until_joined()
        theirs = await ben.request("chat.send", body("again-same_socket"))
        if not theirs.get("ok") or theirs["position"]["seq"] <= len(ways):
            faults.append(f"another person's same id was answered {theirs}")
        head = theirs["position"]["seq"] if theirs.get("ok") else host.place.seq
        for client in (host, ann, twin, ben):
            await client.until_at(head)
        await until_stored(server.database, ROOM, head)
        await stop_all([host, ann, twin, ben])
        rows = [row for row in await asyncio.to_thread(read, server.database, ROOM) if row.mark]
    for way in ways:
        count = sum(row.mark == f"again-{way.__name__}" and row.by == "ann" for row in rows)
        if count != 1:
            faults.append(f"{way.__name__}: stored {count} times")
    if sum(row.by == "ben" for row in rows) != 1:
        faults.append("another person's same id is not stored once")
    own = [row for row in rows if row.by != "ben"]
    verdict = judge(Evidence([host.diary, ann.diary, twin.diary], None, server.output, server.exits))
    # ben used ann's id on purpose: all but "an id once" is judged.
    faults += [line for line in verdict.sentences() if "places" not in line]
    progress.say(f"{len(own)} records of the others")
    return Outcome(faults, [way.__name__.replace("_", " ") for way in ways])


def main() -> int:
    return command("resend", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
