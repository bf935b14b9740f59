from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.http.house import House


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Built pages, as small as they come."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    for name in ("audience", "host", "staff", "wall"):
        (folder / f"{name}.html").write_text(f"<!doctype html><title>{name}</title>")
    (folder / "assets" / "app-8f3a.js").write_text("export {};")
    (folder / "icon.svg").write_text("<svg/>")
    (folder / ".built").write_text("stamp")
    (tmp_path / "outside.txt").write_text("secret-8817")
    return folder


@pytest.fixture
async def house(pages: Path) -> AsyncIterator[House]:
    house = await House(pages).open("r1", "r2")
    async with house.client:
        yield house
