"""A thousand people vote ten times each, racing: exact tally in every client and in the database.

First poll: the same id again, other ids, changed minds, two sockets of one person, an id used for another choice; and
in the midst of it the server is killed again and again.
Of several gateways on one Redis one after the other is killed; who has two sockets has them at different ones.
Second poll, hidden: everybody changes their mind again and again while the host closes it. Every vote acked before
``poll.closed`` counts, every later one is refused, and no frame to the audience bears a number of it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from loadtests import stored
from loadtests.ballots import Ballots, Rows, counted, judge_barrier, judge_race, leaks, standing
from loadtests.behaviour import Settings
from loadtests.client import Client
from loadtests.figures import Progress, milliseconds
from loadtests.nodes import served, spread
from loadtests.rig import command, start_all, stop_all, until_stored
from loadtests.serving import Served, Serving
from loadtests.waiting import until
from loadtests.wire import WireError

ROOM = "votes"
SHORT: dict[str, Any] = {"voters": 150, "repeats": 5, "kills": 2, "seconds": 1.5}
OPTIONS = ["red", "green", "blue", "yellow"]
TRIES = 20
KILL_WITHIN = 0.15  # seconds after a share of the people have begun to vote
PAUSE = 0.025  # between one's votes: a person may send 50 commands a second


class Voter(Client):
    """A client that keeps the newest number of each poll, and everything else said of polls."""

    tally: dict[str, dict[str, Any]]
    told: dict[tuple[str, str], dict[str, Any]]
    packets: list[str]

    @classmethod
    def of(cls, server: Served, user: str, role: str = "attendee", *, home: int = 0) -> Self:
        voter = cls(
            server.urls(home),
            server.token(ROOM, user, role),
            ROOM,
            user=user,
            settings=Settings(diary=False),
            on_event=cls.on_poll_event,  # type: ignore[arg-type]
            on_volatile=cls.on_poll_tally,  # type: ignore[arg-type]
        )
        voter.tally, voter.told, voter.packets = {}, {}, []
        return voter

    def on_poll_event(self, kind: str, event: dict[str, Any]) -> None:
        if kind.startswith("poll.") and event["data"]:
            self.told[(kind, event["data"]["poll"])] = event["data"]

    def on_poll_tally(self, kind: str, payload: dict[str, Any]) -> None:
        if kind == "poll.tally":
            self.tally[payload["poll"]] = payload["result"]

    async def until_told(self, kind: str, poll: str, within: float = 30.0) -> dict[str, Any]:
        """The data of that event of a poll, as soon as it has come."""
        async with asyncio.timeout(within):
            while (kind, poll) not in self.told:
                self._moved.clear()
                await self._moved.wait()
        return self.told[(kind, poll)]


class Spy(Voter):
    """A member of the audience that keeps every packet."""

    def _packet(self, packet: str) -> None:
        self.packets.append(packet)
        super()._packet(packet)


@dataclass(slots=True)
class Outcome:
    """Faults in sentences, and seconds each vote took to be answered."""

    faults: list[str] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    votes: int = 0
    again: set[str] = field(default_factory=set)  # who had to send a vote again
    later: Counter[str] = field(default_factory=Counter)  # the codes with which people were told to try later
    acked_in_race: int = 0
    refused_in_race: int = 0
    cut: int = 0  # votes whose answer a kill took away
    kills: int = 0

    @property
    def holds(self) -> bool:
        return not self.faults

    def lines(self) -> list[str]:
        said = [f"{self.votes} votes answered, {len(self.faults)} faults"]
        if self.kills:
            said.append(f"{self.kills} kills that took {self.cut} answers away")
        if self.acked_in_race or self.refused_in_race:
            said.append(f"around the close {self.acked_in_race} acked, {self.refused_in_race} refused")
        return [
            "; ".join(said),
            f"a vote's answer: {milliseconds(self.took)}; {len(self.again)} people had to send again"
            + "".join(f", {count} answers were {code}" for code, count in self.later.most_common()),
            *self.faults[:20],
        ]


async def vote(voter: Voter, poll: str, choice: int, name: str, outcome: Outcome) -> dict[str, Any]:
    """Vote, and again with the same id while the answer is to try later; the last answer."""
    begun = time.monotonic()
    payload = {"id": name, "room": ROOM, "poll": poll, "choices": [choice]}
    answer: dict[str, Any] = {}
    for _ in range(TRIES):
        try:
            await voter.until_joined(60)
            answer = await voter.request("poll.vote", payload, within=60)
        except WireError:  # the server was killed: whether the vote stands is found out by sending it again
            outcome.again.add(voter.user)
            outcome.cut += 1
            continue
        outcome.votes += 1
        if answer.get("ok") or not answer["error"]["retry"]:
            break
        outcome.again.add(voter.user)
        outcome.later[answer["error"]["code"]] += 1
        await asyncio.sleep(answer["error"].get("retry_after_ms", 300) / 1000 * random.uniform(1, 2))
    outcome.took.append(time.monotonic() - begun)
    return answer


async def race(
    sockets: Sequence[Voter], number: int, poll: str, luck: random.Random, outcome: Outcome, *, repeats: int
) -> Ballots:
    """All votes of one person at once, in one of five ways."""
    way, user = number % 5, sockets[0].user
    ballots = Ballots(user)
    choices = [luck.randrange(len(OPTIONS)) for _ in range(repeats)]
    if way in (0, 1):
        choices = choices[:1] * repeats
    one_id = way in (0, 4)
    names = [f"v{number}" if one_id else f"v{number}.{turn}" for turn in range(repeats)]
    by = [sockets[turn % len(sockets)] for turn in range(repeats)]
    acks = await asyncio.gather(
        *(vote(each, poll, choice, name, outcome) for each, choice, name in zip(by, choices, names, strict=True))
    )
    ballots.answers = list(zip(choices, acks, strict=True))
    ballots.one_id, ballots.sent_again = one_id, user in outcome.again
    # On one socket the last stands, or the first if the others were of the same id; of two sockets either's last.
    ballots.lawful = {choices[0]} if one_id else {choices[-1]} if len(sockets) == 1 else set(choices[-2:])
    return ballots


async def make_poll(host: Voter, *, hidden: bool) -> str:
    """Draft and open a poll; its id."""
    name = host.new_id()
    before = set(host.told)
    answer = await host.send(
        "poll.create",
        {"question": "Which colour?", "kind": "single", "options": OPTIONS, "hidden": hidden},
        name,
    )
    assert answer.get("ok"), answer
    await host.until_at(answer["position"]["seq"])
    poll: str = next(key[1] for key in host.told if key not in before and key[0] == "poll.created")
    answer = await host.send("poll.open", {"poll": poll})
    assert answer.get("ok"), answer
    return poll


async def until_tally(voters: Sequence[Voter], poll: str, wanted: list[int], within: float = 15.0) -> list[str]:
    """Wait until every client shows these numbers; who does not, in the end."""

    def wrong() -> list[Voter]:
        return [voter for voter in voters if voter.tally.get(poll, {}).get("counts") != wanted]

    await until(lambda: not wrong(), within)
    return [f"{voter.user} shows {voter.tally.get(poll)}, not {wanted}" for voter in wrong()]


async def changing(voter: Voter, poll: str, luck: random.Random, outcome: Outcome) -> Ballots:
    """Change one's mind again and again until refused, and once more then."""
    ballots = Ballots(voter.user)
    choice, number, refused = luck.randrange(len(OPTIONS)), 0, 0
    while refused < 2:
        number += 1
        choice = (choice + luck.randint(1, len(OPTIONS) - 1)) % len(OPTIONS)
        answer = await vote(voter, poll, choice, f"w{number}", outcome)
        ballots.answers.append((choice, answer))
        refused += not answer.get("ok")
        await asyncio.sleep(PAUSE)
    return ballots


class Run:
    """One run on a server: the crowd, both polls, the judgement."""

    def __init__(self, server: Served, progress: Progress, voters: int, seed: int) -> None:
        self.server, self.progress = server, progress
        self.luck = random.Random(seed)
        self.host = Voter.of(server, "boss", "host")
        self.spy = Spy.of(server, "spy", home=1)
        self.sockets: list[list[Voter]] = []
        for number in range(voters):
            user = f"u{number}"
            homes = (number, number + 1) if number % 5 == 3 else (number,)
            self.sockets.append([Voter.of(server, user, home=home) for home in homes])
        self.outcome = Outcome()

    @property
    def everyone(self) -> list[Voter]:
        return [self.host, self.spy, *(voter for sockets in self.sockets for voter in sockets)]

    async def race(self, repeats: int, kills: int) -> None:
        """The first poll; a share of the people votes around each kill, the last share in peace."""
        outcome, poll = self.outcome, await make_poll(self.host, hidden=False)
        for sockets in self.sockets:
            await sockets[0].until_told("poll.opened", poll)
        begun = time.monotonic()
        ballots: list[Ballots] = []
        for turn in range(kills + 1):
            share = [(number, sockets) for number, sockets in enumerate(self.sockets) if number % (kills + 1) == turn]
            voting = asyncio.gather(
                *(race(sockets, number, poll, self.luck, outcome, repeats=repeats) for number, sockets in share)
            )
            if turn < kills:
                await self.kill(self.server.gateways[turn % len(self.server.gateways)])
            ballots += await voting
        self.progress.say(f"{outcome.votes} votes answered in {time.monotonic() - begun:.1f} s")
        rows = await self.rows()
        stands = standing(rows, poll)
        outcome.faults += judge_race(ballots, stands)
        wanted = counted(stands, len(OPTIONS))
        if sum(wanted) != len(self.sockets):
            outcome.faults.append(f"{sum(wanted)} ballots stand, {len(self.sockets)} people voted")
        outcome.faults += await until_tally(self.everyone, poll, wanted)
        await self.host.send("poll.close", {"poll": poll})
        for voter in self.everyone:
            told = await voter.until_told("poll.closed", poll)
            if told["result"]["counts"] != wanted or told["result"]["voters"] != len(self.sockets):
                outcome.faults.append(f"{voter.user} was told {told['result']} at the close, not {wanted}")
        self.progress.say(f"first poll: {wanted} in every client and in the database")

    async def kill(self, gateway: Serving) -> None:
        """Kill a server in the midst of voting, and start it again."""
        await asyncio.sleep(self.luck.uniform(0, KILL_WITHIN))
        await gateway.kill()
        took = await gateway.start()
        spread(self.everyone)
        self.outcome.kills += 1
        self.progress.say(f"kill {self.outcome.kills}: ready again in {took:.2f} s")

    async def barrier(self, seconds: float) -> None:
        """The second poll: hidden, closed in the midst of voting, then revealed."""
        outcome, poll = self.outcome, await make_poll(self.host, hidden=True)
        crowd = [sockets[0] for sockets in self.sockets]
        for voter in crowd:
            await voter.until_told("poll.opened", poll)
        voting = [asyncio.create_task(changing(voter, poll, self.luck, outcome)) for voter in crowd]
        await asyncio.sleep(seconds / 2)
        await self.spy.recover()  # a join's answer in the midst of it must not tell either
        await asyncio.sleep(seconds / 2)
        await self.host.send("poll.close", {"poll": poll})
        ballots = await asyncio.gather(*voting)
        await self.spy.recover()
        await self.spy.request("room.history", {"id": self.spy.new_id(), "room": ROOM})
        outcome.faults += leaks(self.spy.packets, poll)

        rows = await self.rows()
        closes = [seq for seq, _, data in self.stored("poll.closed") if data and data["poll"] == poll]
        outcome.faults += judge_barrier(ballots, rows, poll, closes[0])
        outcome.acked_in_race = sum(bool(ack.get("ok")) for each in ballots for _, ack in each.answers)
        outcome.refused_in_race = sum(not ack.get("ok") for each in ballots for _, ack in each.answers)

        # What clients hold in their hands: the last vote of each that was acked.
        acked = {each.user: [choice for choice, ack in each.answers if ack.get("ok")] for each in ballots}
        wanted = counted({user: choices[-1] for user, choices in acked.items() if choices}, len(OPTIONS))
        there = counted(standing(rows, poll), len(OPTIONS))
        if there != wanted:
            outcome.faults.append(f"the database counts {there}, the acks say {wanted}")
        hosts = await self.host.until_told("poll.counted", poll)
        if hosts["result"]["counts"] != wanted:
            outcome.faults.append(f"the host was told {hosts['result']}, the acks say {wanted}")
        await self.host.send("poll.reveal", {"poll": poll})
        for voter in self.everyone:
            told = await voter.until_told("poll.revealed", poll)
            if told["result"]["counts"] != wanted:
                outcome.faults.append(f"{voter.user} was told {told['result']} when revealed, not {wanted}")
        self.progress.say(f"second poll: {wanted} everywhere, closed at {closes[0]}")

    async def rows(self) -> Rows:
        """All votes in the database, once it has caught up."""
        answer = await self.host.send("chat.send", {"text": "a mark in the log"})
        await until_stored(self.server.database, ROOM, answer["position"]["seq"])
        return self.stored("poll.voted")

    def stored(self, kind: str) -> Rows:
        return stored.events(self.server.database, ROOM, kind)


async def run(
    data: Path,
    progress: Progress,
    *,
    voters: int = 1000,
    repeats: int = 10,
    kills: int = 10,
    seconds: float = 3.0,
    race: bool = True,
    barrier: bool = True,
    seed: int = 1,
    nodes: int = 1,
) -> Outcome:
    """Serve, vote, judge: the first poll if ``race``, the second if ``barrier``."""
    async with served(data, nodes) as server:
        maker = await server.host(ROOM)
        await maker.stop()
        votes = Run(server, progress, voters, seed)
        await start_all(votes.everyone)
        progress.say(f"{len(votes.everyone)} connections of {voters} voters joined")
        if race:
            await votes.race(repeats, kills)
        if barrier:
            await votes.barrier(seconds)
        await stop_all(votes.everyone)
    if server.exits and not all(each.caused for each in server.exits):
        votes.outcome.faults.append(f"the server ended with {server.exits}")
    if "Traceback" in server.output:
        votes.outcome.faults.append("the server's output has a traceback")
    return votes.outcome


def main() -> int:
    return command("votes", __doc__, run, SHORT)


if __name__ == "__main__":
    raise SystemExit(main())
