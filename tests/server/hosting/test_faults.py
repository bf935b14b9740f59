"""Random commands, resends, faults of the log, crashes: what was acked is in the log, once, where it was said to be."""

import asyncio
import random
from pathlib import Path

import pytest

from protocols.errors import Code, Refused
from protocols.messages import By, Position, Role
from rooms.room import Room
from server.broker.port import BrokerError, Full, Lost, Stale, Unavailable
from server.hosting.draft import Sender
from tests.server.house import HOST, SHORT, House, house

PEOPLE = [Sender(By(f"p{n}", f"P{n}", Role.ATTENDEE, guest=True)) for n in range(4)]


@pytest.mark.parametrize("seed", range(8))
async def test_nothing_acked_is_lost_or_twice(tmp_path: Path, seed: int) -> None:
    luck = random.Random(seed)
    acked: dict[str, Position] = {}
    async with house(tmp_path, patience=SHORT) as at:
        await at.room()
        for n in range(25):
            at.broker.before, at.broker.after = faults(at, luck)
            ids = [f"s{seed}-{n}-{each}" for each in range(luck.randint(1, 6))]
            # Some are sent again while the first is on its way, some later, some after a restart.
            again = luck.sample(sorted(acked), min(len(acked), 2)) + luck.sample(ids, 1)
            outcomes = await asyncio.gather(*(send(at, one) for one in [*ids, *again]))
            for one, outcome in zip([*ids, *again], outcomes, strict=True):
                if isinstance(outcome, Position):
                    assert acked.setdefault(one, outcome).seq == outcome.seq
                else:
                    assert outcome.code in {Code.UNAVAILABLE, Code.INTERNAL}
            if luck.random() < 0.15:
                await at.directory.tend()
                await at.projector.project()
            if luck.random() < 0.15:
                await at.restart()
        at.broker.before, at.broker.after = [], []
        await judge(at, acked)


async def send(at: House, one: str) -> Position | Refused:
    return await at.outcome("chat.send", PEOPLE[int(one[-1]) % 4], id_=one, text=f"text of {one}")


def faults(at: House, luck: random.Random) -> tuple[list[BrokerError | None], list[BrokerError]]:
    host = at.directory.get("r")
    head = host.live.position if host else Position("?", 0)
    before: list[BrokerError | None] = [
        luck.choice([None, None, Unavailable("-"), Full("-"), Stale(head)]) for _ in range(luck.randint(0, 3))
    ]
    return before, [Unavailable("-") for _ in range(luck.choice([0, 0, 1, 2]))]


async def judge(at: House, acked: dict[str, Position]) -> None:
    # Senders may have been told "unavailable" while their batch is still being asked for: an ack comes behind it.
    while not isinstance(await send(at, "last-0"), Position):
        pass
    log = await at.log()
    assert [record.seq for record in log] == list(range(1, len(log) + 1))
    said: dict[str, int] = {}
    for record in log[1:]:
        assert record.data is not None
        text = record.data.dump()["text"]
        assert text not in said  # once
        said[text] = record.seq
    for one, position in acked.items():
        assert said[f"text of {one}"] == position.seq

    told = [record.seq for _, _, record in at.told]
    assert told == sorted(set(told))  # each once, in order, also across restarts
    replayed = Room("r")
    for record in log:
        replayed.apply(record)
    live = (await at.directory.open("r")).live
    assert live.room.dump() == replayed.dump()
    await at.projector.project()
    assert [record async for chunk in at.history.export("r") for record in chunk] == log
    assert HOST.by == log[0].by


async def test_votes_race_with_faults_and_each_person_counts_once(tmp_path: Path) -> None:
    luck = random.Random(3)
    async with house(tmp_path, patience=SHORT) as at:
        await at.room()
        await at.send("poll.create", HOST, question="?", kind="single", options=["a", "b"])
        created = at.told[-1][2].data
        assert created is not None
        poll = created.dump()["poll"]
        await at.send("poll.open", HOST, poll=poll)
        voters = [Sender(By(f"v{n}", "V", Role.ATTENDEE, guest=True)) for n in range(100)]
        chosen: dict[str, int] = {}

        async def vote(voter: Sender, attempt: int) -> None:
            choice = luck.randint(0, 1)
            for _ in range(50):
                outcome = await at.outcome(
                    "poll.vote", voter, id_=f"{voter.by.id}-{attempt}", poll=poll, choices=[choice]
                )
                if isinstance(outcome, Position):
                    return
            pytest.fail("never acked")

        for attempt in range(5):
            at.broker.before = [luck.choice([None, Unavailable("-"), Full("-")]) for _ in range(3)]
            at.broker.after = [Unavailable("-")] * luck.randint(0, 2)
            order = luck.sample(voters, len(voters))
            await asyncio.gather(*(vote(voter, attempt) for voter in order))
        for record in await at.log():
            if record.type == "poll.voted" and record.by and record.data:
                chosen[record.by.id] = record.data.dump()["choices"][0]
        await at.send("poll.close", HOST, poll=poll)
        closed = next(record.data for _, _, record in reversed(at.told) if record.type == "poll.closed")
        assert closed is not None
        counts = [list(chosen.values()).count(choice) for choice in (0, 1)]
        assert closed.dump()["result"]["counts"] == counts
        assert closed.dump()["result"]["voters"] == len(chosen) == 100


async def test_a_log_lost_at_any_time_loses_nothing_acked(tmp_path: Path) -> None:
    async with house(tmp_path, patience=SHORT) as at:
        await at.room()
        acked: dict[str, Position] = {}
        for n in range(12):
            if n % 4 == 3:
                host = await at.directory.open("r")
                at.broker.before = [Lost(None), Unavailable("-")]
                before = host.live.epoch
                assert isinstance(await send(at, f"lost-{n}"), Refused)
            outcome = await send(at, f"n-{n}")
            if isinstance(outcome, Position):
                acked[f"n-{n}"] = outcome
            if n % 4 == 3:
                assert host.live.epoch != before
        for one, position in acked.items():
            again = await send(at, one)
            assert isinstance(again, Position)
            assert again.seq == position.seq
        assert len(at.epochs) == 3


@pytest.mark.parametrize("seed", range(4))
async def test_rooms_that_close_give_up_and_open_again_under_load_lose_nothing(tmp_path: Path, seed: int) -> None:
    luck = random.Random(seed)
    acked: dict[str, Position] = {}
    async with house(tmp_path, patience=SHORT, idle_ms=0) as at:
        await at.room()
        sending = 4

        async def sender(number: int) -> None:
            nonlocal sending
            for n in range(60):
                one = f"w{seed}-{n}-{number}"
                for _ in range(200):
                    outcome = await send(at, one)
                    if isinstance(outcome, Position):
                        acked[one] = outcome
                        break
                if luck.random() < 0.2:
                    await asyncio.sleep(0)
            sending -= 1

        async def trouble() -> None:
            while sending:
                host = at.directory.get("r")
                match luck.randrange(6):
                    case 0 if host is not None:
                        host.abort()
                    case 1:
                        at.broker.before, at.broker.after = faults(at, luck)
                    case 2:
                        await at.projector.project()
                    case _:
                        await at.directory.tend()  # closes the room if nothing waits
                await asyncio.sleep(0)

        await asyncio.gather(trouble(), *(sender(number) for number in range(4)))
        at.broker.before, at.broker.after = [], []
        assert len(acked) == 240
        for number in range(4):  # one sender's order holds
            seqs = [acked[f"w{seed}-{n}-{number}"].seq for n in range(60)]
            assert seqs == sorted(seqs)
        await judge(at, acked)


async def test_a_drain_at_any_moment_keeps_what_was_acked(tmp_path: Path) -> None:
    luck = random.Random(5)
    acked: dict[str, Position] = {}
    async with house(tmp_path, patience=SHORT) as at:
        await at.room()
        for n in range(12):
            tasks = {
                f"d{n}-{each}-{each % 4}": asyncio.create_task(send(at, f"d{n}-{each}-{each % 4}"))
                for each in range(30)
            }
            for _ in range(luck.randint(0, 12)):
                await asyncio.sleep(0)
            await at.directory.drain()
            for one, task in tasks.items():
                outcome = await task
                if isinstance(outcome, Position):
                    acked[one] = outcome
                else:
                    assert outcome.code is Code.UNAVAILABLE
            await at.restart()
        await judge(at, acked)
