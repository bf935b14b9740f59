from pathlib import Path

import pytest

from tests import chromium as browser


@pytest.fixture
def nothing_on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.delenv("SHOWFLOOR_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "BROUGHT", tmp_path / "brought")
    return tmp_path


def place(path: Path) -> str:
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o755)
    return str(path)


def test_without_one_it_says_what_to_do(nothing_on_path: Path) -> None:
    with pytest.raises(RuntimeError, match="make chromium"):
        browser.chromium()


def test_a_named_one_wins_over_path_and_path_over_the_brought(
    nothing_on_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought = place(nothing_on_path / "brought" / "chromium")
    assert browser.chromium() == brought

    on_path = place(nothing_on_path / "chromium")
    assert browser.chromium() == on_path

    monkeypatch.setenv("SHOWFLOOR_CHROMIUM", "/somewhere/else")
    assert browser.chromium() == "/somewhere/else"


def test_only_the_brought_one_gets_its_own_libraries(nothing_on_path: Path) -> None:
    place(nothing_on_path / "brought" / "chromium")
    options = browser.launch_options("--lang=zh-CN")
    assert options["env"]["LD_LIBRARY_PATH"].startswith(str(nothing_on_path / "brought" / "lib"))
    assert "--no-zygote" in options["args"]
    assert "--lang=zh-CN" in options["args"]

    place(nothing_on_path / "chromium")
    assert "--no-zygote" not in browser.launch_options()["args"]
