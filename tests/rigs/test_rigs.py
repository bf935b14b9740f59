"""The rigs in their short form, each on a real server; ``make rigs`` runs them whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests import crowd, flood, kill, resend, resume, slow, votes
from loadtests.behaviour import TransportName
from loadtests.figures import Progress

QUIET = Progress(quiet=True)


async def test_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    plan = kill.Plan(clients=20, rate=100, kills=3, between=(0.5, 1.5))
    outcome = await kill.run(plan, tmp_path, QUIET)
    assert outcome.verdict.sentences() == []
    assert outcome.verdict.figures["acked"] > 100
    assert outcome.verdict.figures["recovered"] >= 20
    assert outcome.holds


async def test_every_resume_is_whole_or_says_no(tmp_path: Path) -> None:
    asked, faults = await resume.run(tmp_path, QUIET, requests=1500, messages=500)
    assert faults == []
    assert len(asked) == 1500
    for kind in ("top", "recent"):
        assert any(each.answer.get("recovered") for each in asked if each.kind == kind)
    assert any(each.answer.get("recovered") is False for each in asked if each.kind == "trimmed")


async def test_one_person_has_one_vote(tmp_path: Path) -> None:
    outcome = await votes.run(tmp_path, QUIET, voters=150, seconds=1.5)
    assert outcome.faults == []
    assert outcome.votes > 150 * 5
    assert outcome.acked_in_race > 150
    assert outcome.refused_in_race >= 150 * 2


async def test_sending_again_is_safe(tmp_path: Path) -> None:
    assert await resend.run(tmp_path, QUIET) == []


@pytest.mark.parametrize("transport", ["websocket", "polling", "upgrade"])
async def test_a_crowd_hears_everything(tmp_path: Path, transport: TransportName) -> None:
    plan = crowd.Plan(clients=40, senders=4, rate=20, seconds=2, transport=transport)
    outcome = await crowd.run(plan, tmp_path, QUIET)
    assert outcome.said.refused == []
    assert len(outcome.heard) == outcome.expected == 40 * 40


async def test_slow_consumers_hurt_nobody(tmp_path: Path) -> None:
    outcome = await slow.run(slow.Plan(readers=5, slow=5, rate=100, seconds=5), tmp_path, QUIET)
    assert outcome.complete
    assert outcome.ended == outcome.back == outcome.slow
    assert outcome.growth <= 40 * slow.MIB


async def test_a_flood_is_refused_and_closed(tmp_path: Path) -> None:
    outcome = await flood.run(tmp_path, QUIET, clients=20, seconds=4)
    assert outcome.complete
    assert outcome.flood.closed
    assert set(outcome.flood.refused) == {"rate_limited"}
    assert outcome.flood.unhelpful == 0
    assert outcome.flood.passed <= 200
