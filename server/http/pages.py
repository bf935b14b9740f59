"""The built pages, under a policy that runs nothing but them.

    /  /r/{room}        the audience's page
    /host/{room}        the console
    /wall/{room}        the wall; without a room it shows a code to be paired by
    /staff…  /lobby…    the pages of those who work here: signing in, accounts, rooms
    /assets/…           their files; names bear a digest, so they are kept for a year. Scripts and styles are compressed
                        when they are built, and go out so to whoever takes that

Any other address tells a browser so in a page, and programs in JSON.

A link's signature stands in the fragment (``#…``), which browsers send to nobody.
"""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from protocols.errors import Code, Refused
from rooms.stream_address import OWN
from server.config import Settings
from server.http.headers import page_policy
from server.http.services import services_of

router = APIRouter(include_in_schema=False)

ROOM = r"/{room}"
PROGRAMS = ("/api/", "/socket.io")  # whoever asks here is no person, whatever they say that they accept
YEAR = "public, max-age=31536000, immutable"
# A page names files that bear digests: it must be looked at anew after an upgrade, at no cost if unchanged.
FRESH = "no-cache"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
COMPRESSED = {".css", ".js"}
CODINGS = {"br": ".br", "gzip": ".gz"}  # the smallest first
NEVER = re.compile(r"q\s*=\s*0(\.0*)?")


def policy(settings: Settings, name: str) -> str:
    """The content security policy of a page; streams play in the audience's alone."""
    url = settings.public_url
    streams = [site for site in settings.stream_hosts if site != OWN] if name == "audience" else []
    return page_policy([] if url is None else [url.replace("http", "ws", 1)], streams)


async def page(request: Request, name: str, status: int = 200) -> Response:
    """One of the pages; 503 in one clear line if they were not built."""
    settings = services_of(request).settings
    path = settings.pages / f"{name}.html"
    if not path.is_file():
        return PlainTextResponse("The pages are not built: run make run, or npm run build in client_web.\n", 503)
    headers = {"cache-control": FRESH, "content-security-policy": policy(settings, name)}
    return FileResponse(path, status, media_type=TYPES[".html"], headers=headers)


async def lost(request: Request) -> Response | None:
    """For a browser that was led to an address of no page: the audience's page, which says so and shows the way on."""
    path, accepts = request.url.path, request.headers.get("accept", "")
    if request.method not in {"GET", "HEAD"} or "text/html" not in accepts or path.startswith(PROGRAMS):
        return None
    return await page(request, "audience", 404)


@router.api_route("/", methods=["GET", "HEAD"])
async def start(request: Request) -> Response:
    """The audience's page, without a room."""
    return await page(request, "audience")


# A slash too many, as some scanners of codes add one, leads there too.
@router.api_route("/r", methods=["GET", "HEAD"])
@router.api_route("/r/", methods=["GET", "HEAD"])
@router.api_route("/r" + ROOM, methods=["GET", "HEAD"])
@router.api_route("/r" + ROOM + "/", methods=["GET", "HEAD"])
async def audience(request: Request) -> Response:
    """The audience's page; it asks for the room itself."""
    return await page(request, "audience")


@router.api_route("/host", methods=["GET", "HEAD"])
@router.api_route("/host/", methods=["GET", "HEAD"])
@router.api_route("/host" + ROOM, methods=["GET", "HEAD"])
async def console(request: Request) -> Response:
    """The host's console."""
    return await page(request, "host")


@router.api_route("/wall", methods=["GET", "HEAD"])
@router.api_route("/wall/", methods=["GET", "HEAD"])
@router.api_route("/wall" + ROOM, methods=["GET", "HEAD"])
async def wall(request: Request) -> Response:
    """The wall."""
    return await page(request, "wall")


@router.api_route("/staff", methods=["GET", "HEAD"])
@router.api_route("/staff/{rest:path}", methods=["GET", "HEAD"])
@router.api_route("/lobby", methods=["GET", "HEAD"])
@router.api_route("/lobby/{rest:path}", methods=["GET", "HEAD"])
async def staff(request: Request) -> Response:
    """The staff's pages: one document, which looks at its own address."""
    return await page(request, "staff")


@router.api_route("/assets/{name:path}", methods=["GET", "HEAD"])
async def asset(request: Request, name: str) -> Response:
    """A file of the pages; its name bears a digest of its content."""
    return _file(request, services_of(request).settings.pages / "assets", name, YEAR)


@router.api_route("/{name}", methods=["GET", "HEAD"])
async def root_file(request: Request, name: str) -> Response:
    """A file beside the pages, such as an icon; the pages themselves have their own addresses."""
    if name.endswith(".html"):
        raise Refused(Code.NOT_FOUND)
    return _file(request, services_of(request).settings.pages, name, FRESH)


def _file(request: Request, folder: Path, name: str, caching: str) -> Response:
    root = folder.resolve()
    try:
        # Links are followed before the test, so that neither ".." nor a link leads out of the folder.
        path = (root / name).resolve()
        found = path.is_relative_to(root) and path.is_file()
    except (OSError, ValueError):
        # A name too long for the disk, or with NUL in it.
        found = False
    hidden = any(part.startswith(".") for part in name.split("/"))
    if not found or hidden:
        raise Refused(Code.NOT_FOUND)
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = {"cache-control": caching}
    if path.suffix in COMPRESSED:
        headers["vary"] = "accept-encoding"
        for coding, suffix in CODINGS.items():
            beside = path.with_name(path.name + suffix)
            if coding in _taken(request) and beside.is_file():
                return FileResponse(beside, media_type=kind, headers=headers | {"content-encoding": coding})
    return FileResponse(path, media_type=kind, headers=headers)


def _taken(request: Request) -> set[str]:
    """The codings that this browser takes by name (RFC 9110, 12.5.3); one with ``q=0`` it does not."""
    asked = (each.partition(";") for each in request.headers.get("accept-encoding", "").lower().split(","))
    return {coding.strip() for coding, _, weight in asked if not NEVER.fullmatch(weight.strip())}
