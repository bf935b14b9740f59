import sqlite3
from pathlib import Path

import pytest

from server.copying import Damaged, copied, digest_of


def filled(path: Path, rows: int) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)")
    connection.executemany("INSERT INTO t VALUES (?, zeroblob(4000))", [(n,) for n in range(rows)])
    return connection


def test_a_copy_is_one_moment_though_others_write_meanwhile(tmp_path: Path) -> None:
    writer = filled(tmp_path / "a", 3000)
    seen: list[tuple[int, int]] = []

    def progress(done: int, every: int) -> None:
        seen.append((done, every))
        writer.execute("INSERT INTO t VALUES (?, zeroblob(4000))", (10_000 + len(seen),))

    copied(tmp_path / "a", tmp_path / "b", progress)
    assert len(seen) > 1
    assert seen[-1][0] == seen[-1][1]
    with sqlite3.connect(tmp_path / "b") as copy:
        assert copy.execute("SELECT count(*), max(id) FROM t").fetchone() == (3000, 2999)
    copy.close()
    writer.close()
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("b")) == ["b"]


def test_a_damaged_file_is_not_copied_in_silence(tmp_path: Path) -> None:
    filled(tmp_path / "a", 200).close()
    content = bytearray((tmp_path / "a").read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\xff" * 4096
    (tmp_path / "a").write_bytes(content)
    with pytest.raises((Damaged, sqlite3.DatabaseError)):
        copied(tmp_path / "a", tmp_path / "b")


def test_digests_tell_files_apart(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")
    assert digest_of(tmp_path / "a") != digest_of(tmp_path / "b")
    assert len(digest_of(tmp_path / "a")) == 64
