"""Locust's people: those who come to a show, and the host who runs it. Importing this makes sockets green."""

from __future__ import annotations

import logging
import random
import secrets
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import gevent
from locust import User, task
from locust.env import Environment
from locust.exception import StopUser

from loadtests.admission import NotAdmitted, guest, host_by_key, minted, opened
from loadtests.member import Member, Reader, Told
from loadtests.visit import Visit

log = logging.getLogger("showfloor.load")
OPTIONS = ["拼装大赛", "新品直播", "节日派发", "Free play"]
WORDS = ("这个会旋转吗？", "好漂亮！", "How much is it?", "第一次来，大家好", "求链接", "Can you show the back?")


@dataclass(slots=True)
class Scene:
    """One run in one process: where, how, and what its people share."""

    url: str
    room: str
    secret: str | None = None
    api_key: str | None = None
    host_link: str | None = None
    pause: float = 10.0  # seconds between two things that one person does, on average
    voting: float = 6.0  # seconds that a poll is open
    within: float = 10.0  # seconds in which what was acked must have come
    sample: int = 1
    made: str | None = None  # the host's token of a room that was made for this run
    run: str = field(default_factory=lambda: secrets.token_hex(3))
    reader: Reader = field(default_factory=Reader)
    people: int = 0
    ballots: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # poll -> who was acked a ballot

    def tag(self) -> str:
        """A name that nobody else has."""
        self.people += 1
        return f"load-{self.run}-{self.people}"

    def prepare(self) -> None:
        """Make the room before the first person asks for it, if that is ours to do. Raises NotAdmitted."""
        if self.api_key:
            self.made = host_by_key(self.url, self.api_key, self.room)

    def host_token(self, tag: str) -> str | None:
        """A host's token, by whatever way in there is; None if there is none. Raises NotAdmitted."""
        if self.made:
            return self.made
        if self.host_link:
            return opened(self.url, self.host_link)[1]
        if self.api_key:
            return host_by_key(self.url, self.api_key, self.room)
        return minted(self.secret, self.room, tag, "host") if self.secret else None

    def token(self, tag: str) -> str:
        """A person's token. Raises NotAdmitted."""
        return minted(self.secret, self.room, tag) if self.secret else guest(self.url, self.room, tag)


SCENES: dict[Environment, Scene] = {}


class Guest(User):
    """What a person and a host have in common: a visit, and a pause between two tasks."""

    abstract = True
    visit: Visit
    inside = False

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.scene = SCENES[environment]
        self.tag = self.scene.tag()

    def wait_time(self) -> float:
        return min(random.expovariate(1 / self.scene.pause), 4 * self.scene.pause)

    def report(self, kind: str, name: str, took: float, wrong: str | None) -> None:
        """One line of locust's table."""
        self.environment.events.request.fire(
            request_type=kind,
            name=name,
            response_time=took,
            response_length=0,
            exception=None if wrong is None else Wrong(wrong),
            context={},
        )

    def must_be_inside(self) -> None:
        """Ends a user who was not let in. Not in ``on_start``: locust would print that as a failure of ours."""
        if not self.inside:
            raise StopUser

    def enter(self, token: str) -> None:
        member = Member(self.scene.room, self.tag, token, self.scene.reader)
        self.visit = Visit(self.scene.url, member, self.report, sample=self.scene.sample)
        self.visit.on_told = self.told
        self.visit.start()
        self.inside = self.visit.joined.wait(30)
        if not self.inside:
            self.report("connect", "connect", 30_000, "not let in within 30 s")
            self.visit.leave()

    def told(self, told: Told) -> None:
        """An event came, in order."""

    def on_stop(self) -> None:
        if self.inside:
            self.visit.settle(self.scene.within)
            self.visit.leave()


class Wrong(Exception):
    """What a failure says in locust's table."""


class Person(Guest):
    """Somebody who came to see the show: chats, votes when asked, loses the network, goes and comes back."""

    def on_start(self) -> None:
        try:
            token = self.scene.token(self.tag)
        except NotAdmitted as refused:
            self.report("connect", "admission", 0, str(refused))
            return
        self.enter(token)

    def told(self, told: Told) -> None:
        if told.type == "poll.opened" and told.data:
            choice = random.randrange(len(told.data["options"]))
            # A host says "vote now", and most do within a second.
            gevent.spawn_later(random.betavariate(1, 3) * 3, self.vote, told.data["poll"], choice)

    def vote(self, poll: str, choice: int) -> None:
        ack = self.visit.command("poll.vote", {"poll": poll, "choices": [choice]})
        if ack and ack.get("ok"):
            self.scene.ballots[poll].add(self.tag)

    @task(20)
    def chat(self) -> None:
        self.must_be_inside()
        self.visit.say(random.choice(WORDS))

    @task(2)
    def lose_the_network(self) -> None:
        self.must_be_inside()
        self.visit.cut(random.uniform(0.2, 5))
        gevent.sleep(0.1)
        self.visit.joined.wait(30)

    @task(1)
    def go_and_come_back(self) -> None:
        self.must_be_inside()
        self.visit.settle(self.scene.within)
        self.visit.leave()
        gevent.sleep(random.uniform(0.5, 3))
        # A new visit, without the position of the one before, as after the page was closed.
        self.inside, self.tag = False, self.scene.tag()
        self.on_start()


class Host(Guest):
    """The one who runs the show: poll after poll, hidden and revealed, and the count looked at."""

    fixed_count = 1

    def on_start(self) -> None:
        try:
            token = self.scene.host_token(self.tag)
        except NotAdmitted as refused:
            self.report("connect", "host", 0, str(refused))
            return
        if token is None:
            log.warning("nobody runs the show: give --room-secret, --api-key or --host-link for that")
            return
        self.polls: dict[str, str] = {}  # question -> poll
        self.results: dict[str, dict[str, Any]] = {}
        self.shows = 0
        self.enter(token)

    def wait_time(self) -> float:
        return min(self.scene.pause, 3.0)

    def told(self, told: Told) -> None:
        data = told.data or {}
        if told.type == "poll.created":
            self.polls[data["question"]] = data["poll"]
        elif told.type in ("poll.closed", "poll.counted") and data.get("result"):
            self.results[data["poll"]] = data["result"]

    @task
    def show(self) -> None:
        self.must_be_inside()
        self.shows += 1
        question, hidden = f"{self.tag} {self.shows}?", self.shows % 2 == 0
        fields = {"question": question, "kind": "single", "options": OPTIONS, "hidden": hidden}
        if not self.done("poll.create", fields) or not (poll := self.found(self.polls, question)):
            return
        self.done("poll.open", {"poll": poll})
        gevent.sleep(self.scene.voting / 2)
        self.done("poll.reveal" if hidden else "poll.hide", {"poll": poll})
        gevent.sleep(self.scene.voting / 2)
        if not hidden:
            self.done("poll.reveal", {"poll": poll})
        if self.done("poll.close", {"poll": poll}) and (result := self.found(self.results, poll)):
            self.count(poll, result)

    def done(self, kind: str, fields: dict[str, Any]) -> bool:
        ack = self.visit.command(kind, fields)
        return bool(ack and ack.get("ok"))

    def found(self, places: dict[str, Any], key: str) -> Any:
        """What an event should bring soon after the ack."""
        deadline = time.monotonic() + self.scene.within
        while key not in places:
            if time.monotonic() > deadline:
                self.report("verify", "host", 0, "an acked command's event did not come")
                return None
            gevent.sleep(0.02)
        return places[key]

    def count(self, poll: str, result: dict[str, Any]) -> None:
        """Every ballot that was acked is in the result; acks that are on their way get a moment."""
        gevent.sleep(1)
        acked = len(self.scene.ballots.pop(poll, ()))
        wrong = None if acked <= result["voters"] else "acked ballots are missing from the result"
        if wrong:
            log.warning("%s: %d voters were acked, %d are counted", poll, acked, result["voters"])
        self.report("verify", "ballots", 0, wrong)
