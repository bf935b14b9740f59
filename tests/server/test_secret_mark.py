import logging
import stat
from pathlib import Path

import pytest

from server.secret_mark import MARK_FILE, is_another, mark_of, settle, stored_mark, warn_of_another

OLD, NEW = "old-secret-0123456789-abcdefghijkl", "new-secret-0123456789-abcdefghijkl"


def test_the_mark_tells_secrets_apart_and_holds_nothing_of_them(tmp_path: Path) -> None:
    settle(tmp_path, OLD)
    assert stored_mark(tmp_path) == mark_of(OLD) != mark_of(NEW)
    text = (tmp_path / MARK_FILE).read_text()
    assert len(text.strip()) == 16
    assert not any(OLD[start : start + 6] in text for start in range(len(OLD) - 5))
    assert stat.S_IMODE((tmp_path / MARK_FILE).stat().st_mode) == 0o600


def test_another_secret_is_said_once_in_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    settle(tmp_path, OLD)
    settle(tmp_path, OLD)
    assert not caplog.records
    settle(tmp_path, NEW)
    (said,) = caplog.records
    assert "not the one this folder" in str(said.msg)
    assert "links" in str(said.msg)
    settle(tmp_path, NEW)
    assert len(caplog.records) == 1


def test_who_only_looks_leaves_the_mark(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settle(tmp_path, OLD)
    warn_of_another(tmp_path, NEW)
    assert len(caplog.records) == 1
    assert not is_another(tmp_path, OLD)


def test_a_folder_from_before_has_no_mark(tmp_path: Path) -> None:
    assert not is_another(tmp_path, OLD)
