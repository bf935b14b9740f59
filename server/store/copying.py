"""All tables of a database, row by row, into another one: PostgreSQL into a file and back."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.database import Database
from server.store.tables import metadata, unwiped

ROWS = 1000  # in one statement
# What is marked is about the files of the database that was copied.
TABLES = tuple(table for table in metadata.sorted_tables if table is not unwiped)

Progress = Callable[[int, int], None]  # rows copied, rows in all


async def is_empty(database: Database) -> bool:
    """Whether no table holds a row. Raises the database's errors."""
    async with database.reading() as connection:
        for table in TABLES:
            if (await connection.execute(select(table).limit(1))).first() is not None:
                return False
    return True


async def copy_rows(source: Database, target: Database, progress: Progress = lambda _done, _all: None) -> int:
    """Copy one moment of ``source`` into the empty tables of ``target``, all or nothing; how many rows.

    Raises the databases' errors.
    """
    done = 0
    async with source.reading() as reading, target.writing(durable=True) as writing:
        every = sum([(await reading.execute(select(func.count()).select_from(table))).scalar_one() for table in TABLES])
        for table in TABLES:
            async with reading.stream(select(table).execution_options(yield_per=ROWS)) as rows:
                async for some in rows.partitions():
                    await writing.execute(table.insert(), [dict(row._mapping) for row in some])
                    done += len(some)
                    progress(done, every)
            if not target.embedded:
                await _count_on(writing, table)
    return done


async def _count_on(connection: AsyncConnection, table: Table) -> None:
    """Where PostgreSQL counts rows up by itself, it goes on behind those that are there."""
    counted = table.autoincrement_column
    if counted is None:
        return
    sequence = func.pg_get_serial_sequence(table.name, counted.name)
    last = select(func.max(counted)).scalar_subquery()
    await connection.execute(select(func.setval(sequence, last)).where(last.is_not(None)))
