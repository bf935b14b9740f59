from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from protocols.messages import Record
from server.hosting.archive import Archive
from server.hosting.kept import KeptRecords
from tests.server.records import Gone, recorded, said


class Stored:
    """An archive that has the room's records up to ``seq``."""

    def __init__(self) -> None:
        self.seq = 0
        self.given: list[Record] = []

    def projected(self, room: str) -> int:
        return self.seq

    async def keep(self, room: str, epoch: str, records: Sequence[Record]) -> None:
        self.given += records


def kept(stored: Stored, **bounds: int) -> KeptRecords:
    return KeptRecords("r", cast(Archive, stored), **bounds)


async def test_what_the_database_does_not_have_is_kept_and_given_to_it() -> None:
    stored = Stored()
    records = kept(stored)
    stored.seq = 2
    records.put([said(seq) for seq in range(1, 6)])
    assert len(records) == 3
    stored.seq = 4
    records.let_go()
    assert len(records) == 1
    await records.rescue("e")
    assert [record.seq for record in stored.given] == [5]


async def test_what_is_erased_meanwhile_is_kept_as_a_stub() -> None:
    stored = Stored()
    records = kept(stored)
    records.put([said(1, "gone"), said(2)])
    records.put([recorded(3, Gone(), erases=(1,))])
    await records.rescue("e")
    assert [record.data is None for record in stored.given] == [True, False, False]


def test_the_oldest_find_no_place_and_are_counted() -> None:
    few, light = kept(Stored(), most=3), kept(Stored(), most_bytes=10_000)
    for records in (few, light):
        records.put([said(seq, "x" * 2_000) for seq in range(1, 11)])
    assert (len(few), few.unkept) == (3, 7)
    assert light.weight <= 10_000
    assert len(light) + light.unkept == 10
