from server.hosting.shelf import RECORD_BYTES, Shelf
from tests.server.records import Gone, recorded, said


def test_it_weighs_what_is_said_and_forgets_what_is_dropped() -> None:
    shelf = Shelf(said(seq, "谢" * 1000) for seq in (1, 2, 3))
    assert 3 * 2000 < shelf.weight - 3 * RECORD_BYTES < 3 * 2200
    assert shelf.over(2, 1_000_000)
    assert shelf.over(3, 8_000)
    assert not shelf.over(3, 1_000_000)
    assert [shelf.drop(), shelf.first] == [1, 2]
    assert [record.seq for record in shelf] == [2, 3]
    shelf.clear()
    assert (len(shelf), shelf.weight) == (0, 0)


def test_what_is_erased_weighs_no_more_than_its_place() -> None:
    shelf = Shelf(said(seq, "x" * 10_000) for seq in (1, 2))
    shelf.erase(recorded(3, Gone(), erases=(1, 2, 7)))
    assert all(record.data is None for record in shelf)
    assert shelf.weight == 2 * RECORD_BYTES
