"""The HTTP application: the API, its description, health, metrics and pages, inside the guard."""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from server.http import docs, errors, health, metrics, pages, streams
from server.http.api import (
    audit,
    draws,
    enter,
    exports,
    history,
    links,
    pairings,
    photos,
    questions,
    results,
    rooms,
    seats,
    shops,
    staff,
    staff_invitations,
    staff_session,
    staff_ways,
    templates,
    uploads,
)
from server.http.api.exports import EXPORTS_AT_ONCE, Slots
from server.http.guard import Guard
from server.http.limits import Bounds
from server.http.openapi import described
from server.http.services import Services

DESCRIPTION = """
Rooms, links and what was said in them.

* Every answer that is not a success is `{"error": {code, message, retry}}`; `code` is for programs.
* Fields that are not asked for are refused. Instants end in `_at` and are milliseconds since 1970.
* Speaking in a room goes over Socket.IO; see the wire reference.
"""


def build_http(services: Services, *, bounds: Bounds | None = None) -> ASGIApp:
    """The whole HTTP side as one ASGI application."""
    app = FastAPI(
        title="Showfloor",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=docs.OPENAPI if services.settings.docs else None,
        generate_unique_id_function=_operation_id,
        separate_input_output_schemas=False,
    )
    app.openapi = partial(described, app)  # type: ignore[method-assign]
    app.state.services = services
    app.state.exports = Slots(EXPORTS_AT_ONCE)
    app.state.pieces = Slots(uploads.PIECES_AT_ONCE, "uploads", each=uploads.PIECES_EACH)
    services.metrics.add("exports", app.state.exports.statistics)
    services.metrics.add("pieces", app.state.pieces.statistics)
    services.metrics.add("darkroom", services.darkroom.statistics)
    services.metrics.add("http", services.statistics)
    errors.install(app, pages.lost)

    # Redirects for a slash too many would carry the address of whoever stands before us.
    app.router.redirect_slashes = False

    for part in (
        *(rooms, templates, links, pairings, seats, history, results, questions, draws, exports),
        *(staff_session, staff_invitations, staff_ways, staff, shops, audit, enter),
        *(uploads, photos),
    ):
        app.include_router(part.router)
    app.include_router(health.router)
    app.include_router(metrics.router)
    if services.settings.docs:
        app.include_router(docs.router)
    if services.settings.demo:
        app.include_router(streams.router)
    # Last: it takes what no other address took.
    app.include_router(pages.router)

    if services.settings.allowed_origins:
        # Credentials travel in a header that scripts set, never in cookies.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=services.settings.allowed_origins,
            allow_methods=["GET", "HEAD", "POST", "PATCH", "DELETE"],
            allow_headers=["authorization", "content-type", uploads.OFFSET],
            expose_headers=[uploads.OFFSET],
            max_age=600,
        )
    return Guard(app, bounds=bounds, streams=uploads.streams, answered=services.metrics.answered)


def _operation_id(route: APIRoute) -> str:
    return route.name
