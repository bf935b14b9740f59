"""The command line: serve, work, token, key, staff, backup, restore, trace, migrate, schema."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from protocols.messages import Role
from server.config import PREFIX, Settings, SettingsError, unknown_settings
from server.operations import add_parsers
from server.staff_commands import add_staff_parsers

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns the exit code. A setting that is wrong is said in one line."""
    arguments = _parser().parse_args(argv)
    # What is loaded now stays: to look through it again and again costs a tenth of a start.
    gc.set_threshold(50_000, 20, 50)
    try:
        run = arguments.run
        code: int = run(arguments)
        return code
    except SettingsError as error:
        print(f"showfloor: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m server",
        description="Showfloor: live rooms for retail events. Settings are read from SHOWFLOOR_*; options win.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    _add_processes(commands)

    token = commands.add_parser(
        "token",
        help="make a token for a room",
        description="Print a token (JWT) on the last line. The room is made if it is new.",
    )
    _data(token)
    token.add_argument("--room", required=True, help="id of the room")
    token.add_argument("--user", required=True, help="id of the person")
    token.add_argument("--role", required=True, choices=[role.value for role in Role], help="what they are there")
    token.add_argument("--name", help="name that is shown (the id)")
    token.set_defaults(run=_token)

    key = commands.add_parser(
        "key", help="make an API key", description="Print a new API key on the last line; it is shown only once."
    )
    _data(key)
    key.add_argument("--label", required=True, help="what it is for")
    key.set_defaults(run=_key)

    add_staff_parsers(commands)
    add_parsers(commands)

    migrate = commands.add_parser(
        "migrate", help="bring the database up to date", description="Run all missing migrations, then exit."
    )
    _data(migrate)
    migrate.set_defaults(run=_migrate)

    schema = commands.add_parser(
        "schema",
        help="write the JSON Schema and the TypeScript types",
        description="Write protocols/schema and docs/reference/wire.md from the code.",
    )
    schema.add_argument("--check", action="store_true", help="write nothing; fail if they are out of date")
    schema.set_defaults(run=_schema)
    return parser


def _add_processes(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The subcommands that run until they are told to stop."""
    serve = commands.add_parser("serve", help="run the server", description="Run the server until SIGTERM or Ctrl-C.")
    serve.add_argument("--host", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (8000); 0 takes a free one")
    _data(serve)
    serve.add_argument("--tls-cert", type=Path, metavar="FILE", help="PEM certificate; with --tls-key, serves https")
    serve.add_argument("--tls-key", type=Path, metavar="FILE", help="the certificate's PEM key")
    serve.add_argument("--demo", action="store_true", help="make a demo room, print its links, let three bots in")
    serve.add_argument("--no-bots", action="store_true", help="with --demo: no bots")
    serve.add_argument(
        "--conformance", action="store_true", help="mount what the official protocol test suites need, nothing else"
    )
    serve.set_defaults(run=_serve)

    work = commands.add_parser(
        "work",
        help="run a worker beside servers",
        description="Fill the database and delete what has become old, for all servers on one Redis and PostgreSQL"
        " that have SHOWFLOOR_WORKERS=apart. Any number of workers share the rooms. Runs until SIGTERM or Ctrl-C.",
    )
    work.add_argument("--host", help="address of /readyz and /metrics (127.0.0.1)")
    work.add_argument("--port", type=int, help="their port (8001); 0 takes a free one")
    _data(work)
    work.set_defaults(run=_work)


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, help="folder of the log and the database (var)")


def _serve(arguments: argparse.Namespace) -> int:
    if arguments.conformance:
        from server.gateway.conformance import serve_conformance

        port = 8000 if arguments.port is None else arguments.port
        serve_conformance(arguments.host or "127.0.0.1", port)
        return 0

    from server.serve import serve

    settings = Settings.load(
        host=arguments.host,
        port=arguments.port,
        data=arguments.data,
        demo=arguments.demo or None,
        tls_certificate=arguments.tls_cert,
        tls_key=arguments.tls_key,
    )
    for name in unknown_settings():
        print(f"showfloor: {name} is set, but there is no such setting", file=sys.stderr)
    return serve(settings, bots=arguments.demo and not arguments.no_bots)


def _work(arguments: argparse.Namespace) -> int:
    from server.worker import WORK_PORT, new_node_id, work

    # Nothing that a worker does is signed: it need not know the secret that signs tokens.
    secret = os.environ.get(f"{PREFIX}SECRET") or secrets.token_urlsafe(32)
    settings = Settings.load(
        host=arguments.host,
        port=WORK_PORT if arguments.port is None else arguments.port,
        data=arguments.data,
        node_id=os.environ.get(f"{PREFIX}NODE_ID") or new_node_id(),
        secret=secret,
        demo=False,
    )
    for name in unknown_settings():
        print(f"showfloor: {name} is set, but there is no such setting", file=sys.stderr)
    return work(settings)


def _token(arguments: argparse.Namespace) -> int:
    from server.once import make_token

    settings = Settings.load(data=arguments.data, kept_secret=True)
    token = asyncio.run(
        make_token(settings, room=arguments.room, user=arguments.user, role=Role(arguments.role), name=arguments.name)
    )
    print(token)
    return 0


def _key(arguments: argparse.Namespace) -> int:
    from server.once import make_api_key

    print(asyncio.run(make_api_key(Settings.load(data=arguments.data, kept_secret=True), label=arguments.label)))
    return 0


def _migrate(arguments: argparse.Namespace) -> int:
    from server.once import migrate

    asyncio.run(migrate(Settings.load(data=arguments.data, kept_secret=True)))
    return 0


def _schema(arguments: argparse.Namespace) -> int:
    from server import schema

    return schema.main(check=arguments.check)


if __name__ == "__main__":
    sys.exit(main())
