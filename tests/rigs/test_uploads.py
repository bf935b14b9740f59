"""The rig of photos in its short form; ``make faults`` runs it whole."""

from __future__ import annotations

import random
from pathlib import Path

from loadtests.figures import Progress
from loadtests.upload_attacks import lies
from loadtests.uploads import SHORT, Outcome, photo, run


async def test_photos_are_whole_or_not_there(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.faults == []
    assert outcome.photos == SHORT["photos"]
    assert outcome.cuts >= outcome.kills == SHORT["kills"]
    assert outcome.refused == SHORT["attacks"]
    assert outcome.lies == len(list(lies("", "", 1)))
    assert outcome.holds


def test_nothing_shown_is_nothing_held() -> None:
    assert not Outcome().holds
    assert not Outcome(photos=3, cuts=3, faults=["a half picture"]).holds
    outcome = Outcome(photos=3, cuts=3, again=0.25)
    assert outcome.holds
    assert "25 % of one sent twice" in outcome.lines()[0]


def test_photos_are_as_large_as_they_should_be() -> None:
    assert 1_500_000 < len(photo(random.Random(1), 2.0)) < 2_500_000
