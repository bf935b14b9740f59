"""RedisBroker: the log in a Redis 7 or newer, or in a Redis Cluster, for any number of gateways.

An append is one script on the keys of one room: compare, replace what is erased, append, announce. With
``appendfsync always`` its answer means that it stands on the disk of that node.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from protocols.limits import DAY_MS
from protocols.messages import Position, Record
from server.broker.codec import answered as answered_in
from server.broker.codec import decode, encode
from server.broker.following import Following
from server.broker.log_file import new_epoch
from server.broker.port import Answered, Batch, Due, Full, Listener, Lost, News, Stale, Unavailable
from server.broker.redis_lanes import Client, Lanes, Script
from server.broker.redis_log import Stored, announcement, keys_of, mark_of, position_of, stored
from server.broker.redis_shelves import Shelves, asked, settled
from server.broker.redis_wiping import Wiping
from server.broker.shards import Shards
from server.catalogue import Catalogue
from server.erasing import erasures, stubbed

CHUNK_BYTES = 128 * 1024  # read at once
DROPPED = 1000  # batches that are trimmed in one step: some milliseconds of Redis' only thread
TRIES = 5  # to replace what somebody else replaces at the same time
TOP = 2**53 - 1  # above every seq: the last whole number that Lua keeps
ANSWER_S = 2.0  # how long one answer may take
PROBES = tuple(f"sf:probe:{number}" for number in range(16))  # never made; enough for each node to have one

PUBLISH, REWRITE = Script("replace.lua", "publish.lua"), Script("replace.lua", "rewrite.lua")
READ, HEAD, DROP = Script("read.lua"), Script("head.lua"), Script("drop.lua")
SAY = Script("say.lua")
log = structlog.get_logger(__name__)

Rewrite = tuple[int, str, bytes]


def client_of(url: str) -> Client:
    """A client for ``redis://host:port`` or ``redis+cluster://host:port`` (``rediss`` with TLS)."""
    once = Retry(NoBackoff(), 1)
    timeouts: dict[str, Any] = {"socket_timeout": ANSWER_S, "socket_connect_timeout": ANSWER_S}
    scheme, _, rest = url.partition("://")
    if scheme.endswith("+cluster"):
        plain = f"{scheme.removesuffix('+cluster')}://{rest}"
        return RedisCluster.from_url(plain, retry=once, **timeouts)
    return Redis.from_url(url, retry=once, **timeouts)


class RedisBroker:
    """A ``Broker`` on Redis. Make it inside the running loop; ``close`` it before the loop ends."""

    def __init__(self, client: Client, catalogue: Catalogue) -> None:
        self._client = client
        self._catalogue = catalogue
        self.lanes = Lanes(client)
        self._shelves = Shelves(self.lanes)
        self._wiping = Wiping(client, self._shelves)
        self._records = 0
        self.shards = Shards(client)
        self._following = Following(self, self.shards, catalogue)

    # The port

    async def create(self, room: str) -> Position:
        await self._shelves.add(room)
        return position_of(await self._head("create", room, new_epoch()))

    async def renew(self, room: str, seq: int) -> Position:
        await self._shelves.add(room)
        due = await self._shelves.again(room)
        old = await self.head(room)
        epoch = new_epoch(old.epoch if old else None)
        answer = await self._head("renew", room, epoch, seq, *(("", 0) if due is None else due))
        if answer[0] == b"stale":
            raise Stale(position_of(answer[1:]))
        head = position_of(answer)
        # Whoever follows need not wait for their next look at the heads.
        with contextlib.suppress(Unavailable):
            await self.lanes.run(SAY, [keys_of(room).channel], [announcement(Batch(room, "", 0, head, ()), encode(()))])
        return head

    async def claim(self, room: str) -> int:
        answer = await self._head("claim", room)
        if not answer:
            raise Lost(None)
        return int(answer[0])

    async def head(self, room: str) -> Position | None:
        row = await self.ask_head(room)
        return None if row[0] is None else position_of(row)

    def ask_head(self, room: str) -> asyncio.Future[Any]:
        """The epoch and the seq of the head as they lie there, asked for at once."""
        return self.lanes.call(keys_of(room).head, "HMGET", keys_of(room).head, "epoch", "seq")

    async def heads(self) -> AsyncIterator[Mapping[str, Position]]:
        async for rooms in self._shelves.rooms():
            yield await self.heads_of(rooms)

    async def heads_of(self, rooms: Iterable[str]) -> Mapping[str, Position]:
        rows = await asked(self.ask_head, rooms)
        return {room: position_of(row) for room, row in rows.items() if row[0] is not None}

    async def news(self, since: int | None) -> News:
        return await self._shelves.news(since, self.heads_of)

    async def dues(self) -> Mapping[str, Due]:
        return await self._shelves.dues()

    async def publish(self, batch: Batch) -> Position:
        if not batch.records:
            return batch.base
        erased = erasures(batch.records)
        # What was said and deleted within one batch is never written at all.
        records = stubbed(batch.records, erased)
        keys, mark = keys_of(batch.room), mark_of(batch)
        base = batch.base
        due = "" if batch.due is None else batch.due
        fixed = (base.epoch, base.seq, batch.head.seq, batch.term, due, batch.records[-1].at, mark)
        body = encode(records)
        said = announcement(batch, body)
        for _ in range(TRIES):
            rewrites, keyed = await self._erasing(batch, records, erased) if erased else ([], {})
            await self._shelves.before(batch, keyed, erases=bool(erased))
            arguments = (*fixed, mark + body, said, len(rewrites), *_flat(rewrites), len(keyed))
            answer = await self.lanes.run(PUBLISH, keys, (*arguments, *_flat(keyed.items())))
            match answer[0]:
                case b"ok":
                    self._records += len(records)
                    self._shelves.after(batch)
                    if erased:
                        self._wiping.soon()
                    self._following.told(replace(batch, records=records))
                    return batch.head
                case b"stood":
                    return batch.head
                case b"stale":
                    raise Stale(position_of(answer[1:]))
                case b"lost":
                    raise Lost(position_of(answer[1:]) if len(answer) > 1 else None)
        raise Unavailable("the log changes too fast")

    def read(self, room: str, after: int) -> AsyncIterator[Sequence[Record]]:
        return self._read(room, after, foreign=False)

    def read_any(self, room: str, after: int) -> AsyncIterator[Sequence[Record]]:
        """The same, with what newer programs wrote as Foreign events."""
        return self._read(room, after, foreign=True)

    async def answered(self, room: str, since: int) -> Sequence[Answered]:
        found: list[Sequence[Answered]] = []
        before = TOP
        while batches := await self._stored(room, "down", before):
            for each in batches:
                # Time never runs back in a room: older batches hold nothing newer.
                if each.at < since:
                    break
                found.append([answer for answer in answered_in(each.body) if answer.at >= since])
            if batches[-1].at < since:
                break
            before = batches[-1].last
        return [answer for batch in reversed(found) for answer in batch]

    async def keyed(self, before: int) -> Mapping[str, Sequence[int]]:
        # Asked for every minute: also for what a crash has left, or what was put off.
        self._wiping.soon()
        return await self._shelves.keyed(before)

    async def forget(self, keyed: Mapping[str, Sequence[int]]) -> None:
        for room, seqs in keyed.items():
            among = frozenset(seqs)
            await self._rewrite(room, seqs, lambda records, among=among: _without_keys(records, among), forgotten=seqs)  # type: ignore[misc]

    async def trim(self, room: str, upto: int) -> None:
        keys = keys_of(room)
        await self._shelves.erases(room, in_ms=DAY_MS)
        # The oldest first, so that a crash leaves no hole.
        while await self.lanes.run(DROP, [keys.log, keys.order], (upto, DROPPED)) == DROPPED:
            pass
        await self._rewrite(room, [upto], lambda records: [record for record in records if record.seq > upto])

    def subscribe(self, room: str, listener: Listener) -> Callable[[], None]:
        return self._following.subscribe(room, listener)

    async def trouble(self) -> str | None:
        """Why the log cannot be written or read now, as a short phrase; None if it can."""
        try:
            # Writes nothing where there is nothing, and is refused where nothing can be written.
            await settled(self.lanes.call(probe, "SETRANGE", probe, 0, "") for probe in PROBES)
        except Full:
            return "no space for the log"
        except Unavailable:
            return "the log does not answer"
        return None

    def unreachable(self) -> bool:
        """Whether nobody listened when Redis was called last."""
        return self.lanes.unreachable

    def statistics(self) -> Mapping[str, float]:
        failing = self.lanes.failing_since
        return {
            "waiting": self.lanes.waiting,
            "commits_total": self.lanes.pipelines,
            "records_total": self._records,
            "failures_total": self.lanes.failures,
            "rewrites_total": self._wiping.rewrites,
            "rewrites_failed_total": self._wiping.failures,
            "failing_s": 0.0 if failing is None else asyncio.get_running_loop().time() - failing,
            **self._following.statistics(),
        }

    async def close(self) -> None:
        await self._wiping.close()
        await self._following.close()
        await self.shards.close()
        await self.lanes.close()
        await self._client.aclose()

    # The steps

    async def _read(self, room: str, after: int, *, foreign: bool) -> AsyncIterator[Sequence[Record]]:
        while found := await self._stored(room, "up", after):
            batches = [decode(each.body, self._catalogue, foreign=foreign) for each in found]
            if records := [record for batch in batches for record in batch if record.seq > after]:
                yield records
            after = found[-1].last

    async def _head(self, what: str, room: str, *arguments: Any) -> Sequence[Any]:
        answer: Sequence[Any] = await self.lanes.run(HEAD, [keys_of(room).head], (what, *arguments))
        return answer

    async def _stored(self, room: str, way: str, start: int, enough: int = CHUNK_BYTES) -> list[Stored]:
        keys = keys_of(room)
        flat = await self.lanes.run(READ, [keys.log, keys.order], (way, start, enough))
        return [stored(last, value) for last, value in zip(flat[::2], flat[1::2], strict=True)]

    async def _holding(self, room: str, seqs: Collection[int]) -> list[tuple[Stored, list[Record]]]:
        """The batches that hold these seqs, as they are now."""
        found: list[tuple[Stored, list[Record]]] = []
        wanted = frozenset(seqs)
        done, enough = 0, 1
        for seq in sorted(wanted):
            if seq <= done:
                continue
            # What goes here and there is read by itself; of much in a row, as of a rehearsal, more and more at once.
            enough = min(enough * 4, CHUNK_BYTES) if seq == done + 1 else 1
            there = await self._stored(room, "up", seq - 1, enough)
            if not there:
                break
            done = there[-1].last
            batches = [(each, decode(each.body, self._catalogue)) for each in there]
            found += [each for each in batches if any(record.seq in wanted for record in each[1])]
        return found

    async def _erasing(
        self, batch: Batch, records: Sequence[Record], erased: Mapping[int, str | None]
    ) -> tuple[list[Rewrite], dict[int, int]]:
        """What is to be replaced in the log, and which stubs still say who sent which id: seq -> at."""
        rewrites: list[Rewrite] = []
        stubs = [record for record in records if record.seq in erased]
        for old, held in await self._holding(batch.room, [seq for seq in erased if seq <= batch.base.seq]):
            changed = stubbed(held, erased)
            rewrites.append(old.changed(changed))
            stubs += [record for record in changed if record.seq in erased]
            await asyncio.sleep(0)  # they may be very many
        return rewrites, {stub.seq: stub.at for stub in stubs if stub.command is not None}

    async def _rewrite(
        self,
        room: str,
        seqs: Collection[int],
        change: Callable[[Sequence[Record]], list[Record]],
        *,
        forgotten: Sequence[int] = (),
    ) -> None:
        keys = keys_of(room)
        # Nobody waits for it: very many rooms would have the files written anew every hour.
        await self._shelves.erases(room, in_ms=DAY_MS)
        for _ in range(TRIES):
            rewrites = [old.changed(change(records)) for old, records in await self._holding(room, seqs)]
            arguments = (len(rewrites), *_flat(rewrites), *forgotten)
            answer = await self.lanes.run(REWRITE, [keys.log, keys.order, keys.keyed], arguments)
            if answer[0] == b"ok":
                return
        raise Unavailable("the log changes too fast")


def _flat(rows: Iterable[Iterable[Any]]) -> list[Any]:
    return [each for row in rows for each in row]


def _without_keys(records: Sequence[Record], among: Collection[int]) -> list[Record]:
    return [replace(record, command=None) if record.seq in among else record for record in records]
