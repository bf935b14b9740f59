"""Which rooms hold bytes of what was erased; on PostgreSQL, the large tables in parts that can be written anew.

A part is written anew when something was erased from one of its rooms, so its size bounds how long that takes. The
planner's statistics would keep samples of what people said, so none are kept of such columns.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PARTS = 32
PARTED = {"records": ("room", "seq"), "ballots": ("room", "poll", "voter"), "snapshots": ("room",)}
PERSONAL = {
    "records": ("user", "name", "via", "data", "command"),
    "ballots": ("voter", "choices"),
    "snapshots": ("body",),
    "seat_codes": ("user", "digest", "salt", "number", "name"),
}


def upgrade() -> None:
    """Add ``unwiped``; part ``records``, ``ballots`` and ``snapshots``."""
    op.create_table(
        "unwiped",
        sa.Column("room", sa.String(64), primary_key=True),
        sa.Column("due_at", sa.BigInteger, nullable=False, comment="ms"),
        sa.Column("mark", sa.BigInteger, nullable=False, comment="another one each time"),
    )
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, key in PARTED.items():
        op.execute(f"ALTER TABLE {table} RENAME TO {table}_unparted")
        like = f"LIKE {table}_unparted INCLUDING DEFAULTS INCLUDING COMMENTS"
        op.execute(f"CREATE TABLE {table} ({like}) PARTITION BY HASH (room)")
        for part in range(PARTS):
            values = f"FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part})"
            op.execute(f"CREATE TABLE {table}_{part} PARTITION OF {table} {values}")
        op.execute(f"INSERT INTO {table} SELECT * FROM {table}_unparted")  # noqa: S608 - its names are those above
        op.execute(f"DROP TABLE {table}_unparted")
        op.create_primary_key(f"pk_{table}", table, list(key))
    op.create_index("ix_records_room_at", "records", ["room", "at"])
    for table, columns in PERSONAL.items():
        for column in columns:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STATISTICS 0')
