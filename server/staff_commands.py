"""The command line of staff: add, list, reset. Works beside a server that runs."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from protocols.errors import Refused
from server.config import Settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from server.staffing import CommandLine

ROLES = ("owner", "manager", "staff")


def add_staff_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The subcommand and its own subcommands; each sets ``run``."""
    staff = commands.add_parser(
        "staff", help="invite staff, list them, let one in again", description="Accounts of those who run rooms."
    )
    acts = staff.add_subparsers(required=True, metavar="ACT")

    add = acts.add_parser(
        "add",
        help="print an invitation link",
        description="Print an invitation on the last line: whoever opens it within seven days makes the account.",
    )
    add.add_argument("--role", choices=ROLES, default="staff", help="what they are (staff)")
    add.add_argument("--shop", help="id or name of their shop, which is made if it is new; owners need none")
    add.add_argument("--login", help="what they sign in by; they choose it if it is not given")
    add.add_argument("--name", help="what they are called; they may change it")
    add.set_defaults(run=_add)

    listing = acts.add_parser("list", help="list accounts and open invitations")
    listing.set_defaults(run=_list)

    reset = acts.add_parser(
        "reset",
        help="print a link that gives an account a new way in",
        description="Print a link on the last line: whoever opens it sets a new password or passkey for this account."
        " The earlier ones, and all that is signed in by them, end then.",
    )
    reset.add_argument("--login", required=True, help="whose account")
    reset.set_defaults(run=_reset)
    for parser in (add, listing, reset):
        parser.add_argument("--data", type=Path, help="folder of the log and the database (var)")


def _add(arguments: argparse.Namespace) -> int:
    async def act(line: CommandLine) -> None:
        url = await line.add(arguments.role, shop=arguments.shop, login=arguments.login, name=arguments.name)
        print(url)

    return _done(arguments, act)


def _list(arguments: argparse.Namespace) -> int:
    async def act(line: CommandLine) -> None:
        for member, shops in await line.members():
            where = ", ".join(shops) or ("all shops" if member.standing.everywhere else "no shop")
            off = "  (disabled)" if member.disabled_at is not None else ""
            print(f"{member.login}  {member.role}  {member.name}  {where}{off}")
        for each in await line.open_invitations():
            print(f"{each.login or '-'}  {each.standing.role}  {each.name or '-'}  (invited)")

    return _done(arguments, act)


def _reset(arguments: argparse.Namespace) -> int:
    async def act(line: CommandLine) -> None:
        print(await line.reset(arguments.login))

    return _done(arguments, act)


def _done(arguments: argparse.Namespace, act: Callable[[CommandLine], Awaitable[None]]) -> int:
    from server.staffing import command_line

    async def run() -> None:
        # A demo keeps its secret in its folder, and so does nothing else.
        async with command_line(Settings.load(data=arguments.data, kept_secret=True)) as line:
            await act(line)

    try:
        asyncio.run(run())
    except Refused as refused:
        print(f"showfloor: {refused.message}", file=sys.stderr)
        return 2
    return 0
