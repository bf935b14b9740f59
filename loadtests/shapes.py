"""How many people are there when: the shapes of a load, as plain figures over time."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

ShapeName = Literal["ramp", "burst", "storm"]
SHAPES: tuple[ShapeName, ...] = ("ramp", "burst", "storm")
# When, as shares of the run, everybody loses the network at once.
STORMS = (0.35, 0.55, 0.75)


class Stage(NamedTuple):
    """So many users are wanted, coming at so many a second; so many storms have begun."""

    users: int
    rate: float
    storms: int


def stage(shape: ShapeName, users: int, duration: float, at: float) -> Stage | None:
    """What is wanted ``at`` seconds into a run of ``duration``; None at its end.

    ramp: they come evenly over the first half. burst: all within a second, as when a host says "now".
    storm: as a burst, and then all lose the network at once, several times.
    """
    if at >= duration:
        return None
    if shape == "ramp":
        rate = max(users / (duration / 2), 0.1)
        return Stage(max(1, min(users, math.ceil(rate * at))), max(rate, 1.0), 0)
    storms = sum(at >= share * duration for share in STORMS) if shape == "storm" else 0
    return Stage(users, float(users), storms)
