"""All parts of staff together, as the server's composition root makes them."""

from __future__ import annotations

from dataclasses import dataclass

from server.staff.accounts import Accounts
from server.staff.invitations import Invitations
from server.staff.passkeys import Passkeys
from server.staff.passwords import Passwords
from server.staff.sessions import Sessions
from server.staff.sign_in import SignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """What the HTTP side needs to let staff in and keep their accounts."""

    accounts: Accounts
    invitations: Invitations
    passkeys: Passkeys
    passwords: Passwords
    sessions: Sessions
    sign_in: SignIn
