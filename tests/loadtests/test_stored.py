"""Reading the database past the server, from the tables that the server makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine

from loadtests.stored import NoDatabase, events, head, last_told, read
from server.store.tables import metadata, records


def row(seq: int, kind: str, data: object, audience: str = "everyone", room: str = "r1") -> dict[str, object]:
    fields: dict[str, object] = dict.fromkeys(column.name for column in records.columns)
    fields |= {"room": room, "seq": seq, "epoch": "e1", "at": 1, "type": kind, "version": 1, "audience": audience}
    return fields | {"user": "ann", "data": data, "after_everyone": 0, "after_hosts": 0}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    engine = create_engine(f"sqlite:///{tmp_path / 'rooms.sqlite'}")
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            records.insert(),
            [
                row(2, "poll.voted", {"poll": "p1", "choices": [1]}, "nobody"),
                row(1, "chat.sent", {"message": "m", "text": "#ann.1 hello"}),
                row(3, "chat.sent", None),
                row(9, "chat.sent", {"message": "m", "text": "x"}, room="r2"),
            ],
        )
    engine.dispose()
    return tmp_path


def test_records_are_read_in_order(data: Path) -> None:
    rows = read(data, "r1")
    assert [(row.seq, row.mark, row.audience, row.by) for row in rows] == [
        (1, "ann.1", "everyone", "ann"),
        (2, "", "nobody", "ann"),
        (3, "", "everyone", "ann"),
    ]
    assert rows[0].digest
    assert rows[2].digest == ""
    assert len(read(data)) == 4


def test_events_of_a_type(data: Path) -> None:
    assert events(data, "r1", "poll.voted") == [(2, "ann", {"poll": "p1", "choices": [1]})]
    assert head(data, "r1") == 3
    assert head(data, "none") == 0


def test_each_audience_has_its_own_end(data: Path) -> None:
    engine = create_engine(f"sqlite:///{data / 'rooms.sqlite'}")
    with engine.begin() as connection:
        connection.execute(
            records.insert(), [row(4, "chat.binned", {"message": "m"}, "hosts"), row(5, "x", {}, "nobody")]
        )
    engine.dispose()
    assert last_told(data, "r1") == {"everyone": 3, "hosts": 4}
    assert last_told(data, "r2") == {"everyone": 9, "hosts": 9}
    assert last_told(data, "none") == {"everyone": 0, "hosts": 0}


def test_no_database_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoDatabase):
        read(tmp_path)
