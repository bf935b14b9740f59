"""The frame of a rig: its command line, its data folder, its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtests.figures import Progress
from loadtests.rig import arguments, crowd, execute
from loadtests.serving import Serving


def test_a_rig_says_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments("kill", "Kill the server.\n\nMore.").parse_args(["--help"])
    shown = capsys.readouterr().out
    assert "python -m loadtests.kill" in shown
    assert "Kill the server." in shown
    assert "--diaries" in shown


@pytest.mark.parametrize(("held", "code"), [(True, 0), (False, 1)])
def test_a_rig_ends_with_what_came_out(held: bool, code: int) -> None:
    seen: list[Path] = []

    async def run(data: Path, progress: Progress) -> bool:
        seen.append(data)
        return held

    assert execute(run, arguments("kill", "").parse_args(["--quiet"])) == code
    assert not seen[0].exists()


def test_a_rig_takes_no_folder_with_rooms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rooms.sqlite").touch()

    async def run(data: Path, progress: Progress) -> bool:
        raise AssertionError

    assert execute(run, arguments("kill", "").parse_args(["--data", str(tmp_path)])) == 2
    assert "is not empty" in capsys.readouterr().err


def test_half_of_a_crowd_comes_by_polling(tmp_path: Path) -> None:
    people = crowd(Serving(tmp_path), "r1", 4)
    assert [one.settings.transport for one in people] == ["websocket", "upgrade", "websocket", "upgrade"]
    assert len({one.user for one in people}) == 4
