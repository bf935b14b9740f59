"""The commands of whoever looks after a server: backup, restore, trace."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from server.config import Settings, data_folder


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The subcommands; each sets ``run``."""
    backup = commands.add_parser(
        "backup",
        help="copy log, database and photos while servers run",
        description="Copy the log, the database and photos into a new folder, from the data folder or from where"
        " SHOWFLOOR_REDIS_URL, SHOWFLOOR_DATABASE_URL and SHOWFLOOR_BLOB_URL say; servers may be at work. Photos in S3"
        " are left out. The copy holds what people said: it is readable by its owner alone. Nothing is overwritten.",
    )
    backup.add_argument("dest", type=Path, metavar="DEST", help="the folder to make")
    backup.add_argument(
        "--with-secret", action="store_true", help="also the secret: with it links and tokens work after a restore"
    )
    backup.add_argument(
        "--log-alone", action="store_true", help="not the database: it has just been dumped by its own means"
    )
    backup.set_defaults(run=_backup)

    restore = commands.add_parser(
        "restore",
        help="bring log, database and photos back from a backup",
        description="Copy a backup into a data folder that has no log and no database, or into the empty Redis and"
        " PostgreSQL of SHOWFLOOR_REDIS_URL and SHOWFLOOR_DATABASE_URL. Every room goes on in a new epoch: clients are"
        " told once, and read anew.",
    )
    restore.add_argument("src", type=Path, metavar="SRC", help="the backup")
    restore.set_defaults(run=_restore)

    for parser in (backup, restore, _trace_parser(commands)):
        parser.add_argument("--data", type=Path, help="folder of the log and the database (var)")


def _trace_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    trace = commands.add_parser(
        "trace",
        help="show a message's way through the server",
        description="Show when a message was received, decided, stored, told and answered: of the last commands of"
        " running servers step by step, of older ones what log and database know. Where several servers share the"
        " rooms all are asked, and each gives instants by its own clock. No text of messages is shown.",
    )
    trace.add_argument("message", metavar="MESSAGE_ID", help="id of a command, or of the message it made")
    trace.add_argument("--room", help="in this room alone")
    trace.set_defaults(run=_trace)
    return trace


def _backup(arguments: argparse.Namespace) -> int:
    from server.backup import back_up
    from server.places import Places

    data = data_folder(arguments.data)
    secret = Settings.load(data=arguments.data, kept_secret=True).secret if arguments.with_secret else None
    made = back_up(
        data,
        arguments.dest,
        secret=secret.get_secret_value() if secret else None,
        log_alone=arguments.log_alone,
        places=Places.of(),
        tell=_told,
    )
    print(f"{arguments.dest}: {made.rooms} rooms, {made.records} records, {made.blobs} files of photos")
    if Places.of().blob_folder(data) is None:
        _say("photos are in S3 and not in it: copy the bucket after this, or let it keep versions")
    if arguments.log_alone:
        _say("the database is not in it: it must have been dumped before this")
    if secret is None:
        _say("the secret is not in it: keep that too, elsewhere (or use --with-secret)")
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from server.backup import DATABASE_FILE, SECRET_FILE, restore
    from server.places import Places

    data = data_folder(arguments.data)
    made = restore(arguments.src, data, places=Places.of(), tell=_told)
    print(f"{data}: {made.rooms} rooms, {made.records} records, {made.blobs} files of photos")
    if made.blobs and Places.of().blob_folder(data) is None:
        _say(f"photos belong into S3 and are not in it yet: copy what is under {arguments.src}/blobs, before you start")
    if DATABASE_FILE not in made.files:
        _say("the backup holds no database: bring back the dump that was made before it, before you start")
    _say("the next start begins a new epoch in every room; clients are told once, and read anew")
    if SECRET_FILE not in made.files:
        _say("the backup holds no secret: start with the one the links were made with")
    return 0


def _trace(arguments: argparse.Namespace) -> int:
    from server.places import Places
    from server.tracing import printed, traced, traced_on_all

    data, places = data_folder(arguments.data), Places.of()
    asked = (data, arguments.message, arguments.room)
    silent: list[str] = []
    if places.redis is None:
        ways = asyncio.run(traced(*asked, url=places.database))
    else:
        ways, silent = asyncio.run(traced_on_all(*asked, redis=places.redis, url=places.database))
    for node in silent:
        _say(f"{node} did not answer: what it remembers is missing")
    for line in printed(ways):
        print(line)
    if not ways:
        _say("not found: it came to no room, was never stored, or was erased more than 10 minutes ago")
        return 1
    return 0


def _told(name: str, percent: int) -> None:
    _say(f"{name} {percent} %")


def _say(line: str) -> None:
    print(f"showfloor: {line}", file=sys.stderr)
