"""A room's member on the raw protocol: joins, applies the client's rule, recovers, sends again, and keeps a diary.

    client = Client(url, token, room, user="ann")
    await client.start()                      # connected and joined
    answer = await client.send("chat.send", {"text": "hi"})
    await client.stop()

The rule for a logged event: ``seq <= last`` ignore, ``after <= last`` apply, else recover from the last position.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import orjson

from loadtests.behaviour import ConnectRefused, Pending, Place, Seen, Settings, settle
from loadtests.diary import (
    TIMEOUT,
    Answered,
    Delivered,
    Diary,
    Ended,
    Joined,
    Left,
    Opened,
    Sent,
    digest_of,
    mark_of,
)
from loadtests.polling import open_polling
from loadtests.websocket import open_websocket
from loadtests.wire import Wire, WireError
from protocols.errors import Code

OnEvent = Callable[["Client", str, dict[str, Any]], None]


class Client:
    """One user on one socket at a time. ``on_event`` sees what is applied, ``on_volatile`` what has no seq.

    With several urls it comes to the first, and tries the next one whenever it was not let in, as through a balancer.
    """

    def __init__(
        self,
        url: str | Sequence[str],
        token: str,
        room: str,
        *,
        user: str,
        settings: Settings | None = None,
        diary: Diary | None = None,
        on_event: OnEvent | None = None,
        on_volatile: OnEvent | None = None,
    ) -> None:
        self.urls = (url,) if isinstance(url, str) else tuple(url)
        self.url = self.urls[0]
        self.token = token
        self.room = room
        self.user = user
        self.settings = settings or Settings()
        self.diary = diary if diary is not None else Diary(user)
        self.on_event = on_event
        self.on_volatile = on_volatile
        self.place = Place()
        self.seen = Seen()
        self.connection = 0
        self.gaps = 0
        self.wire: Wire | None = None
        self.refused: ConnectRefused | None = None
        self._acks: dict[int, Callable[[dict[str, Any]], None]] = {}
        self._next_ack = 0
        self._next_id = 0
        self._pending: dict[str, Pending] = {}
        self._joined = asyncio.Event()
        self._moved = asyncio.Event()
        self._over: asyncio.Future[str] | None = None
        self._accepted: asyncio.Future[None] | None = None
        self._recovering = False
        self._stopping = False
        self._filling: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._alive: asyncio.TimerHandle | None = None
        self._heard_at = 0.0

    # Life

    async def start(self, within: float = 30.0) -> None:
        """Connect and join; raises ConnectRefused, or TimeoutError."""
        self._task = asyncio.create_task(self._live())
        joined = asyncio.create_task(self._joined.wait())
        await asyncio.wait({joined, self._task}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        if joined.done():
            return
        joined.cancel()
        if self._task.done() and self.refused is not None:
            raise self.refused
        await self.stop()
        message = f"{self.user} was not let in within {within} s"
        raise TimeoutError(message)

    async def stop(self) -> None:
        """Leave for good."""
        self._stopping = True
        if self.joined:
            self._note(Left(time.time(), self.connection, self.room))
        if self.wire is not None:
            await self.wire.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        for pending in self._pending.values():
            pending.answer.cancel()

    def cut(self) -> None:
        """Cut the transport, as a bad network does; the client comes again by itself."""
        if self.wire is not None:
            self.wire.abort()

    @property
    def joined(self) -> bool:
        return self._joined.is_set()

    async def until_joined(self, within: float = 30.0) -> None:
        """Wait until the room has been joined, again or still."""
        await asyncio.wait_for(self._joined.wait(), within)

    async def until_at(self, seq: int, within: float = 30.0) -> None:
        """Wait until events up to ``seq`` have been told; raises TimeoutError."""
        async with asyncio.timeout(within):
            while self.place.seq < seq:
                self._moved.clear()
                await self._moved.wait()

    async def _live(self) -> None:
        wait = self.settings.backoff[0]
        while not self._stopping:
            reason = "refused"
            try:
                reason = await self._once()
                wait = self.settings.backoff[0]
            except ConnectRefused as refused:
                self.refused = refused
            except (OSError, WireError, TimeoutError) as failed:
                reason = str(failed) or type(failed).__name__
            self._choose(was_in=self.joined)
            self._joined.clear()
            if self.connection:
                self._note(Ended(time.time(), self.connection, reason))
            if self.refused is not None or not self.settings.reconnect:
                return
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))
            wait = min(wait * 2, self.settings.backoff[1])

    def _choose(self, *, was_in: bool) -> None:
        """Where to come next: home, or elsewhere from where nobody let it in."""
        if len(self.urls) > 1:
            here = self.urls.index(self.url)
            self.url = self.urls[0 if was_in else (here + 1) % len(self.urls)]

    async def _once(self) -> str:
        """One connection from its opening to its end; returns why it ended."""
        loop = asyncio.get_running_loop()
        over: asyncio.Future[str] = loop.create_future()
        accepted: asyncio.Future[None] = loop.create_future()
        self._over, self._accepted = over, accepted
        self._acks.clear()
        self._recovering = False

        def on_end(reason: str) -> None:
            if not over.done():
                over.set_result(reason)
            if not accepted.done():
                accepted.set_exception(WireError(reason))
                accepted.exception()

        transport = self.settings.transport
        wire: Wire | None = None
        upgrading: asyncio.Task[bool] | None = None
        try:
            async with asyncio.timeout(self.settings.open_within):
                async with asyncio.timeout(self.settings.restless):
                    if transport == "websocket":
                        wire = await open_websocket(self.url, self._packet, on_end)
                    else:
                        wire = polling = await open_polling(self.url, self._packet, on_end)
                self.wire = wire
                self.connection += 1
                self._note(Opened(time.time(), self.connection, transport))
                self._watch()
                wire.send("40" + orjson.dumps({"token": self.token, "protocol": 1}).decode())
                if transport == "upgrade":
                    # Beside all else, as browsers do.
                    upgrading = asyncio.create_task(polling.upgrade())
                async with asyncio.timeout(self.settings.restless):
                    await accepted
                await self.recover()
            ended: str = await over
            return ended
        finally:
            if self._alive is not None:
                self._alive.cancel()
            self.wire = None
            if upgrading is not None:
                upgrading.cancel()
            if wire is not None:
                wire.abort()

    # Sending

    def emit(self, event: str, payload: Any, on_ack: Callable[[dict[str, Any]], None] | None = None) -> None:
        """Emit on the present connection; without one it is dropped."""
        if self.wire is None:
            return
        body = orjson.dumps([event, payload]).decode()
        if on_ack is None:
            self.wire.send(f"42{body}")
            return
        self._next_ack += 1
        self._acks[self._next_ack] = on_ack
        self.wire.send(f"42{self._next_ack}{body}")

    async def request(self, event: str, payload: dict[str, Any], within: float = 10.0) -> dict[str, Any]:
        """Emit once and wait for the ack, on this connection only; raises TimeoutError, WireError."""
        if self.wire is None or self._over is None:
            message = "not connected"
            raise WireError(message)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        over = self._over
        self.emit(event, payload, partial(settle, answer))
        waits: set[asyncio.Future[Any]] = {answer, over}
        await asyncio.wait(waits, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        if over.done():
            raise WireError(str(over.result()))
        message = f"no answer to {event}"
        raise TimeoutError(message)

    def new_id(self) -> str:
        self._next_id += 1
        return f"{self.user}.{self._next_id}"

    async def say(self, text: str = "") -> dict[str, Any]:
        """chat.send with its id as the mark of its text."""
        name = self.new_id()
        return await self.send("chat.send", {"text": f"#{name} {text}".rstrip()}, name)

    async def send(self, kind: str, fields: dict[str, Any] | None = None, name: str | None = None) -> dict[str, Any]:
        """Send a command until it is answered, with the same id after each reconnect; the ack as it came.

        Without an answer in time: ``{"ok": False, "error": {"code": "timeout"}}``.
        """
        name = name or self.new_id()
        pending = Pending(kind, fields or {}, asyncio.get_running_loop().create_future())
        self._pending[name] = pending
        if self.joined:
            self._send(name, pending)
        else:
            self._note(Sent(time.time(), self.connection, name, kind, self.room, 0))
        try:
            ack = await asyncio.wait_for(pending.answer, self.settings.answer_within)
        except TimeoutError:
            ack = {"ok": False, "error": {"code": TIMEOUT, "retry": True}}
        finally:
            self._pending.pop(name, None)
        position = ack.get("position") or {}
        code = "" if ack.get("ok") else str((ack.get("error") or {}).get("code"))
        self._note(
            Answered(
                time.time(),
                self.connection,
                name,
                bool(ack.get("ok")),
                position.get("epoch", ""),
                position.get("seq", -1),
                code,
            )
        )
        return ack

    def _send(self, name: str, pending: Pending) -> None:
        pending.attempts += 1
        pending.connection = self.connection
        self._note(Sent(time.time(), self.connection, name, pending.type, self.room, pending.attempts))
        payload = {"id": name, "room": self.room, **pending.fields}
        self.emit(pending.type, payload, partial(self._decided, name, pending))
        self._expect(pending.answer)

    def _decided(self, name: str, pending: Pending, ack: dict[str, Any]) -> None:
        """The answer, or the moment to ask again: what the server cannot do now it may do soon."""
        pause, code = self.settings.insists, (ack.get("error") or {}).get("code")
        if code == Code.NOT_JOINED and not self.joined:
            pending.connection = 0  # behind a join that was refused: it goes again behind the next one
        elif pause is None or ack.get("ok") or code != Code.UNAVAILABLE:
            settle(pending.answer, ack)
        else:
            wait, loop = pause * random.uniform(0.5, 1.5), asyncio.get_running_loop()
            loop.call_later(wait, self._ask_again, name, pending, self.connection)

    def _ask_again(self, name: str, pending: Pending, connection: int) -> None:
        """Over another connection it goes again by itself."""
        if not pending.answer.done() and connection == self.connection and self.joined:
            self._send(name, pending)

    def _send_again(self) -> None:
        for name, pending in self._pending.items():
            if pending.connection != self.connection and not pending.answer.done():
                self._send(name, pending)

    def _expect(self, answer: asyncio.Future[dict[str, Any]]) -> None:
        if self.settings.restless is not None:
            loop, asked = asyncio.get_running_loop(), time.monotonic()
            loop.call_later(self.settings.restless, self._lose_patience, answer, self.connection, asked)

    def _lose_patience(self, answer: asyncio.Future[dict[str, Any]], connection: int, asked: float) -> None:
        """No answer, on the same connection still: if nobody says anything else either, another one is better."""
        if answer.done() or connection != self.connection:
            return
        if self._heard_at < asked:
            self.cut()
        else:
            self._expect(answer)

    # Joining

    async def recover(self) -> None:
        """Join with the present position, and right behind that send again what has no answer: a round trip is dear.

        The server takes what one connection sends in its order, and refuses what is behind a join that it refuses.
        """
        self._recovering = True
        asked = Place(self.place.epoch, self.place.seq)
        payload: dict[str, Any] = {"id": self.new_id(), "room": self.room}
        if position := asked.wire():
            payload["position"] = position
        loop = asyncio.get_running_loop()
        done: asyncio.Future[dict[str, Any]] = loop.create_future()
        # The answer is taken in the same step in which it is read: events behind it must find the new place.
        self.emit("room.join", payload, lambda ack: self._answered(asked, ack, done))
        self._expect(done)
        self._send_again()
        over = self._over
        waits: set[asyncio.Future[Any]] = {done} if over is None else {done, over}
        await asyncio.wait(waits, timeout=self.settings.answer_within, return_when=asyncio.FIRST_COMPLETED)
        if not done.done():
            message = "no answer to room.join"
            raise WireError(message)
        ack = done.result()
        if not ack.get("ok"):
            error = ack.get("error") or {}
            if error.get("retry"):
                raise WireError("room.join: " + error["code"])
            raise ConnectRefused(str(error.get("code")), str(error.get("message")))

    def _answered(self, asked: Place, ack: dict[str, Any], done: asyncio.Future[dict[str, Any]]) -> None:
        if done.done():
            return
        done.set_result(ack)
        if not ack.get("ok"):
            return
        position, recovered = ack["position"], bool(ack["recovered"])
        self._note(
            Joined(
                time.time(),
                self.connection,
                self.room,
                recovered,
                ack.get("reason") or "",
                ack["audience"],
                asked.epoch,
                asked.seq,
                position["epoch"],
                position["seq"],
            )
        )
        self.seen = Seen(ack.get("view") or {}, ack.get("mine") or {}, ack["audience"], ack)
        self._recovering = False
        if recovered:
            for event in ack.get("events") or ():
                self._event(event["type"], event)
        if not self._recovering:
            self.place = Place(position["epoch"], position["seq"])
        self._moved.set()
        self._joined.set()
        self._send_again()

    # Receiving

    def _packet(self, packet: str) -> None:
        self._heard_at = time.monotonic()
        kind = packet[:2]
        if kind == "42":
            self._incoming(packet)
        elif kind == "43":
            start = packet.index("[")
            on_ack = self._acks.pop(int(packet[2:start]), None)
            if on_ack is not None:
                on_ack(orjson.loads(packet[start:])[0])
        elif packet == "2":
            self._watch()
            if self.wire is not None:
                self.wire.send("3")
        elif kind == "40":
            if self._accepted is not None and not self._accepted.done():
                self._accepted.set_result(None)
        elif kind in ("44", "41"):
            self._turned_away(packet)
        elif packet == "1":
            self.cut()

    def _turned_away(self, packet: str) -> None:
        error: dict[str, Any] = (
            orjson.loads(packet[2:]) if packet.startswith("44") else {"message": "disconnected by the server"}
        )
        data = error.get("data") or {}
        refused = ConnectRefused(str(data.get("code", "disconnected")), str(error.get("message")))
        if self._accepted is not None and not self._accepted.done():
            self._accepted.set_exception(refused)
            return
        self.refused = refused
        self.cut()

    def _incoming(self, packet: str) -> None:
        event, payload, *_ = orjson.loads(packet[packet.index("[") :])
        if isinstance(payload, dict) and "seq" in payload:
            self._event(event, payload)
            return
        if event == "room.position" and self.joined and payload["room"] == self.room:
            self._elsewhere(payload["position"])
        if self.on_volatile is not None:
            self.on_volatile(self, event, payload)

    def _elsewhere(self, position: dict[str, Any]) -> None:
        """The room stands elsewhere, perhaps without a word for long: its members join anew."""
        here = position["epoch"] == self.place.epoch and position["seq"] <= self.place.seq
        if not here and not self._recovering:
            self._recovering = True
            self._filling = asyncio.create_task(self._fill())

    def _event(self, kind: str, event: dict[str, Any]) -> None:
        epoch, after, seq, by = event["epoch"], event["after"], event["seq"], event.get("by")
        if self.settings.diary:
            data = event.get("data")
            self.diary.add(
                Delivered(
                    time.time(),
                    self.connection,
                    event["room"],
                    epoch,
                    after,
                    seq,
                    kind,
                    by["id"] if by else "",
                    mark_of(kind, data),
                    digest_of(data),
                )
            )
        if self._recovering or event["room"] != self.room:
            return
        place = self.place
        if epoch == place.epoch and seq <= place.seq:
            return
        if epoch != place.epoch or after > place.seq:
            self.gaps += 1
            self._recovering = True
            self._filling = asyncio.create_task(self._fill())
            return
        place.seq = seq
        self._moved.set()
        if self.on_event is not None:
            self.on_event(self, kind, event)

    async def _fill(self) -> None:
        try:
            await self.recover()
        except (WireError, ConnectRefused):
            self.cut()

    # The rest

    def _watch(self) -> None:
        """Cut the connection when the server's pings stay away."""
        if self.wire is None:
            return
        if self._alive is not None:
            self._alive.cancel()
        handshake = self.wire.handshake
        silence = (handshake.get("pingInterval", 25_000) + handshake.get("pingTimeout", 20_000)) / 1000
        self._alive = asyncio.get_running_loop().call_later(silence, self.cut)

    def _note(self, entry: Opened | Ended | Sent | Answered | Joined | Left) -> None:
        if self.settings.diary:
            self.diary.add(entry)
