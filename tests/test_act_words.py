"""The staff's pages have words, in both languages, for every act that the server's audit notes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTES = re.compile(r"note_act|audit", re.IGNORECASE)
ACT = re.compile(r'"((?:staff|shop|room|link|template|wall)\.[a-z_]+|person\.erased)"')


def noted() -> set[str]:
    """The acts named where acts are noted."""
    texts = [path.read_text() for path in (ROOT / "server").rglob("*.py")]
    return {act for text in texts if NOTES.search(text) for act in ACT.findall(text)}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_act_has_words(language: str) -> None:
    words = (ROOT / "client_web" / "src" / "i18n" / f"staff_{language}.ts").read_text()
    acts = noted()
    assert len(acts) > 15
    assert {act for act in acts if f'"{act}":' not in words} == set()
