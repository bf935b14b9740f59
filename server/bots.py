"""The demo's three bots: they chat, greet and vote through the stock client, as any program could.

They speak with the role bot, so that every page shows them for what they are. A bot has no ballot of its own:
for each a silent guest sits in the room and votes, who is counted among those present as everybody is.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import socketio
import socketio.exceptions

from server import logs

log = logs.logger("bots")

HEARD_LIMIT = 16  # things heard and not yet answered; what comes on top a bot misses, as people do
GREETED_LIMIT = 200
ANSWER_S = 10
LEAVE_S = 2
FADE, FADE_LIMIT = 1.3, 8.0  # with nobody there to talk to, bots say less and less


@dataclass(frozen=True, slots=True)
class Part:
    """What a bot plays: its id, the name that is shown, and what it says in turn, who it is first and once."""

    id: str
    name: str
    lines: tuple[str, ...]
    greets: bool = False


CAST = (
    Part(
        "bot-xiaomu",
        "小木",
        (
            "大家好，我是演示机器人小木，陪大家热热场。",
            "今天搭的是港口：先铺底板，再立吊臂，最后放小船。",
            "底板对齐的小窍门：从一个角开始，一排一排按实。",
            "店里的朋友已经搭到第三层了，家里的朋友跟上来！",
            "少了零件别着急，在这里说一声，主持人会看到。",
        ),
    ),
    Part(
        "bot-xiaoyuan",
        "小圆",
        (
            "我是演示机器人小圆，最喜欢圆圆的轮子。",
            "轮子装反了也能跑，就是会往后跑。",
            "投票可以改，截止前都算数，慢慢想。",
            "大屏右下角有二维码，叫上朋友一起来。",
            "刚才那一步想再看一遍的，打个“再来”。",
        ),
        greets=True,
    ),
    Part(
        "bot-xiaofang",
        "小方",
        (
            "我是演示机器人小方，方方正正，不抢话。",
            "我投好了，你们呢？",
            "猜猜最后一块会是什么颜色。",
            "手机断网了也没关系，回来以后一条都不会少。",
            "我数了一下，这套一共 312 块，你搭了多少？",
        ),
    ),
)
QUESTION = "下一场先搭哪一套？"
OPTIONS = ("海港吊车", "森林树屋", "月球车")


@dataclass(frozen=True, slots=True)
class Pace:
    """How long bots take, each a range in seconds: the first line, later ones, an answer, coming back."""

    first: tuple[float, float] = (1.5, 9.0)
    line: tuple[float, float] = (20.0, 60.0)
    think: tuple[float, float] = (1.5, 6.0)
    back: tuple[float, float] = (0.5, 15.0)


GENTLE = Pace()


class Client(Protocol):
    """The part of ``socketio.AsyncClient`` that bots use."""

    def on(self, event: str, handler: Callable[..., Any]) -> Any: ...
    async def connect(self, url: str, **options: Any) -> None: ...
    async def call(self, event: str, data: Any, *, timeout: int) -> Any: ...  # noqa: ASYNC109 - the client's own name
    async def disconnect(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where bots go: the server, the room, a fresh token for (user, name, role), and how to make a client."""

    base_url: str
    room: str
    token: Callable[[str, str, str], str]
    client: Callable[[], Client]


Answer = Callable[[], Coroutine[Any, Any, None]]


class Turned(Exception):
    """The server refused: ``code`` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Bot:
    """One bot; ``run`` goes on until it is cancelled, over any number of connections."""

    def __init__(self, part: Part, place: Place, pace: Pace = GENTLE) -> None:
        self.part = part
        self._place = place
        self._pace = pace
        self._turn = 0
        self._fade = 1.0
        self._greeted: set[str] = set()
        self._voted: set[str] = set()

    async def run(self) -> None:
        """Visit the room again and again."""
        shortest, longest = self._pace.back
        wait = shortest
        while True:
            before = self._turn
            try:
                await self._visit(self._place.client(), self._place.client())
            except (socketio.exceptions.SocketIOError, Turned) as error:
                log.debug("bot left", bot=self.part.id, reason=type(error).__name__)
            wait = shortest if self._turn > before else min(wait * 2, longest)
            await asyncio.sleep(random.uniform(shortest, wait))  # noqa: S311 - no secret

    async def _visit(self, client: Client, seat: Client) -> None:
        heard: asyncio.Queue[Answer | None] = asyncio.Queue(HEARD_LIMIT)

        def note(answer: Answer | None) -> None:
            with suppress(asyncio.QueueFull):
                heard.put_nowait(answer)

        def chat_sent(event: dict[str, Any], *_offset: Any) -> None:
            by = event.get("by") or {}
            if by.get("role") != "bot":
                self._fade = 1.0
                note(partial(self._greet, client, by))

        def poll_opened(event: dict[str, Any], *_offset: Any) -> None:
            note(partial(self._vote, seat, event["data"]))

        client.on("chat.sent", chat_sent)
        client.on("poll.opened", poll_opened)
        for each in (client, seat):
            each.on("disconnect", lambda *_reason: note(None))
        try:
            await enter(seat, self._place, f"{self.part.id}-seat", self.part.name, "attendee")
            view = await enter(client, self._place, self.part.id, self.part.name, "bot")
            self._catch_up(view["chat"]["messages"])
            for poll in view["polls"]["polls"]:
                if poll["status"] == "open":
                    note(partial(self._vote, seat, poll))
            await self._live(client, heard)
        finally:
            await leave(client)
            await leave(seat)

    def _catch_up(self, messages: list[dict[str, Any]]) -> None:
        """Go on where it was, by what is there to read: after a new start a bot does not tell everything again."""
        lines = self.part.lines
        own = [message["text"] for message in messages if message["by"]["id"] == self.part.id]
        said = [lines.index(text) for text in own if text in lines]
        if said:
            self._turn = said[-1] + 1
        elif messages:
            # What it said has gone by; whoever has read so far knows who it is.
            self._turn = max(self._turn, 1)
        present = [message["by"]["id"] for message in messages if message["by"]["role"] == "attendee"]
        self._greeted.update(present[-GREETED_LIMIT:])

    def _line(self) -> str:
        lines = self.part.lines
        # Who it is, it says once: later rounds begin with the second line.
        return lines[self._turn if self._turn < len(lines) else 1 + (self._turn - 1) % (len(lines) - 1)]

    async def _live(self, client: Client, heard: asyncio.Queue[Answer | None]) -> None:
        pause = pick(self._pace.first)
        while True:
            try:
                async with asyncio.timeout(pause):
                    answer = await heard.get()
            except TimeoutError:
                await self._say(client, self._line())
                self._turn += 1
                self._fade = min(self._fade * FADE, FADE_LIMIT)
                pause = pick(self._pace.line) * self._fade
                continue
            if answer is None:
                return
            await asyncio.sleep(pick(self._pace.think))
            await answer()

    async def _say(self, client: Client, text: str) -> None:
        await ask(client, "chat.send", {"room": self._place.room, "text": text})

    async def _greet(self, client: Client, by: dict[str, Any]) -> None:
        known = by["id"] in self._greeted or len(self._greeted) >= GREETED_LIMIT
        if self.part.greets and not known and by["role"] == "attendee":
            self._greeted.add(by["id"])
            await self._say(client, f"欢迎{by['name']}！我是机器人，有问题请问主持人。")

    async def _vote(self, seat: Client, poll: dict[str, Any]) -> None:
        if poll["poll"] in self._voted:
            return
        # The same bot always chooses the same, so that after a restart it does not look undecided.
        taste = random.Random(f"{self.part.id}:{poll['poll']}")  # noqa: S311 - no secret
        choice = taste.randint(1, 5) if poll["kind"] == "rating" else taste.randrange(len(poll["options"]))
        if await ask(seat, "poll.vote", {"room": self._place.room, "poll": poll["poll"], "choices": [choice]}):
            self._voted.add(poll["poll"])


def pick(seconds: tuple[float, float]) -> float:
    """Some time in this range."""
    return random.uniform(*seconds)  # noqa: S311 - no secret


async def ask(client: Client, event: str, wish: dict[str, Any]) -> bool:
    """Whether the server accepted it; a refusal (a closed room, a busy one) a bot takes as it comes."""
    answer = await client.call(event, {"id": f"demo-{secrets.token_urlsafe(9)}", **wish}, timeout=ANSWER_S)
    if not answer.get("ok"):
        log.debug("bot was refused", event_type=event, code=answer["error"]["code"])
    return bool(answer.get("ok"))


async def enter(client: Client, place: Place, user: str, name: str, role: str) -> dict[str, Any]:
    """Connect and join; the room's view. Raises Turned, SocketIOError."""
    auth = {"token": place.token(user, name, role), "protocol": 1}
    await client.connect(place.base_url, auth=auth, transports=["websocket"], wait_timeout=ANSWER_S)
    wish = {"id": f"demo-{secrets.token_urlsafe(9)}", "room": place.room}
    answer = await client.call("room.join", wish, timeout=ANSWER_S)
    if not answer.get("ok"):
        raise Turned(answer["error"]["code"])
    view: dict[str, Any] = answer["view"]
    return view


async def leave(client: Client) -> None:
    """Disconnect, without waiting for a server that does not answer any more."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LEAVE_S):
            await client.disconnect()


async def open_first_poll(place: Place) -> None:
    """Open a vote if the room never had one, so that whoever comes first has something to do."""
    client = place.client()
    try:
        view = await enter(client, place, "demo-host", "演示", "host")
        if view["polls"]["polls"]:
            return
        options = {"question": QUESTION, "kind": "single", "options": list(OPTIONS)}
        await ask(client, "poll.create", {"room": place.room, **options})
        view = (await client.call("room.join", {"id": "demo-again", "room": place.room}, timeout=ANSWER_S))["view"]
        for poll in view["polls"]["polls"]:
            await ask(client, "poll.open", {"room": place.room, "poll": poll["poll"]})
    except (socketio.exceptions.SocketIOError, Turned) as error:
        # The demo is as good without it, and the host can open one.
        log.warning("demo poll was not opened", reason=type(error).__name__)
    finally:
        await leave(client)


async def run_bots(place: Place, pace: Pace = GENTLE) -> None:
    """Let the whole cast in until cancelled."""
    await open_first_poll(place)
    bots = [asyncio.create_task(Bot(part, place, pace).run(), name=part.id) for part in CAST]
    try:
        # A bot ends only by a fault of its own; then all go, and whoever started them hears of it.
        ended, _ = await asyncio.wait(bots, return_when=asyncio.FIRST_COMPLETED)
        for bot in ended:
            bot.result()
    finally:
        # Inside, the stock client waits in ways that can lose a cancellation; so it is said until it is heard.
        pending: set[asyncio.Task[None]] = set(bots)
        while pending:
            for bot in pending:
                bot.cancel()
            _, pending = await asyncio.wait(pending, timeout=LEAVE_S)


@asynccontextmanager
async def clients(certificate: Path | None) -> AsyncIterator[Callable[[], Client]]:
    """How to make a client of our own server, which may serve https with a certificate that nobody vouches for."""
    connector = aiohttp.TCPConnector(ssl=trusting(certificate) if certificate else True)
    async with aiohttp.ClientSession(connector=connector) as session:

        def client() -> Client:
            # A signal is the server's to handle, and bots come back by themselves.
            made: Client = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=session)
            return made

        yield client


def trusting(certificate: Path) -> ssl.SSLContext:
    """A client's context that takes this certificate and no other, whatever name it bears."""
    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
