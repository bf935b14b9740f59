"""``/docs``: the API's description, to read and to try, without another site.

Swagger UI and its style come from an installed package; a page of our own starts it, since the
policy forbids scripts inside a page.
"""

from __future__ import annotations

from importlib.resources import as_file, files

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from protocols.errors import Code, Refused

router = APIRouter(include_in_schema=False)

OPENAPI = "/api/v1/openapi.json"
PACKAGE = "fastapi_offline"
FILES = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
}
# Swagger UI's own pictures are data: URLs inside its style.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Showfloor API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="description"></div>
<noscript>This page needs scripts; the description itself is at <a href="{openapi}">{openapi}</a>.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({{
  url: "{openapi}",
  dom_id: "#description",
  deepLinking: true,
  // The checker of descriptions is another site.
  validatorUrl: null,
  // A key or token that was typed in is forgotten with the page.
  persistAuthorization: false,
}});
"""


@router.get("/docs")
async def docs() -> Response:
    """The page."""
    return HTMLResponse(PAGE.format(openapi=OPENAPI), headers={"content-security-policy": POLICY})


@router.get("/docs/start.js")
async def start() -> Response:
    """What starts Swagger UI."""
    return Response(START.format(openapi=OPENAPI), media_type="text/javascript; charset=utf-8")


@router.get("/docs/{name}")
async def file(name: str) -> Response:
    """A file of Swagger UI."""
    kind = FILES.get(name)
    if kind is None:
        raise Refused(Code.NOT_FOUND)
    with as_file(files(PACKAGE) / "static" / name) as path:
        content = path.read_bytes()
    return Response(content, media_type=kind, headers={"cache-control": "public, max-age=3600"})
