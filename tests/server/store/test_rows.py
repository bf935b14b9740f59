import pytest

from protocols.messages import Audience, By, Record, Role
from server.store.rows import record_of, row_of
from tests.server.records import CATALOGUE, Counted, Gone, recorded, said


class Row:
    def __init__(self, columns: dict[str, object]) -> None:
        self.__dict__ = columns


@pytest.mark.parametrize(
    "record",
    [
        said(1, "谢谢", command=b"x" * 32),
        said(2, by=By("wecom:w", "W", Role.ATTENDEE, via="wecom"), audience=Audience.HOSTS, after=(0, 1)),
        recorded(3, Counted(2), by=None, audience=Audience.NOBODY),
        recorded(4, Gone("erased:1"), erases=(1, 2)),
        said(5).stub(),
        said(6, by=By("ann", "Ann", Role.ATTENDEE, shop="east")).stub("erased:2"),
        said(7, by=By("ann", "Ann", Role.ATTENDEE, shop="east")),
        recorded(6, Counted(1)).stub("erased:1"),
    ],
)
def test_a_record_comes_back_from_its_row(record: Record) -> None:
    assert record_of(Row(row_of("r", "e", record)), CATALOGUE) == record
