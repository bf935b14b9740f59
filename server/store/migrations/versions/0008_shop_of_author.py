"""People say in which shop they are."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add ``records.shop``."""
    op.add_column(
        "records", sa.Column("shop", sa.String(64), comment="in which its author was, of those that take part")
    )
