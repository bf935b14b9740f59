"""Rooms, records, checkpoints, snapshots, ballots; links and API keys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "rooms",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("active_at", BIG, nullable=False, comment="when its last record was made"),
        sa.Column("retention_days", sa.Integer, nullable=False, comment="0: records stay"),
        sa.Column("erased_seq", BIG, nullable=False, comment="the last record that erased others; 0 if none"),
    )
    op.create_table(
        "records",
        sa.Column("room", sa.String(64), primary_key=True),
        sa.Column("seq", BIG, primary_key=True, autoincrement=False),
        sa.Column("epoch", sa.String(32), nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("user", sa.String(128)),
        sa.Column("name", sa.Text),
        sa.Column("role", sa.String(16)),
        sa.Column("guest", sa.Boolean),
        sa.Column("via", sa.String(32)),
        sa.Column("data", sa.JSON, comment="null: a stub, what was said has been erased"),
        sa.Column("after_everyone", BIG, nullable=False),
        sa.Column("after_hosts", BIG, nullable=False),
        sa.Column("command", sa.LargeBinary, comment="digest of who sent which command, so that sending again is safe"),
        sa.Column("erases", sa.JSON),
    )
    op.create_index("ix_records_room_at", "records", ["room", "at"])
    op.create_table(
        "checkpoints",
        sa.Column("reader", sa.String(64), primary_key=True),
        sa.Column("room", sa.String(64), primary_key=True),
        sa.Column("epoch", sa.String(32), nullable=False),
        sa.Column("seq", BIG, nullable=False),
    )
    op.create_table(
        "snapshots",
        sa.Column("room", sa.String(64), primary_key=True),
        sa.Column("epoch", sa.String(32), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "ballots",
        sa.Column("room", sa.String(64), primary_key=True),
        sa.Column("poll", sa.String(64), primary_key=True),
        sa.Column("voter", sa.String(128), primary_key=True),
        sa.Column("choices", sa.JSON, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("seq", BIG, nullable=False),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("room", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("label", sa.Text),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("expires_at", BIG),
        sa.Column("revoked_at", BIG),
    )
    op.create_index("ix_links_room", "links", ["room"])
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("label", sa.Text),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("revoked_at", BIG),
    )
