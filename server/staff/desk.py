"""All parts of staff together, as the server's composition root makes them."""

from __future__ import annotations

from dataclasses import dataclass

from server.staff.accounts import Accounts
from server.staff.sessions import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """What the HTTP side needs to let staff in and keep their accounts."""

    accounts: Accounts
    sessions: Sessions
