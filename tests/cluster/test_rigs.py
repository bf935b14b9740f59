"""Rigs on two gateways with a Redis and a PostgreSQL, in their short forms; ``make faults`` runs them whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests import authorise, kill, race, rolling, votes
from loadtests.engines import SERVER
from loadtests.figures import Progress
from loadtests.victim import ACTS

pytestmark = pytest.mark.skipif(SERVER is None, reason="there is no redis-server on PATH")
QUIET = Progress(quiet=True)


async def test_racing_senders_on_two_gateways_see_one_order(tmp_path: Path) -> None:
    outcome = await race.run(tmp_path, QUIET, senders=8, messages=400)
    assert outcome.verdict.sentences() == []
    assert (outcome.acked, outcome.positions, outcome.differing) == (400, 400 * 9, 0)
    assert outcome.holds


async def test_a_killed_gateway_loses_nothing_acknowledged(tmp_path: Path) -> None:
    sizes = {**kill.SHORT, "kills": 1, "clients": 12}
    outcome = await kill.run(tmp_path, QUIET, nodes=2, **sizes)
    assert outcome.verdict.sentences() == []
    assert outcome.verdict.figures["acked"] > 100
    assert outcome.verdict.figures["recovered"] >= 6
    assert outcome.holds


async def test_a_gateway_that_stops_hands_over_without_a_gap(tmp_path: Path) -> None:
    sizes = {**rolling.SHORT, "rounds": 1, "between": 0.5, "clients": 12}
    outcome = await rolling.run(tmp_path, QUIET, nodes=2, **sizes)
    assert outcome.verdict.sentences() == []
    assert outcome.holds, outcome.lines()


async def test_one_person_has_one_vote_on_two_gateways(tmp_path: Path) -> None:
    outcome = await votes.run(tmp_path, QUIET, nodes=2, voters=50, repeats=5, kills=1, seconds=1.0)
    assert outcome.faults == []
    assert outcome.votes > 50 * 5
    assert outcome.acked_in_race > 50


async def test_nothing_reaches_those_who_are_put_out_at_another_gateway(tmp_path: Path) -> None:
    outcome = await authorise.run(tmp_path, QUIET, nodes=2, people=8, missed=80, bystanders=4)
    assert outcome.faults == []
    assert outcome.verdict.clean, outcome.lines()
    assert {case.act for case in outcome.cases} == set(ACTS)
    assert outcome.holds
