"""A small crowd on each transport: everything is heard, nothing is refused, and every delivery is in order."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from loadtests.crowd import Outcome, Plan, run
from loadtests.figures import Progress
from loadtests.listening import Talk
from loadtests.member import Fault


@pytest.mark.parametrize("transport", ["upgrade", "mixed"])  # mixed: half by websocket, half by polling
async def test_a_crowd_hears_everything(tmp_path: Path, transport: Literal["upgrade", "mixed"]) -> None:
    plan = Plan(clients=40, senders=4, rate=20, seconds=2, transport=transport)
    outcome = await run(plan, tmp_path, Progress(quiet=True))
    assert outcome.said.refused == []
    assert outcome.lost == []
    assert outcome.faults == []
    assert len(outcome.heard) == outcome.expected == 40 * 40
    assert outcome.holds


def test_one_fault_is_enough_not_to_hold() -> None:
    def outcome(heard: int = 2, faults: tuple[Fault, ...] = (), lost: tuple[str, ...] = ()) -> Outcome:
        return Outcome([0.1] * heard, Talk(sent=2), 2, 1.0, 0.1, 0.1, 1.0, 0.1, faults, lost)

    assert outcome().holds
    assert not outcome(heard=1).holds
    assert not outcome(faults=(Fault("gap", "u1 was told 3 (after 2) while at 1"),)).holds
    assert not outcome(lost=("websocket close 1006",)).holds
    assert "u1 was told 3" in "".join(outcome(faults=(Fault("gap", "u1 was told 3 (after 2) while at 1"),)).lines())
