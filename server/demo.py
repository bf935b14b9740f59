"""The demo: a shop and its room that are there at the first start, their links in the terminal, and bots in it."""

from __future__ import annotations

import asyncio
import io
import secrets
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

import segno

from protocols.errors import Code, Refused
from protocols.messages import Audience, By, Role
from rooms.activities.room import RoomCreate
from rooms.activities.stream import Stream, StreamSet
from server import demo_stream, logs
from server.certificate import lan_addresses
from server.config import Settings
from server.hosting.draft import Sender
from server.links import Links, link_url
from server.staff.desk import Staff
from server.staff.invitations import invitation_url
from server.staff.roles import StaffRole, standing

if TYPE_CHECKING:
    from server.http.services import Services

log = logs.logger("demo")

ROOM = "demo"
TITLE = "周末搭建会 · Build Together"
SHOP = "demo"
SHOP_NAME = "演示店 · Demo shop"
STREAM_TITLE = "搭建台 · Building table"
NO_FFMPEG = "没有找到 ffmpeg，演示不带直播 / no ffmpeg was found: the demo goes without its stream"
HOST = By("demo-host", "演示", Role.HOST)
ANY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not bound
INVERTED, PLAIN = "\x1b[97;40m", "\x1b[0m"  # light blocks on dark, whatever the terminal's colours


@dataclass(frozen=True, slots=True)
class DemoLinks:
    """The ways into the demo room and into its shop, as addresses from the server's root."""

    audience: str
    host: str
    wall: str
    staff: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the server is found: ``here`` on this machine, ``people`` for the QR; both without a path."""

    here: str
    people: str


def reach(settings: Settings, port: int, addresses: Sequence[str]) -> Reach:
    """Where to send people: the public address, else one in this network if we listen there, else this machine."""
    scheme = "https" if settings.tls_certificate else "http"
    everywhere = settings.host in ANY_ADDRESS
    own = "127.0.0.1" if everywhere else settings.host
    here = f"{scheme}://{f'[{own}]' if ':' in own else own}:{port}"
    if settings.public_url:
        return Reach(here, settings.public_url)
    if everywhere and addresses:
        return Reach(here, f"{scheme}://{addresses[0]}:{port}")
    return Reach(here, named(here))


def print_links(links: DemoLinks, where: Reach, out: TextIO, note: str = "") -> None:
    """Print the audience, host and wall links, the audience's as a QR code, and a ``note`` if there is one."""
    out.write("\n  Showfloor\n\n")
    for label, address in (
        ("观众 audience", where.people + links.audience),
        ("主持 host    ", where.people + links.host),
        ("大屏 wall    ", where.people + links.wall),
    ):
        out.write(f"  {label}  {address}\n")
    out.write(f"  员工 staff     {where.people}{links.staff}\n")
    if where.people != named(where.here):
        out.write(f"  本机 local     {where.here}{links.audience}\n")
    print_code(where.people + links.audience, out)
    if note:
        out.write(f"  {note}\n\n")
    out.write("  Ctrl-C 结束 / ends it\n\n")
    out.flush()


def named(here: str) -> str:
    """This machine's own address by its name: browsers make passkeys for a host's name, not for a number."""
    return here.replace("//127.0.0.1:", "//localhost:")


def print_code(address: str, out: TextIO) -> None:
    """Print a QR code in half blocks, where the terminal can show them."""
    if (out.encoding or "").replace("-", "").lower() != "utf8":
        return
    lines = _blocks(address)
    before, after = (INVERTED, PLAIN) if out.isatty() else ("", "")
    out.write("\n" + "".join(f"  {before}{line}{after}\n" for line in lines) + "\n")


def _blocks(address: str) -> list[str]:
    text = io.StringIO()
    segno.make(address, error="l", micro=False).terminal(out=text, border=2, compact=True)
    return text.getvalue().rstrip("\n").split("\n")


async def ensure_shop(services: Services) -> None:
    """Make the demo room's shop unless there is one."""
    try:
        await services.staff.accounts.add_shop(SHOP_NAME, SHOP)
    except Refused as refused:
        if refused.code is not Code.CONFLICT:
            raise


async def staff_door(staff: Staff) -> str:
    """An invitation to be the house's owner; the lobby, once somebody has become that."""
    everywhere = standing(StaffRole.OWNER, ())
    if any(member.role is StaffRole.OWNER for member in await staff.accounts.seen_by(everywhere)):
        return "/lobby"
    # One that was printed at an earlier start cannot be printed again, so it is withdrawn.
    await staff.invitations.end_of(HOST.id)
    value, _ = await staff.invitations.create(HOST.id, everywhere)
    return invitation_url("", value)


async def ensure_room(services: Services) -> None:
    """Make the demo room unless there is one."""
    command = RoomCreate(id="demo-create", room=ROOM, title=TITLE, shop=SHOP)
    try:
        await services.directory.create(command, HOST)
    except Refused as refused:
        if refused.code is not Code.CONFLICT:
            raise


async def demo_links(links: Links, staff: Staff) -> DemoLinks:
    """The demo room's links, the same at every start unless one was withdrawn, and the way in for staff."""
    return DemoLinks(
        f"/r/{ROOM}",
        await _link(links, Role.HOST, "演示主持"),
        await _link(links, Role.WALL, "演示大屏"),
        await staff_door(staff),
    )


async def _link(links: Links, role: Role, label: str) -> str:
    for link in await links.of_room(ROOM):
        if link.role is role and link.label == label and link.revoked_at is None and link.expires_at is None:
            break
    else:
        link = await links.create(ROOM, role, label=label)
    return link_url(None, ROOM, role, links.signed(link))


async def start_demo(services: Services, port: int, *, bots: bool) -> asyncio.Task[None]:
    """Make the room, print its links, let the bots in; cancel the task to send them home."""
    settings = services.settings
    where = reach(settings, port, lan_addresses())
    await ensure_shop(services)
    await ensure_room(services)
    streams = demo_stream.made(settings.data / demo_stream.FOLDER) or demo_stream.ffmpeg() is not None
    note = "" if streams else NO_FFMPEG
    print_links(await demo_links(services.links, services.staff), where, sys.stdout, note)
    return asyncio.create_task(_play(services, where.here, bots=bots, streams=streams), name="demo")


async def _play(services: Services, base_url: str, *, bots: bool, streams: bool) -> None:
    async with asyncio.TaskGroup() as tasks:
        if streams:
            tasks.create_task(offer_stream(services))
        if bots:
            tasks.create_task(_bots(services, base_url))


async def offer_stream(services: Services) -> None:
    """Show the demo's stream in the demo room, unless that shows one."""
    stopped = threading.Event()
    try:
        folder = services.settings.data / demo_stream.FOLDER
        await asyncio.to_thread(demo_stream.make, folder, stopped.is_set)
        host = await services.directory.open(ROOM)
        if host.live.room.view(Audience.HOSTS)[Stream.name]["stream"] is None:
            command = StreamSet(
                id=f"demo-{secrets.token_urlsafe(9)}", room=ROOM, address=demo_stream.ADDRESS, title=STREAM_TITLE
            )
            await host.ask(command, Sender(HOST))
    except (demo_stream.NoFfmpeg, OSError, Refused):
        log.warning("the demo goes without its stream", exc_info=True)
    finally:
        stopped.set()


async def _bots(services: Services, base_url: str) -> None:
    # The stock client is installed for the demo alone; a server does without it.
    from server.bots import Place, clients, run_bots  # noqa: PLC0415

    def token(user: str, name: str, role: str) -> str:
        return services.identity.issue(user=user, name=name, role=Role(role), room=ROOM).token

    try:
        async with clients(services.settings.tls_certificate) as client:
            await run_bots(Place(base_url, ROOM, token, client))
    except Exception:
        # The room goes on without them, and whoever runs it should know why.
        log.exception("bots failed")
