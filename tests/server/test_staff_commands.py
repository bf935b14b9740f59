"""``python -m server staff`` as people type it, in this process, and beside a server at work."""

import asyncio
from pathlib import Path

import httpx
import pytest

from server.__main__ import main
from tests.server.running import served

SECRET = "a secret for tests 0123456789 abcdefg"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOWFLOOR_SECRET", SECRET)


def test_staff_is_invited_and_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path)]
    assert main(["staff", "add", *data, "--role", "manager", "--shop", "河畔店", "--name", "小美"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("http://localhost:8000/staff#invitation=")
    assert main(["staff", "list", *data]) == 0
    assert capsys.readouterr().out == "-  manager  小美  (invited)\n"


def test_what_is_refused_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staff", "add", "--data", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "showfloor: shops: needs at least one, for all but owners\n"
    assert main(["staff", "reset", "--data", str(tmp_path), "--login", "nobody"]) == 2
    assert capsys.readouterr().err == "showfloor: There is no account of this login.\n"


@pytest.mark.parametrize("arguments", [["staff", "--help"], ["staff", "add", "--help"]])
def test_help_is_there(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    assert "usage: python -m server staff" in capsys.readouterr().out


async def test_it_works_while_a_server_is_at_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with served(tmp_path) as (_, address), httpx.AsyncClient(base_url=f"http://{address}") as client:
        command = ["staff", "add", "--data", str(tmp_path), "--role", "owner"]
        assert await asyncio.to_thread(main, command) == 0
        value = capsys.readouterr().out.strip().partition("#invitation=")[2]
        joining = {"invitation": value, "login": "olga", "name": "Olga", "password": "correct-horse-7"}
        joined = await client.post("/api/v1/staff/invitations/accept", json=joining)
        assert joined.status_code == 200
        me = await client.get("/api/v1/staff/session")
        assert me.json()["role"] == "owner"
