"""What a process used is what it used."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
import time

import pytest

from loadtests.usage import Meter, Spent, cpu_of


def burn(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_own_time_is_read_to_less_than_a_tick() -> None:
    before, own = cpu_of(os.getpid()), time.process_time()
    burn(0.003)
    assert cpu_of(os.getpid()) - before == pytest.approx(time.process_time() - own, abs=0.002)


def test_nobody_uses_nothing() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with pytest.raises(ProcessLookupError):
        cpu_of(ended.pid)
    meter = Meter({"gone": lambda: [ended.pid], "nobody": list})
    assert meter.cpu() == {"gone": 0.0, "nobody": 0.0}
    assert meter.memory() == {"gone": 0, "nobody": 0}


async def test_what_is_spent_in_a_block_is_told_by_name() -> None:
    # A mapping of its own: what the interpreter has to spare is no growth.
    with mmap.mmap(-1, 32_000_000) as kept:
        async with Meter({"own": lambda: [os.getpid()], "nobody": list}).over() as spent:
            burn(0.02)
            kept.write(b"x" * 32_000_000)
    assert 0.02 <= spent.cpu["own"] < 0.2
    assert spent.grown["own"] > 20_000_000
    assert spent.cpu["nobody"] == 0
    assert spent.seconds >= 0.02


def test_rest_is_taken_off_for_as_long_as_it_took() -> None:
    busy, rest = Spent({"a": 3.0, "b": 1.0}, {"a": 5}, 10.0), Spent({"a": 0.2}, {}, 2.0)
    beyond = busy.beyond(rest)
    assert beyond.cpu == {"a": pytest.approx(2.0), "b": 1.0}
    assert beyond.a_second("a") == pytest.approx(0.2)
