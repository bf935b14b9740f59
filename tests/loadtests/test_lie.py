"""A wall clock that lies, in this process and in another."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from loadtests.lie import LOOK_S, lying


def test_the_clock_is_off_by_what_the_file_says(tmp_path: Path) -> None:
    steady, file = [0.0], tmp_path / "lie"
    file.write_text("+100\n")
    now = lying(file, lambda: 1_000.0, lambda: steady[0])
    assert now() == 1_100
    file.write_text("-50\n")
    assert now() == 1_100
    steady[0] += 2 * LOOK_S
    assert now() == 950


def test_a_program_is_lied_to_from_the_start(tmp_path: Path) -> None:
    (tmp_path / "lie").write_text("+86400\n")
    (tmp_path / "shows.py").write_text("import sys, time\nprint(int(time.time()), *sys.argv[1:])\n")
    command = [
        sys.executable,
        "-m",
        "loadtests.lie",
        str(tmp_path / "lie"),
        sys.executable,
        "-m",
        "shows",
        "and",
        "more",
    ]
    paths = f"{Path.cwd()}:{tmp_path}"
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env={"PYTHONPATH": paths})
    shown, *rest = ran.stdout.split()
    assert abs(int(shown) - time.time() - 86_400) < 60
    assert rest == ["and", "more"]
