"""Each promise about what lies beneath is missed if one figure of it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loadtests import failover, flush, frozen, log_disk, no_database, outage, reshape, unheard
from loadtests.chat import Chat, Said
from loadtests.evidence import Verdict

CLEAN = Verdict({}, {"sent": 1})
FAULTY = Verdict({"I2": ["m1 was acked at r e:1, which is not stored"]}, {"sent": 1})
CHAT = Chat()
CHAT.said = [Said(0.0, 0.1, ""), Said(1.0, 1.5, "unavailable")]
OTHER = Chat()
OTHER.said = [Said(0.0, 0.1, "internal")]

FLUSH = flush.Flush([0.2, 0.9], 0, 0.5)
AWAY = outage.Away(4.9, 3, 4, 0.5, 0.5, 0)
FAILOVER = failover.Failover(3, 20, 3, 2.0, 1.0, 0)
CHANGE = reshape.Change("kill", 3.0, 1.0, 0)
FREEZE = frozen.Freeze(3.0, 1.0)
LOST = unheard.Lost("redis", 100, 0.5)
ROUND = log_disk.Round(1.5, 5, 0.5, 3.0, 4, [0.1], [], 0)
DATABASE = no_database.Outcome(CLEAN, [0.03], [0.05], 0, 60.0, 3.0, 5, 5, judge_latency=True)


def held() -> list[object]:
    return [
        flush.Outcome(CLEAN, [FLUSH], CHAT),
        outage.Outcome(CLEAN, [AWAY], CHAT, "kill"),
        failover.Outcome(CLEAN, [FAILOVER], CHAT),
        reshape.Outcome(CLEAN, [CHANGE], CHAT),
        frozen.Outcome(CLEAN, [FREEZE], [CHAT, CHAT]),
        unheard.Outcome(CLEAN, [LOST], CHAT, 5, 6),
        log_disk.Outcome(CLEAN, [ROUND], CHAT, "always", same_processes=True),
        DATABASE,
    ]


@pytest.mark.parametrize("outcome", held(), ids=lambda outcome: type(outcome).__module__)
def test_it_holds_and_an_acked_message_that_is_lost_misses_it(outcome: flush.Outcome) -> None:
    assert outcome.holds, outcome.lines()
    assert outcome.lines()[0]
    lost = replace(outcome, verdict=FAULTY)
    assert not lost.holds
    assert any("I2: m1" in line for line in lost.lines())


@pytest.mark.parametrize(
    "outcome",
    [
        flush.Outcome(CLEAN, [FLUSH, flush.Flush([0.2, 1.1], 0, 0.5)], CHAT),
        flush.Outcome(CLEAN, [flush.Flush([0.2], 1, 0.5)], CHAT),
        flush.Outcome(CLEAN, [], CHAT),
        outage.Outcome(CLEAN, [replace(AWAY, slowest=5.1)], CHAT, "kill"),
        outage.Outcome(CLEAN, [replace(AWAY, normal_after=5.1)], CHAT, "freeze"),
        outage.Outcome(CLEAN, [replace(AWAY, others_normal_after=5.1)], CHAT, "cut"),
        outage.Outcome(CLEAN, [replace(AWAY, reconnects=1)], CHAT, "kill"),
        outage.Outcome(CLEAN, [AWAY], OTHER, "kill"),
        outage.Outcome(CLEAN, [], CHAT, "kill"),
        failover.Outcome(CLEAN, [replace(FAILOVER, renewed=2)], CHAT),
        failover.Outcome(CLEAN, [replace(FAILOVER, acked=0)], CHAT),
        reshape.Outcome(CLEAN, [replace(CHANGE, slowest=6.0)], CHAT),
        reshape.Outcome(CLEAN, [replace(CHANGE, reconnects=1)], CHAT),
        reshape.Outcome(CLEAN, [], CHAT),
        frozen.Outcome(CLEAN, [frozen.Freeze(6.0, 1.0)], [CHAT]),
        frozen.Outcome(CLEAN, [frozen.Freeze(3.0, 6.0)], [CHAT]),
        frozen.Outcome(CLEAN, [], [CHAT]),
        unheard.Outcome(CLEAN, [replace(LOST, swallowed=0)], CHAT, 5, 6),
        unheard.Outcome(CLEAN, [LOST], CHAT, 0, 6),
        log_disk.Outcome(CLEAN, [replace(ROUND, slowest=2.1)], CHAT, "always", same_processes=True),
        log_disk.Outcome(CLEAN, [replace(ROUND, unread=["r"])], CHAT, "always", same_processes=True),
        log_disk.Outcome(CLEAN, [replace(ROUND, nacks=0)], CHAT, "always", same_processes=True),
        log_disk.Outcome(CLEAN, [ROUND], CHAT, "always", same_processes=False),
        replace(DATABASE, meanwhile=[0.07]),
        replace(DATABASE, meanwhile=[]),
        replace(DATABASE, refused=1),
        replace(DATABASE, recovered=4),
        replace(DATABASE, caught_up_after=None),
        replace(DATABASE, caught_up_after=31.0),
    ],
)
def test_one_figure_that_is_missed_misses_it(outcome: flush.Outcome) -> None:
    assert not outcome.holds
