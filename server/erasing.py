"""What records erase, and the stubs that this leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from protocols.messages import Record


def stubbed(records: Sequence[Record], erased: Mapping[int, str | None]) -> list[Record]:
    """The records with those whose seq is in ``erased`` (seq -> pseudonym) as stubs."""
    return [record.stub(erased[record.seq]) if record.seq in erased else record for record in records]


def erasures(records: Iterable[Record]) -> dict[int, str | None]:
    """What the records erase: seq -> the pseudonym that its stub bears, None if it bears no name."""
    erased: dict[int, str | None] = {}
    for record in records:
        if record.erases:
            erased.update(dict.fromkeys(record.erases, record.pseudonym))
    return erased
