"""Our gateway and node's socket.io under the same guests, short; ``make bench`` runs it whole."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from loadtests.figures import Progress
from loadtests.peers import NODE, OURS, Cost, Outcome, Peer, PeerFailed, Plan, measure, run

SMALL = Plan(clients=60, rate=20, seconds=1, events=1_000, rounds=1)
MUTE = """
from tests.rigs import gateway_peer

def say_less(name, arguments, offset):
    return whole(name, [b"{}"], offset=offset)

whole, gateway_peer.prepare_event = gateway_peer.prepare_event, say_less
gateway_peer.main()
"""


@pytest.fixture(scope="module")
def _node() -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not on PATH")
    if not (NODE / "node_modules" / "socket.io").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=NODE, check=True, timeout=90)


@pytest.mark.usefixtures("_node")
async def test_both_peers_are_measured_and_every_delivery_is_counted() -> None:
    outcome = await run(SMALL, Progress(quiet=True))
    for cost in (*outcome.ours, *outcome.theirs):
        assert cost.event > 0
        assert cost.connect > 0
    (line,) = outcome.lines()
    assert "socket.io 4." in line
    assert "a connect" in line


async def test_a_peer_that_tells_too_little_is_no_measurement() -> None:
    peer = Peer("mute", (OURS.command[0], "-c", MUTE))
    with pytest.raises(PeerFailed, match="deliveries came"):
        await measure(peer, Plan(clients=5, rate=20, seconds=0.5, events=50, patience=0.5))


async def test_a_peer_that_does_not_start_is_told() -> None:
    peer = Peer("broken", (OURS.command[0], "-c", "print('no')"))
    with pytest.raises(PeerFailed, match="did not start: no"):
        await measure(peer, SMALL)


def test_dearer_in_one_figure_does_not_hold() -> None:
    cheap, dear = Cost(1, 1, 1, 1), Cost(1, 2, 1, 1)
    assert Outcome([cheap], [dear], "x").holds
    assert not Outcome([dear], [cheap], "x").holds
    assert Outcome([cheap, dear, cheap], [cheap], "x").holds
