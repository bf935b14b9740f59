"""Staff in a house: shops s1 and s2, an owner, managers, staff; each with a cookie and our own Origin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from httpx import Response

from server.http.callers import COOKIE
from server.staff.accounts import Member
from server.staff.roles import StaffRole
from tests.server.http.house import House
from tests.server.staff.tables import QUICK

ORIGIN = "http://showfloor.test"
PASSWORD = "correct-horse-7"


class Staffed:
    """``as_`` sends a request as one of them."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.cookies: dict[str, str] = {}
        self.sessions: dict[str, str] = {}
        tables = house.tables
        self.olga = tables.member("st_olga", StaffRole.OWNER)
        self.mei = tables.member("st_mei", StaffRole.MANAGER, "s1")
        self.max = tables.member("st_max", StaffRole.MANAGER, "s1", "s2")
        self.sam = tables.member("st_sam", StaffRole.STAFF, "s1")
        self.zoe = tables.member("st_zoe", StaffRole.STAFF, "s2")

    async def open(self) -> Staffed:
        hashed = QUICK.hash(PASSWORD)
        for name, member in list(self.house.tables.accounts.rows.items()):
            self.house.tables.accounts.rows[name] = replace(member, password=hashed)
            await self.sign_in(name)
        return self

    async def sign_in(self, name: str) -> str:
        """Another session of theirs, which ``as_`` uses from now on; its id."""
        value, own = await self.house.staff.sessions.begin(self.now(name), "Test/1")
        self.cookies[name] = value
        self.sessions[name] = own.session.id
        return own.session.id

    def now(self, name: str) -> Member:
        """The account as it is stored."""
        return self.house.tables.accounts.rows[name]

    def headers(self, name: str, origin: str | None = ORIGIN) -> dict[str, str]:
        """What their browser sends."""
        headers = {"cookie": f"{COOKIE}={self.cookies[name]}"}
        return headers if origin is None else {**headers, "origin": origin}

    async def as_(self, name: str, method: str, path: str, body: Any = None) -> Response:
        """Send a request as this account; ``path`` from /api/v1."""
        sent = {} if body is None else {"json": body}
        return await self.house.client.request(method, f"/api/v1{path}", headers=self.headers(name), **sent)

    async def anyone(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        """Send a request without a cookie."""
        sent = {} if body is None else {"json": body}
        return await self.house.client.request(method, f"/api/v1{path}", headers=headers, **sent)

    def acts(self) -> list[tuple[str, str, str]]:
        """Who did what to what, as the audit has it."""
        return [(entry.who, entry.action, entry.target) for entry in self.house.tables.audit.rows]


def refusal(answer: Response) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return answer.status_code, answer.json()["error"]["code"]
