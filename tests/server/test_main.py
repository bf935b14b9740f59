"""The command line as people type it, in this process."""

from pathlib import Path

import pytest

from protocols.messages import Role
from server.__main__ import main
from server.identity import Identity

SECRET = "a secret for tests 0123456789 abcdefg"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOWFLOOR_SECRET", SECRET)


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.strip().splitlines()[-1]


def test_a_token_is_printed_on_the_last_line_and_its_room_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["token", "--data", str(tmp_path), "--room", "r1", "--user", "ann", "--role", "host"]

    assert main(arguments) == 0
    viewer = Identity(SECRET).verify(last_line(capsys))

    assert (viewer.user, viewer.role, viewer.room) == ("ann", Role.HOST, "r1")
    assert main(arguments) == 0, "the room is there already"


def test_an_api_key_is_printed_on_the_last_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["key", "--data", str(tmp_path), "--label", "test"]) == 0
    assert last_line(capsys).startswith("sfk_")


def test_migrate_can_be_repeated(tmp_path: Path) -> None:
    assert main(["migrate", "--data", str(tmp_path)]) == 0
    assert main(["migrate", "--data", str(tmp_path)]) == 0
    assert (tmp_path / "rooms.sqlite").exists()


def test_a_weak_secret_stops_it_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOWFLOOR_SECRET", "password")

    assert main(["serve", "--data", str(tmp_path), "--port", "0"]) == 2

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "SHOWFLOOR_SECRET" in said
    assert "password" not in said


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["token", "--help"], ["schema", "--help"]])
def test_help_is_there(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    assert "usage: python -m server" in capsys.readouterr().out
