"""What a process without people has of HTTP: ``/livez``, ``/readyz`` and ``/metrics``."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.types import ASGIApp

from server.http import errors, health, metrics
from server.http.guard import Guard
from server.http.services import Watched


def build_watch(watched: Watched) -> ASGIApp:
    """These three as an ASGI application."""
    app = FastAPI(title="Showfloor", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.services = watched
    errors.install(app)
    app.router.redirect_slashes = False
    app.include_router(health.router)
    app.include_router(metrics.router)
    return Guard(app, answered=watched.metrics.answered)
