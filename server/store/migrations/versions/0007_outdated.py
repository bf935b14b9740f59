"""Snapshots that may hold what was erased are looked for every ten seconds by each node."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add indexes of ``rooms.erased_seq`` and ``snapshots.forget_at``, of those rows alone that have any."""
    for table, column, where in (
        ("rooms", "erased_seq", "erased_seq > 0"),
        ("snapshots", "forget_at", "forget_at IS NOT NULL"),
    ):
        only = sa.text(where)
        op.create_index(f"ix_{table}_{column}", table, [column], postgresql_where=only, sqlite_where=only)
