"""Sessions of staff: a random value in a cookie, kept as a digest.

A session lives for 30 days, and for 7 without being used. Room tokens that rest on one name it; when it ends, they are
refused, and the callbacks of ``on_ended`` end the joins that rest on it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from protocols.errors import Code, Refused
from server.staff.accounts import Member

DAY_MS: Final = 86_400_000
LIFE_MS: Final = 30 * DAY_MS
IDLE_MS: Final = 7 * DAY_MS
FRESH_MS: Final = 10 * 60_000  # how long ago whoever changes the ways into their account may have signed in
SEEN_EVERY_MS: Final = 60_000  # so that a page that asks often does not write often
SESSIONS_EACH: Final = 50  # of one account; the one not used for longest ends when another begins
VALUE_LENGTH: Final = 64  # characters; ours have 43
AGENT_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it is stored; instants in ms."""

    id: str
    digest: bytes
    staff: str
    agent: str
    created_at: int
    seen_at: int
    ended_at: int | None = None

    @property
    def expires_at(self) -> int:
        """When it ends, however much it is used."""
        return self.created_at + LIFE_MS

    def lives(self, now: int) -> bool:
        """Whether it still opens anything."""
        return self.ended_at is None and now < self.expires_at and now < self.seen_at + IDLE_MS


@dataclass(frozen=True, slots=True)
class StaffSession:
    """Somebody who is signed in: their session and their account as they are now."""

    session: Session
    member: Member


class SessionTable(Protocol):
    """Where sessions are kept."""

    async def add(self, session: Session) -> None:
        """Store a new session."""

    async def by_digest(self, digest: bytes) -> StaffSession | None:
        """The session of this digest and its account, also when ended or disabled."""

    async def of_member(self, member_id: str) -> Sequence[Session]:
        """The sessions of an account that were not ended, the one used last first."""

    async def seen(self, session_id: str, at: int) -> None:
        """Note that it was used."""

    async def end(self, session_ids: Sequence[str], at: int) -> None:
        """Mark as ended; the first time stands."""

    async def ended_since(self, at: int) -> Sequence[str]:
        """The ids of sessions ended at or after ``at``."""

    async def prune(self, member_id: str, before: int) -> None:
        """Remove those of an account that began before this instant."""


class Sessions:
    """Begins, finds and ends sessions. ``clock`` gives Unix seconds."""

    def __init__(
        self, table: SessionTable, *, token_ttl_s: int = 12 * 3600, clock: Callable[[], float] = time.time
    ) -> None:
        self._table = table
        self._token_ttl_ms = token_ttl_s * 1000
        self._clock = clock
        self._ended: dict[str, int] = {}  # session id -> when; kept while tokens that name it may live
        self._callbacks: list[Callable[[str], None]] = []

    async def load(self) -> None:
        """Learn what was ended while tokens of it may still live. Call before serving."""
        now = self._now()
        self._ended = dict.fromkeys(await self._table.ended_since(now - self._token_ttl_ms), now)

    def ended(self, session_id: str) -> bool:
        """Whether tokens that name this session are refused; a look in memory."""
        return session_id in self._ended

    def on_ended(self, callback: Callable[[str], None]) -> None:
        """Call ``callback`` with the id of each session that is ended from now on."""
        self._callbacks.append(callback)

    def learn(self, session_id: str) -> None:
        """This session was ended on another node."""
        self._ended[session_id] = self._now()

    async def ended_since(self, at: int) -> Sequence[str]:
        """The ids of sessions ended at or after ``at``, on whatever node."""
        return await self._table.ended_since(at)

    async def begin(self, member: Member, agent: str) -> tuple[str, StaffSession]:
        """Sign somebody in: the cookie's value, given out this once, and the session."""
        now = self._now()
        live = [session for session in await self._table.of_member(member.id) if session.lives(now)]
        await self._end(live[SESSIONS_EACH - 1 :])
        # No token that names one of these is good any more either.
        await self._table.prune(member.id, now - 2 * LIFE_MS)
        value = secrets.token_urlsafe(32)
        shown = "".join(char for char in agent[:AGENT_LENGTH] if char.isprintable())
        session = Session(f"ss_{secrets.token_hex(10)}", _digest(value), member.id, shown, now, now)
        await self._table.add(session)
        return value, StaffSession(session, member)

    async def of(self, value: str) -> StaffSession | None:
        """Who is signed in by this value of the cookie; None if nobody is, any more."""
        if not value or len(value) > VALUE_LENGTH or not value.isascii():
            return None
        found = await self._table.by_digest(_digest(value))
        now = self._now()
        if found is None or not found.session.lives(now) or found.member.disabled_at is not None:
            return None
        if now - found.session.seen_at >= SEEN_EVERY_MS:
            await self._table.seen(found.session.id, now)
        return found

    def fresh(self, session: Session) -> None:
        """Raises Refused: unauthorized, unless it began a moment ago: one that was stolen must not become a way in."""
        if self._now() - session.created_at > FRESH_MS:
            raise Refused(Code.UNAUTHORIZED, "Sign in once more: this changes the ways into your account.")

    async def of_member(self, member_id: str) -> Sequence[Session]:
        """Where somebody is signed in, the session used last first."""
        now = self._now()
        return [session for session in await self._table.of_member(member_id) if session.lives(now)]

    async def end(self, member_id: str, session_id: str) -> None:
        """End a session of this account. Raises Refused: not_found."""
        mine = [session for session in await self._table.of_member(member_id) if session.id == session_id]
        if not mine:
            raise Refused(Code.NOT_FOUND)
        await self._end(mine)

    async def end_all(self, member_id: str, *, but: str | None = None) -> int:
        """End all sessions of an account, ``but`` one; how many."""
        # Those that have run out too: a token may outlive the idle time of the session that it names.
        mine = [session for session in await self._table.of_member(member_id) if session.id != but]
        await self._end(mine)
        return len(mine)

    async def _end(self, sessions: Sequence[Session]) -> None:
        if not sessions:
            return
        now = self._now()
        ids = [session.id for session in sessions]
        await self._table.end(ids, now)
        self.forget_old()
        for each in ids:
            self._ended[each] = now
            for callback in self._callbacks:
                callback(each)

    def forget_old(self) -> None:
        """Forget what no token can rest on any more."""
        # No token outlives its issue by more than the usual time, and none is made after the end.
        now = self._now()
        self._ended = {each: at for each, at in self._ended.items() if at > now - self._token_ttl_ms}

    def _now(self) -> int:
        return int(self._clock() * 1000)


def _digest(value: str) -> bytes:
    # The value has 256 random bits: a slow hash would only help those who wish to keep us busy.
    return hashlib.sha256(value.encode()).digest()
