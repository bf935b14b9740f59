"""What is PostgreSQL's own: how long it may take, who waits for whom, and how bytes of what was erased go.

An UPDATE or DELETE leaves the old row in its page, and VACUUM leaves its bytes in the page's free space. What makes
them go is writing the table anew (docs/decisions/0010-erasing-in-postgresql.md). So that this is bounded, the large
tables are in ``PARTS`` parts, and whoever erases marks the room; ``Overwriting`` writes the marked rooms' parts anew.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import asyncpg  # type: ignore[import-untyped]
import orjson
import structlog
from sqlalchemy import TextClause, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from protocols.limits import DAY_MS

CONNECT_S: Final = 3.0
STATEMENT_S: Final = 7.0  # the server ends a statement then
ANSWER_S: Final = 8.0  # and if no answer came, the connection is given up
LOCK_S: Final = 5.0
MIGRATION_LOCK_S: Final = 60.0
IDLE_S: Final = 15.0  # of a transaction whose process has been frozen
POOL_S: Final = 5.0
TURN_S: Final = 10.0
HOLD_S: Final = 2.0

PARTS: Final = 32  # of each table in PARTED; the migration made as many
PARTED: Final = ("records", "ballots", "snapshots")
WHOLE: Final = ("seat_codes",)
OVERWRITE_EVERY_S: Final = 15.0
OVERWRITE_LOCK_S: Final = 2.0  # meanwhile others wait behind it

# Numbers of advisory locks: any that no other program on this database uses.
TURN: Final = 0x5348_0001
OVERWRITE: Final = 0x5348_0002
SERVER: Final = 0x5348_0003

# What the driver raises by itself while it connects; the rest comes as SQLAlchemyError.
# It calls it an internal error if the connection ends while it is being closed.
DriverErrors: Final[tuple[type[Exception], type[Exception], type[Exception]]] = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
NO_ROOM: Final = ""  # marks only what is not in parts
NO_PART: Final = -1

log = structlog.get_logger(__name__)


class Mark(NamedTuple):
    """A room that holds bytes of what was erased, and from when on they must go."""

    room: str
    due_at: int
    mark: int


def engine_options(*, patient: bool = False) -> dict[str, Any]:
    """What an engine is made with, so that nothing waits for ever and connections that have ended are made anew.

    ``patient``: statements may take long, and one waits for a minute for those who hold what they need.
    """
    settings = {
        "application_name": "showfloor",
        "statement_timeout": _ms(0 if patient else STATEMENT_S),
        "lock_timeout": _ms(MIGRATION_LOCK_S if patient else LOCK_S),
        "idle_in_transaction_session_timeout": _ms(0 if patient else IDLE_S),
        "jit": "off",
    }
    connect = {"timeout": CONNECT_S, "command_timeout": None if patient else ANSWER_S, "server_settings": settings}
    return {"pool_pre_ping": True, "pool_timeout": POOL_S, "connect_args": connect}


def upsert(
    table: str, names: Sequence[str], keys: Sequence[str], changing: Sequence[str], newer: str | None
) -> TextClause:
    """The statement that inserts the rows of ``in_one``, or replaces ``changing`` where the keys are there already.

    One statement for all rows took half the time of one for each.
    """
    columns = _listed(names)
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in changing)
    act = f"UPDATE SET {changes}" if changing else "NOTHING"
    where = f' WHERE excluded."{newer}" >= {table}."{newer}"' if newer and changing else ""
    return text(
        f"INSERT INTO {table} ({columns})"  # noqa: S608 - the names are those of our tables
        f" SELECT {columns} FROM json_populate_recordset(NULL::{table}, CAST(:rows AS json))"
        f" ON CONFLICT ({_listed(keys)}) DO {act}{where}"
    )


def in_one(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Rows as the one parameter of ``upsert``; no two may have the same key."""
    return {"rows": orjson.dumps(list(rows), default=_hex, option=orjson.OPT_NON_STR_KEYS).decode()}


def _hex(value: Any) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def at_fault(error: Exception) -> bool:
    """Whether what was to be stored is at fault, and not the database: trying again would never help."""
    if not isinstance(error, DBAPIError):
        return False
    # Data and integrity, in the classes of the standard.
    state = getattr(error.orig, "sqlstate", None) or ""
    return state[:2] in {"22", "23"} or isinstance(error.orig.__cause__ if error.orig else None, asyncpg.DataError)


def why(error: BaseException, url: str) -> str:
    """What is wrong, and what to do, in one line for the person who starts the server."""
    cause = _cause(error)
    parts = make_url(url)
    where = f"{parts.host or parts.query.get('host')}:{parts.port or 5432}"
    match cause:
        case asyncpg.InvalidAuthorizationSpecificationError():
            return f"{where} refuses the user {parts.username}: check user and password, and its pg_hba.conf"
        case asyncpg.InvalidCatalogNameError():
            return f"{where} has no database {parts.database}: make it with createdb"
        case asyncpg.CannotConnectNowError():
            return f"{where} is starting or stopping: try again soon"
        case asyncpg.TooManyConnectionsError():
            return f"{where} takes no more connections: raise its max_connections (each server needs up to 12)"
        case asyncpg.InsufficientPrivilegeError():
            return f"the user {parts.username} may not make tables: make them the owner of {parts.database}"
        case ssl.SSLError():
            return f"{where} has a certificate that is not trusted: see sslmode in docs/how-to/use-postgresql.md"
        case ConnectionError() if "SSL" in str(cause):
            return f"{where} does not speak TLS: turn it on there, or leave sslmode out"
        case TimeoutError():
            return f"{where} does not answer: check host, port and firewall"
        case OSError() | asyncpg.PostgresConnectionError():
            return f"nobody answers at {where}: start PostgreSQL there, or correct host and port"
        case _:
            first = (str(cause).splitlines() or [type(cause).__name__])[0]
            return f"{where} cannot be used: {first}"


def _cause(error: BaseException) -> BaseException:
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error


@asynccontextmanager
async def connected(url: str, *, lock_s: float = LOCK_S) -> AsyncIterator[Any]:
    """A connection of the driver itself, for what may take long: each statement is a transaction of its own."""
    plain = make_url(url)
    connection = await asyncpg.connect(
        host=plain.host or plain.query.get("host"),
        port=plain.port,
        user=plain.username,
        password=plain.password,
        database=plain.database,
        ssl=plain.query.get("ssl"),
        timeout=CONNECT_S,
        server_settings={"application_name": "showfloor", "statement_timeout": "0", "lock_timeout": _ms(lock_s)},
    )
    try:
        yield connection
    finally:
        try:
            await connection.close(timeout=CONNECT_S)
        except (OSError, *DriverErrors):
            connection.terminate()


class Hold:
    """Keeps others from serving this database, for as long as its one connection stands.

    Where that breaks, it is taken anew as soon as it can be; meanwhile nobody else can use the database either, but
    one that starts right then. If that has happened, it says so.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._held: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._task: asyncio.Task[None] | None = None

    async def take(self) -> bool:
        """Whether nobody else has it. Raises the database's errors."""
        self._task = asyncio.get_running_loop().create_task(self._keep(), name="hold")
        return await asyncio.shield(self._held)

    async def leave(self) -> None:
        """Let others have it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep(self) -> None:
        while True:
            try:
                async with connected(self._url) as connection:
                    mine = bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", SERVER))
                    if not self._held.done():
                        self._held.set_result(mine)
                        if not mine:
                            return
                    elif not mine:
                        log.error("another_server_has_taken_the_database")
                    while mine:
                        await asyncio.sleep(HOLD_S)
                        await connection.fetchval("SELECT 1", timeout=ANSWER_S)
            except Exception as error:
                if not self._held.done():
                    self._held.set_exception(error)
                    return
                if not isinstance(error, (OSError, *DriverErrors)):
                    # Never without, whatever it met.
                    log.exception("hold_failed")
            await asyncio.sleep(HOLD_S)


class Overwriting:
    """Writes anew what holds bytes of erased rows: the parts of rooms that are marked."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._began = -OVERWRITE_EVERY_S

    def due(self) -> bool:
        """Whether the last time is long enough ago; one moderator's deletions are then done together."""
        return time.monotonic() - self._began >= OVERWRITE_EVERY_S

    async def overwrite(self) -> bool:
        """Do it for all rooms that are marked; False if somebody was in the way. Raises the database's errors."""
        self._began = time.monotonic()
        async with connected(self._url, lock_s=OVERWRITE_LOCK_S) as connection:
            marked = await _marked(connection)
            now = time.time() * 1000
            due = {part for part, marks in marked.items() if any(mark.due_at <= now for mark in marks)}
            if not due:
                return True
            # Another node may be at it; the lock ends with the connection.
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", OVERWRITE):
                return False
            whole = all([await _written_anew(connection, table) for table in WHOLE])
            for part in sorted(due):
                tables = [] if part == NO_PART else [f"{table}_{part}" for table in PARTED]
                if all([await _written_anew(connection, table) for table in tables]) and whole:
                    marks = [(mark.room, mark.mark) for mark in marked[part]]
                    await connection.executemany("DELETE FROM unwiped WHERE room = $1 AND mark = $2", marks)
                else:
                    whole = False
        return whole


async def _marked(connection: Any) -> dict[int, list[Mark]]:
    """The marks by the part of the tables that they are about."""
    marked: dict[int, list[Mark]] = {}
    for row in await connection.fetch(
        "SELECT room, due_at, mark, part FROM unwiped, generate_series(0, $1::int - 1) part"
        " WHERE satisfies_hash_partition('records'::regclass, $1::int, part, room)",
        PARTS,
    ):
        part = NO_PART if row["room"] == NO_ROOM else row["part"]
        marked.setdefault(part, []).append(Mark(row["room"], row["due_at"], row["mark"]))
    return marked


async def _written_anew(connection: Any, table: str) -> bool:
    """Write a table anew; False if it is in use, or if a transaction is open that may still see what was erased."""
    kept: list[int] = []

    def told(_: Any, message: Any) -> None:
        # "3 dead row versions cannot be removed yet.", in whatever language.
        if found := re.match(r"\s*(\d+)", message.detail or ""):
            kept.append(int(found[1]))

    connection.add_log_listener(told)
    try:
        await connection.execute(f'VACUUM (FULL, VERBOSE) "{table}"')
    except asyncpg.LockNotAvailableError:
        log.warning("not_overwritten", table=table, why="in use")
        return False
    finally:
        connection.remove_log_listener(told)
    if not kept or any(kept):
        log.warning("not_overwritten", table=table, why="a transaction is open that began before")
        return False
    return True


def _ms(seconds: float) -> str:
    return str(int(seconds * 1000))


WAIT_FOR_TURN: Final = text("SELECT pg_advisory_xact_lock(:turn)").bindparams(turn=TURN)


def marks(rooms: Iterable[str], *, soon: bool) -> list[dict[str, Any]]:
    """Rows that mark these rooms: for now, or for the end of the day, when all that became old goes together."""
    now = time.time_ns()
    due = now // 1_000_000
    due_at = due if soon else (due // DAY_MS + 1) * DAY_MS
    return [{"room": room, "due_at": due_at, "mark": now} for room in sorted(set(rooms))]
