"""The checker against a stock python-socketio: two nodes, its Redis manager, and a Redis that is killed under load."""

from __future__ import annotations

import sys
from pathlib import Path

from loadtests.figures import Progress
from loadtests.rig import arguments, execute
from loadtests.stock.processes import missing
from loadtests.stock.rig import Plan, run


def main() -> int:
    parser = arguments("stock", __doc__)
    parser.add_argument("--clients", type=int, default=20, help="clients on two nodes (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=100, help="messages a second in all (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="kills of Redis (default: %(default)s)")
    parser.add_argument("--short", action="store_true", help="small rounds, and no more than it takes")
    given = parser.parse_args()
    if reason := missing():
        sys.stdout.write(f"{reason}\n")
        return 2
    plan = Plan(clients=given.clients, rate=given.rate, rounds=given.rounds)
    if given.short:
        plan = Plan(clients=8, rate=60, seconds=3, down=1, rounds=3, until_found=True)

    async def rig(data: Path, progress: Progress) -> bool:
        outcome = await run(plan, data, progress)
        sys.stdout.write("\n".join([*outcome.lines(), ""]))
        return outcome.holds

    return execute(rig, given)


if __name__ == "__main__":
    raise SystemExit(main())
