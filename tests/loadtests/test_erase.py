"""The search for canaries finds them wherever they are."""

from __future__ import annotations

from pathlib import Path

from loadtests.erase import Outcome, files_of, found_in, picture


def test_a_canary_is_found_in_any_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log.sqlite-wal").write_bytes(b"\0\0...canary1234\0")
    (tmp_path / "server.log").write_text("nothing here")
    birds = {"the name": "canary1234", "the text": "canary5678"}
    assert found_in(files_of(tmp_path), birds) == ["the name in deep/log.sqlite-wal"]
    assert found_in({"blobs/photos/canary1234/640.webp": b"pixels"}, birds) == [
        "the name in blobs/photos/canary1234/640.webp"
    ]


def test_a_photo_tells_of_its_phone_near_its_beginning() -> None:
    assert b"canary1234" in picture("canary1234")[:500]


def test_one_fault_is_a_miss() -> None:
    assert Outcome(3).holds
    assert not Outcome(3, faults=["the name in log.sqlite"]).holds
    assert not Outcome(0).holds
