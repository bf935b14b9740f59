"""Asking all nodes on one Redis about their last commands: a letter to each, and one back from each that lives.

trace   (number, command's id, room or None)      what is remembered of it
traced  (number, hops, forwardings)               newest last
told    (number, [(room, epoch, seq)…])           when was it told there
telling (number, tellings)
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from server.broker.port import Unavailable
from server.broker.redis import RedisBroker
from server.broker.redis_owners import RedisOwners, incarnation_of
from server.broker.redis_post import RedisPost
from server.config import SettingsError
from server.hosting.line import Letter
from server.hosting.post import Post
from server.trace import Forwarding, Hops, Telling, Trace

TRACE: Final = "trace"
TRACED: Final = "traced"
TOLD: Final = "told"
TELLING: Final = "telling"
ANSWERS: Final = 100  # of one node, the newest
PLACES: Final = 200  # in one question
WITHIN_S: Final = 3.0


@dataclass(slots=True)
class Heard:
    """What the nodes said. Each node's name is before its words."""

    hops: list[tuple[str, Hops]] = field(default_factory=list)
    forwarded: list[tuple[str, Forwarding]] = field(default_factory=list)
    told: list[tuple[str, Telling]] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)  # nodes that are alive and did not answer in time


def answer_post(post: Post, trace: Trace) -> None:
    """Have this node answer whoever asks."""

    def traced(node: str, letter: Letter) -> None:
        _, number, command, room = letter
        hops, sent = list(trace.find(command, room)), list(trace.forwarded(command, room))
        post.send(node, (TRACED, number, hops[-ANSWERS:], sent[-ANSWERS:]))

    def told(node: str, letter: Letter) -> None:
        _, number, places = letter
        found = [trace.telling(*place) for place in places[:PLACES]]
        post.send(node, (TELLING, number, [each for each in found if each is not None]))

    post.listen(TRACE, traced)
    post.listen(TOLD, told)


async def asked_all(broker: RedisBroker, command: str, room: str | None) -> Heard:
    """What all nodes that are alive remember. Raises SettingsError in one line."""
    owners = RedisOwners(broker, incarnation_of(f"trace{secrets.token_hex(4)}"))
    try:
        await owners.look()
    except Unavailable as error:
        raise SettingsError(f"Redis cannot be read: {error}") from None
    nodes = owners.nodes.others(owners.now)
    if not nodes:
        return Heard()
    post = RedisPost(broker, owners)
    await post.start()
    try:
        asking = _Asking(post, nodes)
        heard = Heard()
        answers = await asking.all(TRACE, TRACED, command, room)
        for node, (hops, sent) in answers.items():
            heard.hops += [(_name(node), Hops(*each)) for each in hops]
            heard.forwarded += [(_name(node), Forwarding(*each)) for each in sent]
        places = {(each.room, each.epoch, each.seq) for _, each in heard.hops if each.seq is not None}
        if places:
            for node, (tellings,) in (await asking.all(TOLD, TELLING, sorted(places)[:PLACES])).items():
                heard.told += [(_name(node), Telling(*each)) for each in tellings]
        heard.silent = sorted(_name(node) for node in set(nodes) - answers.keys())
        return heard
    finally:
        await post.close()


class _Asking:
    """One question to all nodes, and their answers by node."""

    def __init__(self, post: RedisPost, nodes: Sequence[str]) -> None:
        self._post = post
        self._nodes = nodes
        self._numbers = count(1)

    async def all(self, kind: str, answer: str, *words: Any) -> dict[str, Sequence[Any]]:
        number = next(self._numbers)
        answers: dict[str, Sequence[Any]] = {}
        every = asyncio.Event()

        def heard(node: str, letter: Letter) -> None:
            if letter[1] == number and node in self._nodes:
                answers[node] = letter[2:]
                if len(answers) == len(self._nodes):
                    every.set()

        self._post.listen(answer, heard)
        for node in self._nodes:
            self._post.send(node, (kind, number, *words))
        try:
            async with asyncio.timeout(WITHIN_S):
                await every.wait()
        except TimeoutError:
            pass
        return answers


def _name(node: str) -> str:
    """The node's id, without what tells its incarnations apart."""
    return node.partition(".")[0]
