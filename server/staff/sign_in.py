"""Signing in: by login and password, or by passkey; slowed after failures, by login and by address."""

from __future__ import annotations

from collections import OrderedDict

from protocols.errors import Code, Refused
from server.staff.accounts import LOGIN_LENGTH, Accounts, Member, clean_login
from server.staff.passkeys import Credential, Passkeys, Site
from server.staff.passwords import Passwords
from server.tries import Tries

LOGIN_WAIT_S = 60.0  # at most, for strangers can make anybody wait who comes from a new address
ADDRESS_FREE = 20  # a shop shares one address
KNOWN = 10_000  # logins by address that are remembered; the one not right for longest is forgotten first
_WRONG = "Login or password is wrong."


class SignIn:
    """Finds out who somebody is."""

    def __init__(
        self,
        accounts: Accounts,
        passwords: Passwords,
        passkeys: Passkeys,
        *,
        logins: Tries | None = None,
        addresses: Tries | None = None,
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._passkeys = passkeys
        self._logins = Tries(longest_wait_s=LOGIN_WAIT_S) if logins is None else logins
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()  # logins, and whence they were right before
        self._addresses = Tries(free=ADDRESS_FREE) if addresses is None else addresses

    async def by_password(self, login: str, password: str, address: str) -> Member:
        """Whose login and password these are.

        Raises Refused: unauthorized, in the same words and after the same time whatever is wrong; rate_limited.
        """
        self._addresses.take(address)
        named = _counted_as(login)
        # Else strangers who try a login without a pause would keep its owner out for good.
        key = f"{named} {address}" if (named, address) in self._known else named
        try:
            self._logins.take(key)
        except Refused:
            # Not tried at all, so the others of this shop need not wait for it.
            self._addresses.give_back(address)
            raise
        member = await self._accounts.by_login(login)
        right = await self._passwords.verify(None if member is None else member.password, password)
        if member is None or not right:
            raise Refused(Code.UNAUTHORIZED, _WRONG)
        # Looked at anew: whoever changes a password to shut somebody out does not wait for what is being checked.
        now = await self._accounts.get(member.id)
        if now is None or now.disabled_at is not None or now.password != member.password:
            raise Refused(Code.UNAUTHORIZED, _WRONG)
        self._logins.give_back(key)
        self._addresses.give_back(address)
        self._remember(named, address)
        return now

    async def by_passkey(self, site: Site, handle: str, credential: Credential, address: str) -> Member:
        """Whose passkey this is. Raises Refused: unauthorized, expired, invalid, rate_limited."""
        self._addresses.take(address)
        member = await self._accounts.get(await self._passkeys.shown(site, handle, credential))
        if member is None or member.disabled_at is not None:
            raise Refused(Code.UNAUTHORIZED, "This passkey is not known here.")
        self._addresses.give_back(address)
        return member

    async def again(self, member: Member, password: str | None) -> None:
        """Somebody who is signed in shows their password once more. Raises Refused: forbidden, rate_limited."""
        if member.password is None:
            return
        # Not counted with those who try to sign in: these may be strangers.
        key = f"{member.login} again"
        self._logins.take(key)
        if password is None or not await self._passwords.verify(member.password, password):
            raise Refused(Code.FORBIDDEN, "current: is not your password")
        self._logins.give_back(key)

    def _remember(self, login: str, address: str) -> None:
        self._known[login, address] = None
        self._known.move_to_end((login, address))
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)


def _counted_as(login: str) -> str:
    """However it is written: each way to write one login would have tries of its own."""
    try:
        return clean_login(login)
    except Refused:
        # Nobody's; counted all the same, so that nobody learns that from the answers.
        return "?" + login.strip().casefold()[:LOGIN_LENGTH]
