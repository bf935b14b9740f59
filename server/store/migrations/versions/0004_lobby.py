"""The shop of each room, the shops' templates, and the codes by which people find their seat again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger


def upgrade() -> None:
    """Add ``rooms.shop``, ``templates``, ``seat_codes`` and ``forgotten``."""
    op.add_column("rooms", sa.Column("shop", sa.String(64), comment="null: the house's own"))
    op.create_index("ix_rooms_shop_active_at", "rooms", ["shop", "active_at"])
    op.create_index("ix_rooms_active_at", "rooms", ["active_at"])
    op.create_table(
        "templates",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("shop", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("polls", sa.JSON, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
    )
    op.create_index("ix_templates_shop", "templates", ["shop"])
    op.create_table(
        "seat_codes",
        sa.Column("room", sa.String(64), primary_key=True),
        sa.Column("user", sa.String(128), primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True, comment="keyed, of room and code"),
        sa.Column("salt", sa.String(64), nullable=False, comment="with the server's secret: the code"),
        sa.Column("number", sa.String(64), nullable=False, comment="of the person's device, which the server signs"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("link", sa.String(64), comment="by which they came"),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
    )
    op.create_index("ix_seat_codes_expires_at", "seat_codes", ["expires_at"])
    op.create_table(
        "forgotten",
        sa.Column("room", sa.String(64), primary_key=True),
        sa.Column("digest", sa.LargeBinary, primary_key=True, comment="keyed, of the person who was erased"),
        sa.Column("at", BIG, nullable=False),
    )
    op.create_index("ix_forgotten_at", "forgotten", ["at"])
