"""Signing in: by login and password, or by passkey; slowed after failures, by login and by address."""

from __future__ import annotations

from protocols.errors import Code, Refused
from server.counting import Counting, CountingHere
from server.staff.accounts import LOGIN_LENGTH, Accounts, Member, clean_login
from server.staff.passkeys import Credential, Passkeys, Site
from server.staff.passwords import Passwords
from server.tries import Tries

LOGIN_WAIT_S = 60.0  # at most, for strangers can make anybody wait who comes from a new address
ADDRESS_FREE = 20  # a shop shares one address
KNOWN = "known-logins"  # and whence they were right before
KNOWN_S = 30 * 86_400.0  # how long that is remembered
_WRONG = "Login or password is wrong."


class SignIn:
    """Finds out who somebody is."""

    def __init__(
        self,
        accounts: Accounts,
        passwords: Passwords,
        passkeys: Passkeys,
        counting: Counting | None = None,
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._passkeys = passkeys
        self._counting = CountingHere() if counting is None else counting
        self._logins = Tries("logins", self._counting, longest_wait_s=LOGIN_WAIT_S)
        self._addresses = Tries("login-addresses", self._counting, free=ADDRESS_FREE)

    async def by_password(self, login: str, password: str, address: str) -> Member:
        """Whose login and password these are.

        Raises Refused: unauthorized, in the same words and after the same time whatever is wrong; rate_limited.
        """
        await self._addresses.take(address)
        named = _counted_as(login)
        # Else strangers who try a login without a pause would keep its owner out for good.
        known = f"{named} {address}"
        key = known if await self._counting.noted(KNOWN, known) else named
        try:
            await self._logins.take(key)
        except Refused:
            # Not tried at all, so the others of this shop need not wait for it.
            await self._addresses.give_back(address)
            raise
        member = await self._accounts.by_login(login)
        right = await self._passwords.verify(None if member is None else member.password, password)
        if member is None or not right:
            raise Refused(Code.UNAUTHORIZED, _WRONG)
        # Looked at anew: whoever changes a password to shut somebody out does not wait for what is being checked.
        now = await self._accounts.get(member.id)
        if now is None or now.disabled_at is not None or now.password != member.password:
            raise Refused(Code.UNAUTHORIZED, _WRONG)
        await self._logins.give_back(key)
        await self._addresses.give_back(address)
        await self._counting.note(KNOWN, known, KNOWN_S)
        return now

    async def by_passkey(self, site: Site, handle: str, credential: Credential, address: str) -> Member:
        """Whose passkey this is. Raises Refused: unauthorized, expired, invalid, rate_limited."""
        await self._addresses.take(address)
        member = await self._accounts.get(await self._passkeys.shown(site, handle, credential))
        if member is None or member.disabled_at is not None:
            raise Refused(Code.UNAUTHORIZED, "This passkey is not known here.")
        await self._addresses.give_back(address)
        return member

    async def again(self, member: Member, password: str | None) -> None:
        """Somebody who is signed in shows their password once more. Raises Refused: forbidden, rate_limited."""
        if member.password is None:
            return
        # Not counted with those who try to sign in: these may be strangers.
        key = f"{member.login} again"
        await self._logins.take(key)
        if password is None or not await self._passwords.verify(member.password, password):
            raise Refused(Code.FORBIDDEN, "current: is not your password")
        await self._logins.give_back(key)


def _counted_as(login: str) -> str:
    """However it is written: each way to write one login would have tries of its own."""
    try:
        return clean_login(login)
    except Refused:
        # Nobody's; counted all the same, so that nobody learns that from the answers.
        return "?" + login.strip().casefold()[:LOGIN_LENGTH]
