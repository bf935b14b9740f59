"""The private session id of stock recovery: signed, so that nobody resumes as somebody else."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer


@dataclass(frozen=True, slots=True)
class Session:
    """Whom a pid stands for, and the one room it can resume."""

    user: str
    room: str


class Pids:
    """Makes and reads pids; ``key`` is the server's secret for this one purpose."""

    def __init__(self, key: bytes) -> None:
        self._signer = URLSafeSerializer(key, salt="showfloor.pid")

    def issue(self, session: Session) -> str:
        """A new pid, different each time."""
        return str(self._signer.dumps([session.user, session.room, secrets.token_urlsafe(6)]))

    def read(self, pid: str) -> Session | None:
        """Whom the pid stands for, or None if we did not make it."""
        if len(pid) > 512:
            return None
        try:
            user, room, _ = self._signer.loads(pid)
        except (BadSignature, ValueError):
            return None
        return Session(user, room)
