"""Shops, the accounts of their staff, how they sign in, and who did what."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger
# SQLite counts up by itself only where the key is a plain INTEGER.
COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables of staff."""
    op.create_table(
        "shops",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("login", sa.String(64), nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.Text, comment="argon2; null: signs in by passkey alone"),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("disabled_at", BIG),
    )
    op.create_table(
        "staff_shops",
        sa.Column("staff", sa.String(64), primary_key=True),
        sa.Column("shop", sa.String(64), primary_key=True),
    )
    op.create_index("ix_staff_shops_shop", "staff_shops", ["shop"])
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("staff", sa.String(64), nullable=False),
        sa.Column("credential", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", BIG, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("used_at", BIG),
    )
    op.create_index("ix_passkeys_staff", "passkeys", ["staff"])
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("staff", sa.String(64), nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("seen_at", BIG, nullable=False),
        sa.Column("ended_at", BIG),
    )
    op.create_index("ix_staff_sessions_staff", "staff_sessions", ["staff"])
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("shops", sa.JSON, nullable=False),
        sa.Column("login", sa.String(64)),
        sa.Column("name", sa.Text),
        sa.Column("staff", sa.String(64), comment="the account that gets a new way in; null: makes an account"),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.Column("ended_at", BIG, comment="when it was used or withdrawn"),
    )
    op.create_table(
        "audit",
        sa.Column("id", COUNTED, primary_key=True),
        sa.Column("at", BIG, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("shop", sa.String(64)),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("target", sa.String(128), nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
    )
    op.create_index("ix_audit_shop_id", "audit", ["shop", "id"])
    op.create_index("ix_audit_who_id", "audit", ["who", "id"])
    op.create_index("ix_audit_at", "audit", ["at"])
