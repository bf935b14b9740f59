"""What was withdrawn lately is looked for once a second by each node."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add indexes of ``links.revoked_at`` and ``staff_sessions.ended_at``."""
    op.create_index("ix_links_revoked_at", "links", ["revoked_at"])
    op.create_index("ix_staff_sessions_ended_at", "staff_sessions", ["ended_at"])
