"""Settings: read once from ``SHOWFLOOR_*``, frozen, printed redacted.

SettingsError           a setting is missing or wrong; its text is one line for the person who starts the server
"""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from protocols import limits
from rooms import stream_address
from server import blob_store, database_url

PREFIX = "SHOWFLOOR_"
LOG_HOURS = 72  # in Redis: a database that was lost over a weekend finds there what its last copy lacks
SECRET_LENGTH = 32  # characters; fewer can be guessed
SECRET_VARIETY = 10  # different characters; "aaaa…" and "passwordpassword…" have fewer
REDIS_SCHEMES = frozenset({"redis", "rediss", "redis+cluster", "rediss+cluster"})
HINT = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"


class SettingsError(Exception):
    """The server must not start; the text is one clear line."""


class LogFormat(StrEnum):
    """How log lines look."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least grave line that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Workers(StrEnum):
    """Where what need not be in a server runs."""

    HERE = "here"
    APART = "apart"


def _listed(value: Any) -> Any:
    """A comma-separated text as a tuple; what is no text stays."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Settings(BaseModel):
    """All that can be set; the field ``port`` is read from ``SHOWFLOOR_PORT``, and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    host: str = Field("127.0.0.1", min_length=1, description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65_535, description="The port to listen on; 0 takes a free one.")
    data: Path = Field(Path("var"), description="The folder of the log, the database and the demo's secret.")
    redis_url: SecretStr | None = Field(
        None,
        description="Keeps the rooms' log in this Redis 7 or Redis Cluster, so that several servers share the rooms: "
        "redis://host:6379, rediss:// with TLS, redis+cluster:// for a cluster. "
        "Without it the log is in the data folder.",
    )
    database_url: SecretStr | None = Field(
        None, description="A PostgreSQL, as postgresql://user:password@host/db; without it, SQLite in the data folder."
    )
    blob_url: SecretStr | None = Field(
        None,
        description="Where photos are kept: s3://bucket/prefix?endpoint=https://host&region=… for an S3-compatible "
        "store, with key and secret in it or in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; or file:///folder. "
        "Without it, the folder blobs in the data folder.",
    )
    log_hours: int | None = Field(
        None,
        ge=0,
        le=87_600,
        description="How many hours of a room's log stay there once the database has them; what is older is read from "
        "the database. 0: as long as the room's records are kept. Without it, 72 in a Redis, whose memory it takes, "
        "and 0 in the data folder.",
    )
    workers: Workers = Field(
        Workers.HERE,
        description="Where the database is filled and what has become old is deleted: here, or apart, in processes of "
        "`python -m server work`; apart needs redis_url and database_url.",
    )
    pages: Path = Field(Path("client_web/dist"), description="The folder of the built pages.")
    secret: SecretStr = Field(description="Signs tokens, links and devices; at least 32 characters.")
    demo: bool = Field(default=False, description="Makes a demo room, and a secret of its own if none is set.")
    node_id: str = Field("n1", pattern=r"^[a-z0-9]{1,16}$", description="Tells one server process from another.")

    public_url: str | None = Field(None, description="Where people reach the server, as https://live.example.")
    allowed_origins: Listed = Field((), description="Other sites whose pages may connect, comma-separated.")
    trusted_proxies: Listed = Field((), description="Addresses or networks whose X-Forwarded-* are believed.")
    tls_certificate: Path | None = Field(None, description="A PEM certificate; with tls_key, serves https.")
    tls_key: Path | None = Field(None, description="The certificate's PEM key.")

    max_connections: int = Field(10_000, ge=1, description="Connections beyond this are refused.")
    max_connections_per_address: int = Field(
        5_000, ge=1, description="The same for one address (IPv6: one /64); a shop or an office shares one."
    )
    ping_interval_ms: int = Field(limits.PING_INTERVAL_MS, ge=1000, description="Between pings to a client.")
    ping_timeout_ms: int = Field(
        limits.PING_TIMEOUT_MS, ge=1000, description="How long a client may take to answer one."
    )
    connect_timeout_ms: int = Field(
        limits.CONNECT_TIMEOUT_MS, ge=1000, description="Until a new client must say who it is."
    )
    guests_per_minute: int = Field(600, ge=1, description="New guests from one address; a shop shares one.")
    max_room_rate: int | None = Field(
        None, ge=1, description="Messages a second in one room at most, whatever its hosts have set."
    )
    text_check_url: SecretStr | None = Field(
        None,
        description="Whatever people other than staff write is sent there, signed, before the room decides; it answers "
        "fine, hold (staff sees it first) or refuse within a second. Needs text_check_secret.",
    )
    text_check_secret: SecretStr | None = Field(
        None, min_length=SECRET_LENGTH, description="Signs what is sent to text_check_url."
    )
    text_check_default: Literal["fine", "hold", "refuse"] = Field(
        "hold", description="What holds when the text check fails or is late: fine, hold or refuse."
    )
    image_check_url: SecretStr | None = Field(
        None,
        description="Each photo of people other than staff is sent there, signed, 640 pixels wide or high and without "
        "metadata, before anybody in the room sees it; it answers fine, hold (staff sees it first) or refuse within "
        "five seconds. Needs image_check_secret.",
    )
    image_check_secret: SecretStr | None = Field(
        None, min_length=SECRET_LENGTH, description="Signs what is sent to image_check_url."
    )
    image_check_default: Literal["fine", "hold", "refuse"] = Field(
        "hold", description="What holds when the image check fails or is late: fine, hold or refuse."
    )
    stream_hosts: Listed = Field(
        (),
        description="Sites whose streams (HLS) rooms may show, comma-separated: live.example, *.cdn.example. "
        "The audience's page may fetch from these and from no others.",
    )
    token_ttl_s: int = Field(12 * 3600, ge=60, le=30 * 86_400, description="How long a token is good for.")
    drain_s: float = Field(12.0, gt=0, le=120, description="How long a stopping server may take.")

    metrics_token: SecretStr | None = Field(None, description="If set, /metrics asks for it as a bearer token.")
    docs: bool = Field(default=True, description="Serves the description of the API at /docs.")
    log_level: LogLevel = Field(LogLevel.INFO, description="The least grave line: debug, info, warning, error.")
    log_format: LogFormat = Field(LogFormat.CONSOLE, description="How log lines look: console or json.")

    @field_validator("secret")
    @classmethod
    def _strong(cls, secret: SecretStr) -> SecretStr:
        text = secret.get_secret_value()
        if len(text) < SECRET_LENGTH or len(set(text)) < SECRET_VARIETY:
            message = f"is too weak: it needs at least {SECRET_LENGTH} characters, chosen at random; {HINT}"
            raise ValueError(message)
        return secret

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, url: SecretStr | None) -> SecretStr | None:
        parts = None if url is None else urlsplit(url.get_secret_value())
        if parts is not None and (parts.scheme not in REDIS_SCHEMES or not parts.hostname):
            message = "must look like redis://host:6379, rediss://… or redis+cluster://…"
            raise ValueError(message)
        return url

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            database_url.checked(url.get_secret_value())
        return url

    @field_validator("blob_url")
    @classmethod
    def _blobs(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            blob_store.checked(url.get_secret_value())
        return url

    @field_validator("text_check_url", "image_check_url")
    @classmethod
    def _check(cls, url: SecretStr | None) -> SecretStr | None:
        parts = None if url is None else urlsplit(url.get_secret_value())
        if parts is not None and (parts.scheme not in {"http", "https"} or not parts.hostname):
            message = "must look like https://check.example/path"
            raise ValueError(message)
        return url

    @field_validator("text_check_secret", "image_check_secret")
    @classmethod
    def _signs(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        check = str(info.field_name).removesuffix("_secret")
        if (secret is None) is not (info.data.get(f"{check}_url") is None):
            message = f"{PREFIX}{check.upper()}_URL and {PREFIX}{check.upper()}_SECRET go together"
            raise ValueError(message)
        return secret

    @field_validator("workers")
    @classmethod
    def _apart(cls, workers: Workers, info: ValidationInfo) -> Workers:
        shared = info.data.get("redis_url") is not None and info.data.get("database_url") is not None
        if workers is Workers.APART and not shared:
            message = f"apart needs {PREFIX}REDIS_URL and {PREFIX}DATABASE_URL: one server owns what is in a folder"
            raise ValueError(message)
        return workers

    @field_validator("public_url")
    @classmethod
    def _url(cls, url: str | None) -> str | None:
        return None if url is None else _origin(url)

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(origin if origin == "*" else _origin(origin) for origin in origins)

    @field_validator("stream_hosts")
    @classmethod
    def _sites(cls, sites: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(stream_address.site(each) for each in sites))

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ipaddress.ip_network(network, strict=False)) for network in networks)

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, *, kept_secret: bool = False, **overrides: Any) -> Self:
        """Read the environment; ``overrides`` (from the command line) that are not None win.

        ``kept_secret``: without SHOWFLOOR_SECRET, the one in the data folder is good too, if there is one.
        Raises SettingsError. An empty variable counts as not set.
        """
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = {
            field: environ[PREFIX + field.upper()] for field in cls.model_fields if environ.get(PREFIX + field.upper())
        }
        values |= {field: value for field, value in overrides.items() if value is not None}

        if "secret" not in values:
            values["secret"] = _made_secret(cls, values, kept=kept_secret)
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise SettingsError(_one_line(error)) from None

    @property
    def log_kept_hours(self) -> int:
        """``log_hours``, or what holds without it; 0: logs are not trimmed."""
        if self.log_hours is not None:
            return self.log_hours
        return 0 if self.redis_url is None else LOG_HOURS

    @property
    def stream_sources(self) -> tuple[str, ...]:
        """Whence streams may come; the demo shows one of its own."""
        return (*self.stream_hosts, *([stream_address.OWN] if self.demo else []))

    def printed(self) -> dict[str, Any]:
        """Every setting as plain values, secrets as ``**********``; of addresses the password alone is hidden."""
        shown = self.model_dump(mode="json")
        if self.database_url is not None:
            shown["database_url"] = database_url.redacted(self.database_url.get_secret_value())
        if self.blob_url is not None:
            shown["blob_url"] = blob_store.redacted(self.blob_url.get_secret_value())
        return shown


def unknown_settings(environ: Mapping[str, str] | None = None) -> list[str]:
    """The ``SHOWFLOOR_*`` variables that name no setting: most likely slips of the pen."""
    environ = os.environ if environ is None else environ
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)


def data_folder(given: Path | None, environ: Mapping[str, str] | None = None) -> Path:
    """The data folder, for what needs no other setting."""
    environ = os.environ if environ is None else environ
    return given or Path(environ.get(PREFIX + "DATA") or Settings.model_fields["data"].default)


def _made_secret(cls: type[Settings], values: Mapping[str, Any], *, kept: bool) -> str:
    try:
        # Only to read "demo" and "data" by the rules of the fields; this secret is never used.
        placeholder = secrets.token_urlsafe(SECRET_LENGTH)
        draft = cls.model_validate({**values, "secret": placeholder})
    except ValidationError as error:
        raise SettingsError(_one_line(error)) from None
    if kept and not draft.demo and (draft.data / "secret").is_file():
        return _kept_secret(draft.data / "secret")
    if not draft.demo:
        message = f"{PREFIX}SECRET is not set: it signs tokens and links; {HINT}"
        raise SettingsError(message)
    return demo_secret(draft.data)


def demo_secret(data: Path) -> str:
    """The secret kept in the data folder, made at the first start, so that links outlive a restart."""
    path = data / "secret"
    try:
        data.mkdir(parents=True, exist_ok=True)
        # Exclusive and private from the start: two processes that start at once agree on one secret.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _kept_secret(path)
    except OSError as error:
        message = f"{PREFIX}DATA: cannot write to {data}: {error.strerror}"
        raise SettingsError(message) from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        secret = secrets.token_urlsafe(SECRET_LENGTH)
        file.write(secret + "\n")
    return secret


def _kept_secret(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        message = f"{PREFIX}SECRET: {path} cannot be read"
        raise SettingsError(message) from None


def _origin(url: str) -> str:
    """``scheme://host[:port]`` without a path; ValueError for anything else."""
    parts = urlsplit(url)
    # Reading the port checks it.
    plain = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    if not plain or parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username:
        message = "must look like https://live.example, without a path"
        raise ValueError(message)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _one_line(error: ValidationError) -> str:
    # The input is left out: it may be the secret.
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = str(first["loc"][0]) if first["loc"] else "?"
    return f"{PREFIX}{field.upper()}: {first['msg'].removeprefix('Value error, ')}"
