"""Following rooms: every batch once and in order, whatever the announcements lose.

An announcement that does not follow the last one, a subscription made anew, or a head further on than what was
heard: each means that something was missed, and it is read from the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import structlog

from protocols.messages import Position, Record
from server.broker.port import Batch, BrokerError, Listener
from server.broker.redis_log import announced, keys_of, position_of
from server.broker.shards import Shards
from server.catalogue import Catalogue

CHECK_S = 1.0  # between looks at the heads: a tail that was lost in a quiet room is found by them
RETRY_S = 0.2  # before a gap is asked for again, doubling up to
RETRY_MOST_S = 5.0

log = structlog.get_logger(__name__)


class Log(Protocol):
    """What following needs of a log."""

    def ask_head(self, room: str) -> asyncio.Future[Any]: ...
    async def head(self, room: str) -> Position | None: ...
    async def heads_of(self, rooms: Iterable[str]) -> Mapping[str, Position]: ...
    def read_any(self, room: str, after: int) -> AsyncIterator[Sequence[Record]]: ...


class Feed:
    """One room that is followed. ``place`` is where its listeners stand, None until that is known."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.listeners: list[Listener] = []
        self.place: Position | None = None
        self.filling: asyncio.Task[None] | None = None
        self.behind = False

    def offer(self, batch: Batch) -> bool:
        """Give a batch to the listeners if it is the next; False if something before it is missing."""
        place = self.place
        if place is None:
            return False
        if batch.base.epoch == place.epoch and batch.head.seq <= place.seq:
            return True
        if batch.base != place:
            return False
        self.place = batch.head
        self.tell(batch)
        return True

    def tell(self, batch: Batch) -> None:
        """Call all listeners."""
        for listener in tuple(self.listeners):
            try:
                listener(batch)
            except Exception:
                # One listener's fault must not keep the others from what is committed.
                log.exception("log.listener_failed", room=self.room)


class Following:
    """The rooms that are followed here."""

    def __init__(self, source: Log, shards: Shards, catalogue: Catalogue) -> None:
        self._source = source
        self._shards = shards
        self._catalogue = catalogue
        self._feeds: dict[str, Feed] = {}
        self._gaps = self._unread = 0
        self._checking: asyncio.Task[None] | None = None

    def subscribe(self, room: str, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with each batch appended from now on, in order; returns how to stop."""
        feed = self._feeds.get(room)
        if feed is None:
            feed = self._feeds[room] = Feed(room)
            # Asked for before anything that is appended later from here: from this place on nothing is missed.
            self._source.ask_head(room).add_done_callback(lambda asked: self._begin(feed, asked))
            self._shards.follow(
                keys_of(room).channel, lambda message: self._heard(feed, message), lambda: self._fill(feed)
            )
        feed.listeners.append(listener)
        if self._checking is None:
            self._checking = asyncio.create_task(self._check())

        def stop() -> None:
            if listener in feed.listeners:
                feed.listeners.remove(listener)
            if not feed.listeners and self._feeds.get(room) is feed:
                del self._feeds[room]
                self._shards.leave(keys_of(room).channel)
                if feed.filling is not None:
                    feed.filling.cancel()

        return stop

    def told(self, batch: Batch) -> None:
        """A batch that was appended from here: its listeners hear it before whoever asked gets the answer."""
        feed = self._feeds.get(batch.room)
        if feed is not None and not feed.offer(batch):
            self._fill(feed)

    def statistics(self) -> Mapping[str, float]:
        """How many rooms are followed, how many gaps were filled, what could not be read."""
        return {"followed": len(self._feeds), "gaps_total": self._gaps, "unreadable_total": self._unread}

    async def close(self) -> None:
        """Stop following."""
        tasks = [feed.filling for feed in self._feeds.values() if feed.filling is not None]
        if self._checking is not None:
            tasks.append(self._checking)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._feeds.clear()

    def _begin(self, feed: Feed, asked: asyncio.Future[Any]) -> None:
        if asked.cancelled() or asked.exception() is not None or asked.result()[0] is None:
            self._fill(feed)
        elif feed.place is None:
            feed.place = position_of(asked.result())

    def _heard(self, feed: Feed, message: bytes) -> None:
        try:
            batch = announced(feed.room, message, self._catalogue)
        except BrokerError:
            # Damaged on its way, perhaps; the log is asked, and says the same or better.
            self._unread += 1
            self._fill(feed)
            return
        if not feed.offer(batch):
            self._fill(feed)

    def _fill(self, feed: Feed) -> None:
        feed.behind = True
        if feed.filling is None:
            feed.filling = asyncio.create_task(self._fill_on(feed))

    async def _fill_on(self, feed: Feed) -> None:
        wait = RETRY_S
        try:
            while feed.behind:
                feed.behind = False
                try:
                    await self._fill_once(feed)
                except BrokerError as error:
                    if wait == RETRY_S:
                        log.warning("log.gap_waits", room=feed.room, error=str(error))
                    feed.behind = True
                    await asyncio.sleep(wait)
                    wait = min(2 * wait, RETRY_MOST_S)
        except Exception:
            # The next look at the heads begins it anew.
            log.exception("log.gap_failed", room=feed.room)
        finally:
            feed.filling = None

    async def _fill_once(self, feed: Feed) -> None:
        before = feed.place
        head = await self._source.head(feed.room)
        if head is None:
            return  # it has no log yet, or lost it: whoever owns the room begins it anew
        if feed.place is None:
            # Whoever listens may have read the log before: an empty batch tells them where it ends now.
            feed.place = head
            feed.tell(Batch(feed.room, "", 0, head, ()))
            return
        if head.epoch != feed.place.epoch:
            # Nobody recovers across epochs: an empty batch says where the new one stands.
            feed.place = head
            feed.tell(Batch(feed.room, "", 0, head, ()))
            return
        if before is not None and before.epoch == head.epoch and head.seq < before.seq:
            # What was heard is not there any more; an empty batch says what is.
            feed.tell(Batch(feed.room, "", 0, head, ()))
            return
        if head.seq <= feed.place.seq:
            return
        self._gaps += 1
        async for records in self._source.read_any(feed.room, feed.place.seq):
            # What was announced meanwhile has been told already.
            missing = [record for record in records if record.seq > feed.place.seq]
            if missing:
                base = Position(head.epoch, missing[0].seq - 1)
                feed.place = base
                feed.offer(Batch(feed.room, "", 0, base, missing))
        if feed.place.epoch == head.epoch and feed.place.seq < head.seq:
            # Away for so long that the log does not reach back to here any more.
            feed.place = head
            feed.tell(Batch(feed.room, "", 0, head, ()))

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECK_S)
            try:
                heads = await self._source.heads_of(tuple(self._feeds))
            except BrokerError:
                continue  # the lanes have said so; the next look finds what was missed
            except Exception:
                log.exception("log.check_failed")
                continue
            for room, head in heads.items():
                feed = self._feeds.get(room)
                if feed is not None and feed.place != head:
                    self._fill(feed)
