"""The image's description: that it holds all that serves, starts as nobody special, and writes to its volume alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.dockerfile import Ignored, Stage, Unreadable, copy_of, image_of, listed, stages_of
from server import __main__ as command_line
from server.config import PREFIX, Settings

ROOT = Path(__file__).resolve().parent.parent
STAGES = stages_of((ROOT / "Dockerfile").read_text())
FINAL = STAGES[-1]
IGNORED = Ignored((ROOT / ".dockerignore").read_text())


def brought(stage: Stage) -> set[str]:
    """The files of this project that a stage copies."""
    copies = [copy_of(step) for step in stage.steps if step.word == "COPY"]
    sources = [source for copy in copies if copy.origin is None for source in copy.sources]
    return {path for source in sources for path in IGNORED.files(ROOT, source)}


def tracked(*folders: str) -> set[str]:
    listing = ["git", "ls-files", "-z", *folders]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return {name for name in names if name and (ROOT / name).is_file()}


def test_it_holds_every_file_of_the_server_and_nothing_else() -> None:
    inside = brought(FINAL)
    assert tracked("server", "rooms", "protocols") <= inside
    assert {path.split("/")[0] for path in inside} == {"server", "rooms", "protocols"}
    assert any(path.endswith(".lua") for path in inside)
    assert any("/migrations/versions/" in path for path in inside)


def test_the_pages_are_built_from_all_they_need() -> None:
    pages = next(stage for stage in STAGES if stage.name == "pages")
    inside = brought(pages)
    needed = {path for path in tracked("client_web", "protocols/schema") if "/tests/" not in path}
    assert needed <= inside
    assert not any("node_modules" in path or "/dist/" in path for path in inside)
    assert "client_web/dist" in [copy_of(step).target for step in FINAL.steps if step.word == "COPY"]


def test_packages_are_wheels_with_hashes() -> None:
    installs = [step.text for stage in STAGES for step in stage.steps if "pip" in step.text and "install" in step.text]
    assert len(installs) == 1
    for word in ("--only-binary :all:", "--require-hashes", "-r requirements.txt"):
        assert word in installs[0]


def test_it_serves_as_a_user_without_rights_and_writes_to_its_volume() -> None:
    image = image_of(FINAL)
    uid, gid = image.user.split(":")
    assert int(uid) >= 1000
    assert int(gid) >= 1000
    values = {name.removeprefix(PREFIX).lower(): value for name, value in image.env.items() if name.startswith(PREFIX)}
    assert values.keys() <= Settings.model_fields.keys()
    assert image.volumes == [values["data"]]
    assert image.ports == [int(values["port"])]
    assert values["pages"] == f"{image.workdir}/client_web/dist"
    assert image.stop_signal == "SIGTERM"
    assert image.health == ["python", "-m", "server.healthy"]


@pytest.mark.parametrize("word", ["serve", "migrate", "token", "key", "staff", "backup", "work"])
def test_the_same_image_runs_the_other_commands(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    image = image_of(FINAL)
    assert image.entrypoint == ["python", "-m", "server"]
    assert image.command == ["serve"]
    with pytest.raises(SystemExit) as ended:
        command_line.main([word, "--help"])
    assert ended.value.code == 0
    assert word in capsys.readouterr().out


def test_the_last_fitting_pattern_decides() -> None:
    ignored = Ignored("*\n!kept\n**/dist\n# a remark\nkept/a?c\n")
    assert ignored("other/file")
    assert not ignored("kept/file")
    assert ignored("kept/deep/dist/file")
    assert ignored("kept/abc")
    assert not ignored("kept/abbc")


def test_a_line_of_shell_is_no_command() -> None:
    with pytest.raises(Unreadable, match="not a list"):
        listed("python -m server")
    with pytest.raises(Unreadable, match="ONBUILD"):
        stages_of("FROM a\nONBUILD RUN b\n")
