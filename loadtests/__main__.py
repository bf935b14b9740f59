"""Measure the server on this machine: crowds of growing size, then our gateway beside node's socket.io."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import uvloop

from loadtests.crowd import Plan, run
from loadtests.figures import Progress
from loadtests.peers import Plan as PeerPlan
from loadtests.peers import missing
from loadtests.peers import run as run_peers

SIZES = (
    Plan(clients=40, senders=10, rate=50, seconds=5),
    Plan(clients=200, senders=10, rate=10, seconds=10),
    Plan(clients=500, senders=10, rate=10, seconds=10),
    Plan(clients=1000, senders=10, rate=10, seconds=10),
)
RIGS = (
    "faults kill durable resume away votes resend slow flood rolling erase clock latency crowd peers stock show checker"
)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m loadtests",
        description=(__doc__ or "").strip(),
        epilog=f"Rigs, each with its own --help: {', '.join(f'python -m loadtests.{name}' for name in RIGS.split())}",
    )
    parser.add_argument("--most", type=int, default=1000, help="no crowd larger than this (default: %(default)s)")
    given = parser.parse_args()
    held = True
    for plan in SIZES:
        if plan.clients > given.most:
            continue
        with tempfile.TemporaryDirectory(prefix="showfloor-bench-") as data:
            outcome = uvloop.run(run(plan, Path(data), Progress(quiet=True)))
        held &= outcome.holds
        sys.stdout.write(f"{plan.clients} clients, {plan.rate:g} messages/s of {plan.size} characters\n")
        sys.stdout.write("".join(f"  {line}\n" for line in outcome.lines()))
    if reason := missing():
        sys.stdout.write(f"node socket.io was not measured: {reason}\n")
        return 1
    beside = uvloop.run(run_peers(PeerPlan(), Progress(quiet=True)))
    sys.stdout.write("".join(f"{line}\n" for line in beside.lines()))
    return 0 if held and beside.holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
