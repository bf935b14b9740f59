"""When a snapshot must be written anew, so that what it remembers of erased commands goes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add ``snapshots.forget_at``."""
    op.add_column("snapshots", sa.Column("forget_at", sa.BigInteger))
