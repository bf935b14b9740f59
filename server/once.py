"""What the command line does once, also beside a server that runs: a token, a key, the migrations."""

from __future__ import annotations

from protocols.errors import Code, Refused
from protocols.messages import By, Role
from rooms.activities.room import RoomCreate
from server import logs, secret_mark
from server.config import Settings
from server.core import core
from server.database import usable
from server.identity import Identity
from server.keys import ApiKeys
from server.store.links import StoredKeys

log = logs.logger("app")

CLI = By("cli", "Showfloor", Role.HOST)


async def make_token(settings: Settings, *, room: str, user: str, role: Role, name: str | None) -> str:
    """A token for a room, which is made if it is new."""
    secret_mark.warn_of_another(settings.data, settings.secret.get_secret_value())
    async with core(settings) as made:
        try:
            await made.directory.create(RoomCreate(id="cli-create", room=room, title=room), CLI)
        except Refused as refused:
            if refused.code is not Code.CONFLICT:
                raise
        # A server that is running projects it, or the next one does: two that project at once could bring back
        # what was erased in between.
        await made.directory.drain()
    identity = Identity(settings.secret.get_secret_value(), ttl_s=settings.token_ttl_s)
    return identity.issue(user=user, name=name or user, role=role, room=room).token


async def make_api_key(settings: Settings, *, label: str) -> str:
    """An API key, given out this once."""
    async with core(settings) as made:
        with usable(settings):
            return await ApiKeys(StoredKeys(made.database)).create(label)


async def migrate(settings: Settings) -> None:
    """Run the migrations that are missing."""
    async with core(settings):
        log.info("the database is up to date", folder=str(settings.data))
