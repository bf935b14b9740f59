"""The rule that REQUIRE_ALL=1 allows no skip, tried on small runs of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
KINDS = {
    "a call": "import pytest\n\ndef test_it():\n    pytest.skip('no browser here')\n",
    "a mark": "import pytest\n\n@pytest.mark.skip(reason='no browser here')\ndef test_it():\n    pass\n",
    "a module": "import pytest\n\npytest.skip('no browser here', allow_module_level=True)\n",
}


def run(directory: Path, code: str, *, require_all: bool) -> subprocess.CompletedProcess[str]:
    (directory / "conftest.py").write_text(CONFTEST.read_text())
    (directory / "test_small.py").write_text(code)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(directory), "."]
    env = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "REQUIRE_ALL": "1" if require_all else "0"}
    return subprocess.run(command, cwd=directory, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("kind", KINDS)
def test_a_skip_fails_when_all_is_required(tmp_path: Path, kind: str) -> None:
    done = run(tmp_path, KINDS[kind], require_all=True)
    assert done.returncode != 0
    assert "allows no skip: " in done.stdout
    assert "no browser here" in done.stdout


def test_otherwise_a_skip_is_only_told(tmp_path: Path) -> None:
    done = run(tmp_path, KINDS["a call"], require_all=False)
    assert done.returncode == 0
    assert "1 skipped" in done.stdout


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    code = "import pytest\n\n@pytest.mark.xfail(strict=True)\ndef test_it():\n    assert False\n"
    assert run(tmp_path, code, require_all=True).returncode == 0
