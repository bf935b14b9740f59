from dataclasses import replace

import pytest

from server.broker.port import Answered
from server.hosting.archive import Snapshot
from server.store.snapshots import packed, unpacked

SNAPSHOT = Snapshot("r", "e", 7, 1_000, {"seq": 7, "ballots": {1: [2]}}, (Answered(b"d" * 32, 3, 900),))


class Row:
    def __init__(self, columns: dict[str, object]) -> None:
        self.__dict__ = columns


def test_a_snapshot_comes_back() -> None:
    assert unpacked(Row(packed(SNAPSHOT))) == SNAPSHOT
    bare = replace(SNAPSHOT, erased=())
    assert unpacked(Row(packed(bare))) == bare


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"body": b""}, {"body": b"\xc1"}, {"body": b"\x80"}, {"body": b"\x01"}]
)
def test_what_cannot_be_read_is_none(change: dict[str, object]) -> None:
    assert unpacked(Row(packed(SNAPSHOT) | change)) is None
