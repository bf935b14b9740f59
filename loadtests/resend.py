"""Send the same command again in every way: one row, one delivery, one position; another body is an id_conflict.

On the same socket, on another socket, after a reconnect, after the server was killed and started again.
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
from loadtests.rig import command, start_all, stop_all, until_stored
from loadtests.serving import Serving
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

    @property
    def holds(self) -> bool:
        return not self.faults

    def lines(self) -> list[str]:
        ways = ", ".join(way.__name__.replace("_", " ") for way in WAYS)
        return [f"{TIMES} times each ({ways}): {len(self.faults)} faults", *self.faults]


def body(name: str, text: str = "again") -> dict[str, Any]:
    return {"id": name, "room": ROOM, "text": f"#{name} {text}"}


async def same_socket(server: Serving, name: str, sender: Client, _other: Client) -> list[Ack]:
    """All at once on one socket."""
    return list(await asyncio.gather(*(sender.request("chat.send", body(name)) for _ in range(TIMES))))


async def other_socket(server: Serving, name: str, sender: Client, other: Client) -> list[Ack]:
    """Racing on two sockets of the same person."""
    return list(
        await asyncio.gather(*((sender, other)[number % 2].request("chat.send", body(name)) for number in range(TIMES)))
    )


async def after_reconnects(server: Serving, name: str, sender: Client, _other: Client) -> list[Ack]:
    """Once a connection; cut before the next."""
    acks = []
    for _ in range(TIMES):
        acks.append(await sender.request("chat.send", body(name)))
        here = sender.connection
        sender.cut()
        await until_back(sender, here)
    return acks


async def after_a_restart(server: Serving, name: str, sender: Client, _other: Client) -> list[Ack]:
    """Once, then the server is killed, then again."""
    acks = [await sender.request("chat.send", body(name))]
    here = sender.connection
    await server.kill()
    await server.start()
    await until_back(sender, here)
    return acks + [await sender.request("chat.send", body(name)) for _ in range(TIMES - 1)]


WAYS: Sequence[Callable[[Serving, str, Client, Client], Awaitable[list[Ack]]]] = (
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


async def run(data: Path, progress: Progress) -> Outcome:
    """Serve, send, judge."""
    faults = []
    async with Serving(data) as server:
        host = await server.host(ROOM)
        ann, twin, ben = server.client(ROOM, "ann"), server.client(ROOM, "ann"), server.client(ROOM, "ben")
        twin.diary.user = "ann's other socket"
        await start_all([ann, twin, ben])
        for way in WAYS:
            name = f"again-{way.__name__}"
            acks = await way(server, name, ann, twin)
            places = {(ack["position"]["epoch"], ack["position"]["seq"]) for ack in acks if ack.get("ok")}
            if len(places) != 1 or not all(ack.get("ok") for ack in acks):
                faults.append(f"{way.__name__}: {acks}")
            await twin.until_joined()
            clash = await twin.request("chat.send", body(name, "something else"))
            if (clash.get("error") or {}).get("code") != "id_conflict":
                faults.append(f"{way.__name__}: another body was answered {clash}")
            progress.say(f"{way.__name__}: {len(acks)} acks at {places}")

        await ben.until_joined()
        theirs = await ben.request("chat.send", body("again-same_socket"))
        if not theirs.get("ok") or theirs["position"]["seq"] <= len(WAYS):
            faults.append(f"another person's same id was answered {theirs}")
        head = theirs["position"]["seq"] if theirs.get("ok") else host.place.seq
        for client in (host, ann, twin, ben):
            await client.until_at(head)
        await until_stored(data, ROOM, head)
        await stop_all([host, ann, twin, ben])
    rows = [row for row in read(data, ROOM) if row.mark]
    for way in WAYS:
        count = sum(row.mark == f"again-{way.__name__}" and row.by == "ann" for row in rows)
        if count != 1:
            faults.append(f"{way.__name__}: stored {count} times")
    if sum(row.by == "ben" for row in rows) != 1:
        faults.append("another person's same id is not stored once")
    own = [row for row in read(data, ROOM) if row.by != "ben"]
    verdict = judge(Evidence([host.diary, ann.diary, twin.diary], None, server.output, server.exits))
    # ben used ann's id on purpose: all but "an id once" is judged.
    faults += [line for line in verdict.sentences() if "places" not in line]
    progress.say(f"{len(own)} records of the others")
    return Outcome(faults)


def main() -> int:
    return command("resend", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
