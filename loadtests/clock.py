"""Set the server's clock a day forward and back, while it runs and while it is down: nobody may notice.

The server runs on a wall clock that lies. With every jump: polls close when their time is over and not before, also in
a room where nobody is; a command that is sent again is known; nobody is thrown out and tokens stay good; and the times
of a room's records never run back. Of several gateways only the first one's clock jumps, and only that one is down.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from loadtests import stored
from loadtests.behaviour import Settings
from loadtests.checker import report
from loadtests.client import Client
from loadtests.evidence import Verdict
from loadtests.figures import Progress
from loadtests.kill import talk
from loadtests.nodes import served, spread
from loadtests.rig import MIXED, command, start_all, verdict_of
from loadtests.serving import RAISED, Served, Serving
from loadtests.waiting import until

ROOM, UNSEEN = "clock", "unseen"
SHORT: dict[str, Any] = {"clients": 8, "rate": 40.0, "poll": 3.0, "rounds": 1}
DAY = 86_400
LATE = 3.0  # seconds after its deadline a poll may close at most, beside the server's start
WEEK = 7 * DAY  # how long the rig's tokens live: longer than what the clock is set by
JUMPS = (DAY, -DAY)


@dataclass(frozen=True, slots=True)
class Lie:
    """How far the server's wall clock is off; see ``loadtests.lie``."""

    file: Path

    def tell(self, seconds: int) -> None:
        self.file.write_text(f"{seconds:+d}\n")

    @property
    def command(self) -> tuple[str, ...]:
        """What is put before the server's command."""
        return sys.executable, "-m", "loadtests.lie", str(self.file)


@dataclass(slots=True)
class Outcome:
    """Faults in sentences, and how late each poll closed in seconds."""

    jumps: int
    late: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)

    @property
    def holds(self) -> bool:
        return not self.faults and self.verdict.clean and len(self.late) >= self.jumps

    def lines(self) -> list[str]:
        return [
            f"{self.jumps} jumps of a day, running and down: {len(self.late)} polls closed at most "
            f"{max(self.late, default=0):.1f} s late, {len(self.faults)} faults",
            *self.faults[:20],
            *report(self.verdict).splitlines(),
        ]


class Stage:
    """The server with the wrong clock, and its people."""

    def __init__(self, server: Served, lie: Lie, outcome: Outcome, poll_s: float) -> None:
        self.server, self.lie, self.outcome, self.poll_s = server, lie, outcome, poll_s
        self.host = self.person(ROOM, "host", "host")
        self.ann = self.person(ROOM, "ann")
        self.crowd: list[Client] = []
        self._number = 0

    @property
    def liar(self) -> Serving:
        """Whose clock is set."""
        return self.server.gateways[0]

    def person(
        self, room: str, user: str, role: str = "attendee", settings: Settings | None = None, home: int | None = None
    ) -> Client:
        """A client whose token outlives every jump."""
        token = self.server.token(room, user, role, exp=int(time.time()) + WEEK)
        return Client(
            self.server.urls(self.server.next_home() if home is None else home),
            token,
            room,
            user=user,
            settings=settings,
        )

    async def open_poll(self, host: Client) -> float:
        """Open a poll with a time limit; when it was opened, on our clock."""
        polls: list[str] = []

        def on_event(_client: Client, kind: str, event: dict[str, Any]) -> None:
            if kind == "poll.created":
                polls.append(event["data"]["poll"])

        host.on_event = on_event
        wish = {"question": "?", "kind": "single", "options": ["a", "b"], "duration_ms": int(self.poll_s * 1000)}
        created = await must(host, "poll.create", wish)
        await host.until_at(created)
        await must(host, "poll.open", {"poll": polls[0]})
        return time.monotonic()

    async def say_before(self) -> tuple[dict[str, Any], int]:
        """A message, and where it stands: to be sent again after the jump."""
        self._number += 1
        payload = {"id": f"once{self._number}", "room": ROOM, "text": f"before jump {self._number}"}
        answer = await self.ann.request("chat.send", payload)
        return payload, answer["position"]["seq"]

    async def say_again(self, how: str, payload: dict[str, Any], seq: int) -> None:
        """The same once more: the same answer, or the jump had it done twice."""
        await self.ann.until_joined()
        answer = await self.ann.request("chat.send", payload)
        if not answer.get("ok") or answer["position"]["seq"] != seq:
            self.outcome.faults.append(f"{how}: sent again, {seq} was answered with {answer}")

    async def until_closed(
        self, how: str, room: str, opened: float, count: int, *, slack: float = 0.0, early: float = 0.5
    ) -> None:
        """Wait for the room's next poll.closed in the database; it must come when its time is over, not before."""
        due = opened + self.poll_s

        def closed() -> bool:
            return len(stored.events(self.server.database, room, "poll.closed")) > count

        there = await until(closed, max(0.0, due - time.monotonic()) + LATE + slack + 5, every=0.1)
        late = time.monotonic() - due
        self.outcome.late.append(late)
        if not there:
            self.outcome.faults.append(f"{how}: the poll in {room} is still open {late:.0f} s after its time")
        elif not -early <= late <= LATE + slack:
            self.outcome.faults.append(f"{how}: the poll in {room} closed {late:+.1f} s from its time")

    async def shown(self) -> float:
        """What the server's wall clock shows, against ours, in seconds."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.liar.port)
        writer.write(b"GET /livez HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        writer.close()
        date = next(line[6:] for line in head.split("\r\n") if line.lower().startswith("date: "))
        return parsedate_to_datetime(date).timestamp() - time.time()

    async def until_shown(self, offset: int) -> None:
        """Wait until the server's clock shows the jump; raises TimeoutError."""

        async def there() -> bool:
            return abs(await self.shown() - offset) < 60

        if not await until(there, 10, every=0.2):
            message = f"the server's clock shows {await self.shown():+.0f} s, not {offset:+d}"
            raise TimeoutError(message)


async def must(client: Client, kind: str, fields: dict[str, Any]) -> int:
    """Send a command that has to be acked; its seq."""
    answer = await client.send(kind, fields)
    if not answer.get("ok"):
        message = f"{kind} was answered {answer}"
        raise RuntimeError(message)
    seq: int = answer["position"]["seq"]
    return seq


async def jump_running(stage: Stage, offset: int) -> None:
    """Set the clock while the server runs."""
    how = f"set to {offset:+d} s while running"
    closed = len(stored.events(stage.server.database, ROOM, "poll.closed"))
    opened = await stage.open_poll(stage.host)
    payload, seq = await stage.say_before()
    connections = {client.user: client.connection for client in stage.crowd}
    stage.lie.tell(offset)
    await stage.until_shown(offset)
    await stage.say_again(how, payload, seq)
    late = stage.person(ROOM, "late", settings=Settings(reconnect=False), home=0)
    await late.start()  # whose token the server has not seen before
    await late.stop()
    await stage.until_closed(how, ROOM, opened, closed)
    thrown = [client.user for client in stage.crowd if client.connection != connections[client.user]]
    if thrown:
        stage.outcome.faults.append(f"{how}: {len(thrown)} clients lost their connection")


async def jump_down(stage: Stage, offset: int, *, crash: bool) -> None:
    """Set the clock while the server is down. In the other room a poll is open, and nobody is there."""
    server, how = stage.server, f"set to {offset:+d} s {'in a crash' if crash else 'in a restart'}"
    closed = len(stored.events(server.database, UNSEEN, "poll.closed"))
    host = stage.person(UNSEEN, f"host{closed}", "host")  # somebody else each time: ids are a person's own
    await host.start()
    opened = await stage.open_poll(host)
    await host.stop()
    payload, seq = await stage.say_before()
    if crash:
        await stage.liar.kill()
    else:
        await stage.liar.terminate()
    stage.lie.tell(offset)
    down = time.monotonic()
    await stage.liar.start()
    await stage.until_shown(offset)
    await stage.say_again(how, payload, seq)
    # The time that the server was down may or may not count: it cannot know how long that was. Started a day later by
    # its only clock, it must take the poll's time to be over.
    alone = len(server.gateways) == 1
    slack, early = time.monotonic() - down + 1, stage.poll_s if offset > 0 and alone else 0.5
    await stage.until_closed(how, UNSEEN, opened, closed, slack=slack, early=early)
    for client in stage.crowd:
        await client.until_joined()
    spread(stage.crowd)
    # Who still travels would be taken for thrown out by the next jump.
    home = await until(lambda: all(one.joined and one.url == one.urls[0] for one in stage.crowd), 30)
    if not home:
        stage.outcome.faults.append(f"{how}: not all came home to the gateway")


def runs_back(place: stored.Place) -> list[str]:
    """Where a room's records bear an earlier time than the one before."""
    faults = []
    for room in (ROOM, UNSEEN):
        last = 0
        for seq, at in stored.times(place, room):
            if at < last:
                faults.append(f"{room} {seq} is {last - at} ms before the one before it")
            last = at
    return faults


async def run(
    data: Path,
    progress: Progress,
    *,
    clients: int = 40,
    rate: float = 100.0,
    poll: float = 6.0,
    rounds: int = 2,
    nodes: int = 1,
) -> Outcome:
    """Serve, talk, set the clock forward and back ``rounds`` times each way, judge."""
    lie = Lie(data / "lie")
    lie.tell(0)
    outcome = Outcome(2 * len(JUMPS) * rounds)
    async with served(data / "served", nodes, through=lie.command) as server:
        for room in (ROOM, UNSEEN):
            await server.made(room)
        stage = Stage(server, lie, outcome, poll)
        stage.crowd = [
            stage.person(ROOM, f"u{number}", settings=Settings(transport=MIXED[number % len(MIXED)]))
            for number in range(clients)
        ]
        await start_all([stage.host, stage.ann, *stage.crowd])
        await must(stage.host, "room.configure", {"settings": RAISED})
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for client in stage.crowd:
                group.create_task(talk(client, clients / rate, 100, over, pipelined=False))
            for number in range(rounds):
                await jumps(stage, progress, crash=number % 2 == 0)
            over.set()
        people: Sequence[Client] = [stage.host, stage.ann, *stage.crowd]
        outcome.verdict = await verdict_of(server, people)
        outcome.faults += await asyncio.to_thread(runs_back, server.database)
    return outcome


async def jumps(stage: Stage, progress: Progress, *, crash: bool) -> None:
    """Both ways while running, then both ways while down; each from the right time."""
    for offset in JUMPS:
        await jump_running(stage, offset)
        progress.say(f"set to {offset:+d} s while running: {len(stage.outcome.faults)} faults so far")
    stage.lie.tell(0)
    await stage.until_shown(0)
    for offset in JUMPS:
        await jump_down(stage, -offset, crash=crash)
        progress.say(f"set to {-offset:+d} s while down: {len(stage.outcome.faults)} faults so far")


def main() -> int:
    return command("clock", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
