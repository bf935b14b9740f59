"""The bounds of the process that decodes."""

import subprocess
import sys
from pathlib import Path

from server.photos.darkroom import COMMAND, ENVIRONMENT, ROOT
from tests.server.photos import pictures


def in_child(program: str) -> subprocess.CompletedProcess[bytes]:
    code = f"from server.photos.child import bound\nbound()\n{program}"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False, timeout=30)


def test_it_takes_no_more_memory_than_it_may() -> None:
    ended = in_child("bytearray(1100 * 1024 * 1024)")
    assert b"MemoryError" in ended.stderr


def test_it_writes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    ended = in_child(f"import os\nos.write(os.open({str(file)!r}, os.O_WRONLY | os.O_CREAT), b'x')")
    assert b"OSError" in ended.stderr
    assert file.read_bytes() == b""


def test_it_knows_nothing_of_ours() -> None:
    assert not [name for name in ENVIRONMENT if name.startswith(("SHOWFLOOR", "AWS"))]


def test_it_answers_with_the_pictures() -> None:
    ended = subprocess.run(
        COMMAND, input=pictures.phone(), capture_output=True, check=True, env=ENVIRONMENT, timeout=30
    )
    length = int.from_bytes(ended.stdout[:4], "big")
    assert b'"width": 240, "height": 320' in ended.stdout[4 : 4 + length]
    assert ended.stdout[4 + length :].startswith(b"RIFF")
