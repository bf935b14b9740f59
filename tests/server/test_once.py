"""A token, a key and the migrations, as the command line makes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from server.config import Settings
from server.identity import Identity
from server.once import make_api_key, make_token, migrate
from tests.server.running import OWNER, served

SECRET = "a secret for tests 0123456789 abcdefg"


async def test_a_token_lets_into_a_room_that_is_made_once(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, secret=SecretStr(SECRET))
    for _ in range(2):
        token = await make_token(settings, room="new", user="ann", role=OWNER.role, name=None)
    claims = Identity(SECRET, ttl_s=60).verify(token)
    assert (claims.by.id, claims.by.name, claims.room) == ("ann", "ann", "new")
    async with served(tmp_path) as (app, _):
        assert (await app.core.directory.open("new")).live.room.seq == 1


async def test_a_key_is_good_at_the_server(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, secret=SecretStr(SECRET))
    await migrate(settings)
    key = await make_api_key(settings, label="till")
    async with served(tmp_path) as (app, _):
        assert await app.services.keys.verify(key) is not None


@pytest.mark.parametrize(
    ("module", "unneeded"),
    [
        ("server.serve", {"alembic", "redis", "webauthn", "OpenSSL", "httpx", "obstore", "PIL", "socketio"}),
        ("server.once", {"alembic", "redis", "webauthn", "OpenSSL", "httpx", "obstore", "PIL", "fastapi", "uvicorn"}),
    ],
)
def test_a_start_loads_no_more_than_it_needs(module: str, unneeded: set[str]) -> None:
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not unneeded & set(loaded)
