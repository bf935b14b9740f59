import asyncio
import weakref

from server.gateway.sweeper import Alarm, Sweeper


class Clock:
    def __init__(self) -> None:
        self.alarm: Alarm | None = None
        self.rang: list[int] = []
        self.done = asyncio.Event()

    def tick(self, now: int) -> None:
        self.rang.append(now)
        self.done.set()


async def test_wakes_when_due_and_not_before() -> None:
    sweeper = Sweeper(asyncio.get_running_loop())
    late, early = Clock(), Clock()
    start = sweeper.now()
    sweeper.wake(late, start + 30)
    sweeper.wake(early, start + 10)

    await asyncio.wait_for(late.done.wait(), 1)

    assert start + 10 <= early.rang[0] <= late.rang[0]
    assert late.rang[0] >= start + 30
    sweeper.stop()


async def test_earlier_wish_wins_and_the_old_one_rings_no_bell() -> None:
    sweeper = Sweeper(asyncio.get_running_loop())
    alarm, after = Clock(), Clock()
    start = sweeper.now()
    sweeper.wake(alarm, start + 20)
    sweeper.wake(alarm, start + 5)
    sweeper.wake(alarm, start + 15)
    sweeper.wake(after, start + 25)

    await asyncio.wait_for(after.done.wait(), 1)

    assert len(alarm.rang) == 1
    sweeper.stop()


async def test_forgotten_one_is_not_kept_until_its_time() -> None:
    sweeper = Sweeper(asyncio.get_running_loop())
    clock = Clock()
    gone = weakref.ref(clock)
    sweeper.wake(clock, sweeper.now() + 60_000)

    sweeper.forget(clock)
    del clock

    assert gone() is None
    sweeper.stop()


async def test_one_timer_for_all() -> None:
    sweeper = Sweeper(asyncio.get_running_loop())
    alarms = [Clock() for _ in range(100)]
    start = sweeper.now()
    for alarm in alarms:
        sweeper.wake(alarm, start + 5)

    await asyncio.wait_for(alarms[-1].done.wait(), 1)

    assert all(alarm.rang == alarms[0].rang for alarm in alarms)
    assert all(alarm.alarm is None for alarm in alarms)


async def test_who_asks_again_while_woken_does_not_delay_the_next() -> None:
    sweeper = Sweeper(asyncio.get_running_loop())
    start = sweeper.now()
    second = Clock()

    class Again(Clock):
        def tick(self, now: int) -> None:
            super().tick(now)
            sweeper.wake(self, now + 60_000)

    sweeper.wake(Again(), start + 5)
    sweeper.wake(second, start + 25)

    await asyncio.wait_for(second.done.wait(), 1)

    assert second.rang[0] - start < 1_000
    sweeper.stop()
