"""A stream at another site: the demo's parts, with a playlist that goes on, as a CDN would give them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from server import demo_stream

OPEN = {"access-control-allow-origin": "*"}


class Cdn:
    """``url`` is its site, ``address`` the stream's; while ``broken`` it has none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = ""
        self.broken = False

    @property
    def address(self) -> str:
        return f"{self.url}/show/live.m3u8?sign=s3cret"

    async def playlist(self, request: web.Request) -> web.Response:
        if self.broken or request.query.get("sign") != "s3cret":
            return web.Response(status=404, headers=OPEN)
        text = demo_stream.playlist(round(time.time() * 1000))
        return web.Response(text=text, content_type="application/vnd.apple.mpegurl", headers=OPEN)

    async def part(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(self._folder / request.match_info["name"], headers=OPEN)


@asynccontextmanager
async def streaming(folder: Path) -> AsyncIterator[Cdn]:
    """A site with a stream, which is made first."""
    await asyncio.to_thread(demo_stream.make, folder)
    cdn = Cdn(folder)
    app = web.Application()
    app.router.add_get("/show/live.m3u8", cdn.playlist)
    app.router.add_get(r"/show/demo/{name:part-\d\d\.ts}", cdn.part)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        cdn.url = f"http://127.0.0.1:{port}"
        yield cdn
    finally:
        await runner.cleanup()
