"""Templates hold a run-sheet."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add ``templates.cues``; a node of before leaves it out."""
    op.add_column("templates", sa.Column("cues", sa.JSON, nullable=False, server_default="[]"))
