"""The demo's stream, as a CDN would give one.

/streams/demo.m3u8        the playlist, as it is now
/streams/demo/part-….ts   its parts
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from protocols.errors import Code, Refused
from server import demo_stream
from server.http.services import services_of

router = APIRouter(include_in_schema=False)

PARTS = frozenset(demo_stream.name_of(part) for part in range(demo_stream.PARTS))
KEPT = f"public, max-age={demo_stream.PARTS * demo_stream.PART_MS // 1000}"


@router.api_route(demo_stream.ADDRESS, methods=["GET", "HEAD"])
async def playlist(request: Request) -> Response:
    """What is on now."""
    services = services_of(request)
    if not demo_stream.made(services.settings.data / demo_stream.FOLDER):
        raise Refused(Code.NOT_FOUND)
    return Response(demo_stream.playlist(services.now()), media_type="application/vnd.apple.mpegurl")


@router.api_route("/streams/demo/{name}", methods=["GET", "HEAD"])
async def part(request: Request, name: str) -> Response:
    """A second of it."""
    path = services_of(request).settings.data / demo_stream.FOLDER / name
    if name not in PARTS or not path.is_file():
        raise Refused(Code.NOT_FOUND)
    return FileResponse(path, media_type="video/mp2t", headers={"cache-control": KEPT})
