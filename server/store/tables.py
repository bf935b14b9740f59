"""The tables of the database, as they are now; ``migrations`` says how they came to be so."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)

rooms = Table(
    "rooms",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("settings", JSON(none_as_null=True), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("active_at", BigInteger, nullable=False, comment="when its last record was made"),
    Column("retention_days", Integer, nullable=False, comment="0: records stay"),
    Column("erased_seq", BigInteger, nullable=False, comment="the last record that erased others; 0 if none"),
    Column("shop", String(64), comment="null: the house's own"),
    Index(None, "shop", "active_at"),
    Index(None, "active_at"),
    Index(None, "erased_seq", postgresql_where=text("erased_seq > 0"), sqlite_where=text("erased_seq > 0")),
)

# A seq is used once in a room whatever the epoch, so that it alone is the order.
records = Table(
    "records",
    metadata,
    Column("room", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("epoch", String(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("type", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("audience", String(16), nullable=False),
    Column("user", String(128)),
    Column("name", Text),
    Column("role", String(16)),
    Column("guest", Boolean),
    Column("via", String(32)),
    Column("shop", String(64), comment="in which its author was, of those that take part"),
    Column("data", JSON(none_as_null=True), comment="null: a stub, what was said has been erased"),
    Column("after_everyone", BigInteger, nullable=False),
    Column("after_hosts", BigInteger, nullable=False),
    Column("command", LargeBinary, comment="digest of who sent which command, so that sending again is safe"),
    Column("erases", JSON(none_as_null=True)),
    Index(None, "room", "at"),
)

# Who reads the logs, and how far they have come; and how far the logs are cut (reader "log").
checkpoints = Table(
    "checkpoints",
    metadata,
    Column("reader", String(64), primary_key=True),
    Column("room", String(64), primary_key=True),
    Column("epoch", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("room", String(64), primary_key=True),
    Column("epoch", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("forget_at", BigInteger, comment="when it must be written anew, because it remembers erased commands"),
    Index(
        None, "forget_at", postgresql_where=text("forget_at IS NOT NULL"), sqlite_where=text("forget_at IS NOT NULL")
    ),
)

# One a person and poll: the key is the promise.
ballots = Table(
    "ballots",
    metadata,
    Column("room", String(64), primary_key=True),
    Column("poll", String(64), primary_key=True),
    Column("voter", String(128), primary_key=True),
    Column("choices", JSON, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("room", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("label", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Index(None, "room"),
    Index(None, "revoked_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("label", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

shops = Table(
    "shops",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("password", Text, comment="argon2; null: signs in by passkey alone"),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
)

staff_shops = Table(
    "staff_shops",
    metadata,
    Column("staff", String(64), primary_key=True),
    Column("shop", String(64), primary_key=True),
    Index(None, "shop"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("staff", String(64), nullable=False),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index(None, "staff"),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("staff", String(64), nullable=False),
    Column("agent", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index(None, "staff"),
    Index(None, "ended_at"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("shops", JSON, nullable=False),
    Column("login", String(64)),
    Column("name", Text),
    Column("staff", String(64), comment="the account that gets a new way in; null: makes an account"),
    Column("created_by", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, comment="when it was used or withdrawn"),
)

# SQLite counts up by itself only where the key is a plain INTEGER.
audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("shop", String(64)),
    Column("action", String(64), nullable=False),
    Column("target", String(128), nullable=False),
    Column("details", JSON, nullable=False),
    Index(None, "shop", "id"),
    Index(None, "who", "id"),
    Index(None, "at"),
)

templates = Table(
    "templates",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("shop", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("polls", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("cues", JSON, nullable=False, server_default="[]"),
    Index(None, "shop"),
)

seat_codes = Table(
    "seat_codes",
    metadata,
    Column("room", String(64), primary_key=True),
    Column("user", String(128), primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True, comment="keyed, of room and code"),
    Column("salt", String(64), nullable=False, comment="with the server's secret: the code"),
    Column("number", String(64), nullable=False, comment="of the person's device, which the server signs"),
    Column("name", Text, nullable=False),
    Column("link", String(64), comment="by which they came"),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "expires_at"),
)

# Whoever asks again to erase somebody is told that it is done, and the database names nobody.
forgotten = Table(
    "forgotten",
    metadata,
    Column("room", String(64), primary_key=True),
    Column("digest", LargeBinary, primary_key=True, comment="keyed, of the person who was erased"),
    Column("at", BigInteger, nullable=False),
    Index(None, "at"),
)

# On PostgreSQL: rooms from which something was erased whose bytes may still be in the files.
unwiped = Table(
    "unwiped",
    metadata,
    Column("room", String(64), primary_key=True),
    Column("due_at", BigInteger, nullable=False, comment="ms"),
    Column("mark", BigInteger, nullable=False, comment="another one each time"),
)
