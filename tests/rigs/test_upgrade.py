"""The last tag beside the present code, in the short form; ``python -m loadtests.upgrade`` runs it whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests import upgrade
from loadtests.engines import SERVER
from loadtests.figures import Progress
from loadtests.upgrade import SHORT, earlier, run


@pytest.mark.skipif(SERVER is None, reason="there is no redis-server on PATH")
async def test_an_earlier_version_and_this_one_serve_the_same_rooms(tmp_path: Path) -> None:
    outcome = await run(tmp_path, Progress(quiet=True), **SHORT)
    assert outcome.faults == []
    assert outcome.verdict.sentences() == []
    assert outcome.verdict.figures["acked"] > 50
    assert outcome.codes == [0]
    assert len(outcome.took) == 2
    assert outcome.holds
    assert outcome.lines()[0] == f"beside the present code: {outcome.old.name}"


def test_without_tags_a_copy_of_the_present_code_stands_for_the_earlier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrade, "_git", lambda *_: None)
    old = earlier(tmp_path / "code")
    assert old.same
    assert "a second copy" in old.name
    assert (old.folder / "server" / "__main__.py").is_file()
    with pytest.raises(ValueError, match=r"there is no v9\.9"):
        earlier(tmp_path / "other", "v9.9")
