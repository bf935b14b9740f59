"""What is run once more, and what that is worth: scripts/again.py on small suites of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import again
from scripts.again import MOST, Outcome

SUITE = """
import pathlib, pytest

def first(name):
    path = pathlib.Path(name)
    path.touch() if not path.exists() else None
    before = path.read_text()
    path.write_text(before + "x")
    return not before

def test_good():
    assert first("good")

def test_late():
    assert not first("late")

@pytest.fixture
def slow():
    assert not first("slow")

def test_late_in_its_fixture(slow):
    pass
"""
BAD = """
def test_bad():
    assert not first("bad") and False
"""
GONE = """
def test_gone():
    assert not first("gone"), "late"
    pytest.skip("it need not hold")
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("REQUIRE_ALL", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # half of the time
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "results").mkdir()
    return tmp_path


def ran(root: Path, suite: str) -> Outcome:
    (root / "test_it.py").write_text(suite)
    return again.run("slow", ["test_it.py"], root=root, results=root / "results")


def times(root: Path, name: str) -> int:
    return len((root / name).read_text())


def test_what_was_late_passes_and_is_named(root: Path) -> None:
    found = ran(root, SUITE)
    assert found == Outcome(passed=True, alone=("test_it.py::test_late", "test_it.py::test_late_in_its_fixture"))
    # What passed is not run again.
    assert [times(root, name) for name in ("good", "late", "slow")] == [1, 2, 2]


def test_what_fails_both_times_fails_and_is_not_tried_a_third_time(root: Path) -> None:
    found = ran(root, SUITE + BAD)
    assert not found.passed
    assert found.alone == ("test_it.py::test_late", "test_it.py::test_late_in_its_fixture")
    assert times(root, "bad") == 2


def test_a_skip_is_no_pass(root: Path) -> None:
    assert ran(root, SUITE + GONE) == Outcome(passed=False)


def test_many_that_fail_are_not_run_again(root: Path) -> None:
    many = f"@pytest.mark.parametrize('n', range({MOST + 1}))\ndef test_many(n):\n    assert not first(f'many{{n}}')\n"
    assert ran(root, SUITE.replace("not first", "True or first") + many) == Outcome(passed=False)
    assert times(root, "many0") == 1


def test_what_cannot_be_collected_fails(root: Path) -> None:
    assert ran(root, "import nothing_of_this_name") == Outcome(passed=False)


def test_a_stage_without_failures_is_run_once(root: Path) -> None:
    assert ran(root, "def test_good():\n    pass\n") == Outcome(passed=True)
    assert not (root / "results" / "slow-alone.xml").exists()
