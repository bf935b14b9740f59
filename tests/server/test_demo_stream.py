import re
from pathlib import Path

import pytest

from server import demo_stream
from server.demo_stream import PART_MS, PARTS, WINDOW, NoFfmpeg, ffmpeg, made, make, name_of, playlist

AT = 1_767_268_800_000  # noon; its part is the first of a round


def tags(text: str, name: str) -> list[str]:
    return re.findall(rf"^#EXT-X-{name}:(.*)$", text, re.M)


def test_the_window_moves_with_the_time() -> None:
    assert AT // PART_MS % PARTS == 0
    now, later = playlist(AT + 500), playlist(AT + PART_MS + 500)
    assert int(tags(later, "MEDIA-SEQUENCE")[0]) == int(tags(now, "MEDIA-SEQUENCE")[0]) + 1
    assert now.splitlines()[-1] == f"demo/{name_of(PARTS - 1)}"
    assert later.splitlines()[-1] == f"demo/{name_of(0)}"
    assert len(tags(later, "PROGRAM-DATE-TIME")) == WINDOW


def test_a_part_is_listed_once_it_is_over_with_the_time_when_it_began() -> None:
    dates = tags(playlist(AT + 3 * PART_MS - 1), "PROGRAM-DATE-TIME")
    assert dates[-1] == "2026-01-01T12:00:02.000Z"
    assert dates[0] == "2026-01-01T11:59:44.000Z"


def test_each_round_is_told_apart() -> None:
    """A player counts discontinuities from the start: whenever it looks, a part must be in the same round."""
    rounds: dict[int, int] = {}
    for turn in range(3 * PARTS):
        text = playlist(AT + turn * PART_MS)
        number = int(tags(text, "MEDIA-SEQUENCE")[0])
        of = int(tags(text, "DISCONTINUITY-SEQUENCE")[0])
        for line in text.splitlines():
            if line == "#EXT-X-DISCONTINUITY":
                of += 1
            elif not line.startswith("#"):
                assert rounds.setdefault(number, of) == of
                assert line == f"demo/{name_of(number % PARTS)}"
                number += 1
    assert len(set(rounds.values())) == 4


def test_each_day_it_begins_anew() -> None:
    midnight = AT + 12 * 3_600_000
    assert int(tags(playlist(midnight - 1), "MEDIA-SEQUENCE")[0]) > 40_000
    assert tags(playlist(midnight + PART_MS), "PROGRAM-DATE-TIME") == ["2026-01-02T00:00:00.000Z"]
    assert playlist(0).splitlines()[-1] == "#EXT-X-DISCONTINUITY-SEQUENCE:0"
    assert playlist(2 * PART_MS, "x/").count("x/part-") == 2


def test_ffmpeg_makes_the_parts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # One picture a second is enough to see it: the whole is seen by a browser.
    monkeypatch.setattr(demo_stream, "RATE", 1)
    folder = tmp_path / "data" / "demo-stream"
    assert ffmpeg() is not None, "imageio-ffmpeg is a package for development"
    make(folder)
    assert made(folder)
    assert sorted(each.name for each in folder.glob("*.ts")) == [name_of(part) for part in range(PARTS)]
    assert [each.name for each in folder.parent.iterdir()] == ["demo-stream"]
    assert (folder / name_of(0)).read_bytes()[0] == 0x47  # a packet of a transport stream

    monkeypatch.setattr(demo_stream, "ffmpeg", lambda: None)
    make(folder)


@pytest.mark.parametrize("program", [None, "/bin/false", "/bin/true"])
def test_without_a_working_one_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str | None
) -> None:
    monkeypatch.setattr(demo_stream, "ffmpeg", lambda: program)
    with pytest.raises(NoFfmpeg):
        make(tmp_path / "demo-stream")
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_wanted_any_more_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NoFfmpeg, match="not wanted"):
        make(tmp_path / "demo-stream", lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_one_on_the_path_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "ffmpeg"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ffmpeg() == str(own)
