"""Somebody to whom a host does something: hears all that the wire brings, whether or not they should."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson

from loadtests.admission import ask
from loadtests.client import Client
from loadtests.polling import HttpConnection, open_polling
from loadtests.serving import Served, Serving
from loadtests.websocket import open_websocket
from loadtests.wire import Wire, WireError

Act = Literal["kick", "ban", "role", "expiry", "link"]
Way = Literal["websocket", "polling"]
ACTS: Final[tuple[Act, ...]] = ("kick", "ban", "role", "expiry", "link")
# What those get who try the door again; the others come in.
REFUSALS: Final = {"ban": "banned", "expiry": "expired", "link": "revoked"}
STATUSES: Final = {"ban": 403, "expiry": 401, "link": 401}
LASTS: Final = 3.0  # seconds that a token is good for which is to run out
WITHIN: Final = 10.0
KNOCKS: Final = 5


@dataclass(frozen=True, slots=True)
class Heard:
    """A logged event that came, on the loop's clock; ``audience`` is the one that it was told to."""

    at: float
    kind: str
    audience: str


class Victim:
    """One person on one connection at a time; ``heard`` is kept over all of them.

    Of several gateways the person comes to the first of ``urls``, comes back at the last, and knocks at all.
    """

    def __init__(self, urls: Sequence[str], room: str, user: str, act: Act, way: Way) -> None:
        self.urls = urls
        self.room = room
        self.user = user
        self.act = act
        self.way = way
        self.heard: list[Heard] = []
        self.audience = ""  # as the last join said
        self.refused = ""  # the code of a connect error, or of a join
        self.token = ""
        self._link = ""
        self._expires = 0
        self._pid = ""
        self._position: dict[str, Any] | None = None
        self._wire: Wire | None = None
        self._settled = asyncio.Event()  # joined, refused or ended
        self._joins = 0
        self._let_in_at = self._acted_at = 0.0

    async def prepare(self, server: Served, host: Client) -> None:
        """Get the token that the act is about: hosts are demoted, links withdrawn, tokens run out."""
        claims: dict[str, Any] = {}
        if self.act == "link":
            made = await asked(server, host, "POST", "links", {"role": "attendee"})
            self._link = claims["link"] = made["id"]
        if self.act == "expiry":
            self._expires = claims["exp"] = int(time.time() + LASTS) + 1
        self.token = server.token(self.room, self.user, "host" if self.act == "role" else "attendee", **claims)

    async def come(self) -> None:
        """Connect and join, without a place. Raises WireError."""
        await self._open(self.urls[0], {})
        if not self.audience:
            message = f"{self.user} was not let in: {self.refused or 'the connection ended'}"
            raise WireError(message)

    async def come_back(self, epoch: str, seq: int, *, stock: bool) -> None:
        """Connect with a place: in the join, or as the official client does, in CONNECT."""
        self._position = {"epoch": epoch, "seq": seq}
        audience = "hosts" if self.act == "role" else "everyone"
        more = {"pid": self._pid, "offset": f"{self.room}:{epoch}:{seq}:{audience}"} if stock else {}
        await self._open(self.urls[-1], more)

    async def suffer(self, server: Served, host: Client) -> float:
        """Have it done; the instant, on the loop's clock, from which it holds."""
        loop = asyncio.get_running_loop()
        self._acted_at = loop.time()
        match self.act:
            case "link":
                await asked(server, host, "DELETE", f"links/{self._link}")
            case "expiry":
                acked = loop.time() + self._expires - time.time()
                await asyncio.sleep(acked - loop.time())
                return acked
            case _:
                fields = {"user": self.user, **({"role": "attendee"} if self.act == "role" else {})}
                answer = await host.send(f"person.{self.act}", fields)
                if not answer.get("ok"):
                    message = f"person.{self.act}: {answer}"
                    raise WireError(message)
        return loop.time()

    def forbidden(self, heard: Heard) -> bool:
        """Whether they should not have this after the act: anything; who is demoted, what hosts are told.

        Who is kicked may come in again: a connection that was let in after the command was sent may be a new one.
        """
        if self.act == "kick" and self._let_in_at > self._acted_at:
            return False
        return self.act != "role" or heard.audience == "hosts"

    async def knock(self, server: Served) -> list[str]:
        """Try the door, the history and the download of every gateway; what is wrong with the answers."""
        faults: list[str] = []
        for url in self.urls:
            faults += await self._knock_at(url)
        for gateway in server.gateways:
            faults += await self._read_at(gateway)
        return faults

    async def _knock_at(self, url: str) -> list[str]:
        for _ in range(KNOCKS):
            await self.leave()
            self.refused = self.audience = ""
            await self._open(url, {})
            # Neither let in nor refused: the room is not at work here yet, as after a start.
            if self.audience or self.refused not in ("", "unavailable"):
                break
        wanted = REFUSALS.get(self.act, "")
        faults = []
        if self.refused != wanted:
            came = self.refused or ("let in" if self.audience else "cut off")
            faults.append(f"at the door: {came}, not {wanted or 'let in'}")
        if not wanted and self.audience != "everyone":
            faults.append(f"let in to hear {self.audience or 'nothing'}")
        return faults

    async def _read_at(self, gateway: Serving) -> list[str]:
        faults = []
        status, body = await got(gateway, self.token, f"/rooms/{self.room}/history")
        if status != STATUSES.get(self.act, 200):
            faults.append(f"the history answers {status}")
        if b'"chat.binned"' in body or b'"person.' in body:
            faults.append("the history tells what hosts alone are told")
        if (await got(gateway, self.token, f"/rooms/{self.room}/export.json"))[0] == 200:
            faults.append("the download is given")
        return faults

    async def leave(self) -> None:
        """Cut the connection, if there is one."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.abort()

    async def _open(self, url: str, more: dict[str, str]) -> None:
        # One for each connection: the end of the one before may be noticed late.
        settled = self._settled = asyncio.Event()

        def ended(_reason: str) -> None:
            settled.set()

        try:
            if self.way == "polling":
                self._wire = await open_polling(url, self._packet, ended)
            else:
                self._wire = await open_websocket(url, self._packet, ended)
        except (OSError, WireError):
            return
        self._wire.send("40" + orjson.dumps({"token": self.token, "protocol": 1, **more}).decode())
        await asyncio.wait_for(settled.wait(), WITHIN)

    def _packet(self, packet: str) -> None:
        if packet == "2" and self._wire is not None:
            self._wire.send("3")
        elif packet.startswith("40"):
            self._accepted(orjson.loads(packet[2:]))
        elif packet.startswith("44"):
            self.refused = str((orjson.loads(packet[2:]).get("data") or {}).get("code"))
            self._settled.set()
        elif packet.startswith("42"):
            self._event(*orjson.loads(packet[2:]))
        elif packet.startswith("43"):
            self._joined(orjson.loads(packet[packet.index("[") :])[0])
        elif packet.startswith("41"):
            self._settled.set()

    def _accepted(self, reply: dict[str, Any]) -> None:
        self._let_in_at = asyncio.get_running_loop().time()
        # With the same pid the room is heard already, as before.
        recovered, self._pid = reply["pid"] == self._pid, reply["pid"]
        if recovered:
            self._settled.set()
        else:
            self._join()

    def _join(self) -> None:
        self._joins += 1
        wish = {"id": f"j{self._joins}", "room": self.room}
        if self._position is not None:
            wish["position"] = self._position  # type: ignore[assignment]
        if self._wire is not None:
            self._wire.send(f"42{self._joins}" + orjson.dumps(["room.join", wish]).decode())

    def _joined(self, answer: dict[str, Any]) -> None:
        if answer["ok"]:
            self.audience = answer["audience"]
            for event in answer.get("events", ()):
                self._note(event["type"], self.audience)
        else:
            self.refused = answer["error"]["code"]
        self._settled.set()

    def _event(self, kind: str, body: Any = None, offset: str = "", *_rest: Any) -> None:
        if kind == "room.role":
            # As any client would: the room is heard again as who they are now.
            self._join()
        elif kind == "connection.closed" and body["reason"] == REFUSALS.get(self.act):
            # What the room had decided became known between the door and the join.
            self.refused = body["reason"]
        elif isinstance(body, dict) and "seq" in body:
            self._note(kind, offset.rsplit(":", 1)[-1])

    def _note(self, kind: str, audience: str) -> None:
        self.heard.append(Heard(asyncio.get_running_loop().time(), kind, audience))


async def asked(server: Served, host: Client, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """What the API answers a host about their room. Raises NotAdmitted."""
    return await asyncio.to_thread(ask, server.url, method, f"/rooms/{host.room}/{path}", body, host.token)


async def got(server: Serving, token: str, path: str) -> tuple[int, bytes]:
    """The status and body of a GET from the API."""
    http = HttpConnection(server.at, server.port)
    try:
        return await http.request("GET", f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
    finally:
        http.cut()
