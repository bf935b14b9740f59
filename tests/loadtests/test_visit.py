"""A visit whose sessions the test holds: what is reported, and under which name."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from loadtests import visit as visit_module
from loadtests.member import Member, Reader
from loadtests.visit import MEANINGS, Visit
from loadtests.wire import WireError


class House:
    """All sessions of a test, and how the server answers in them."""

    def __init__(self) -> None:
        self.sessions: list[FakeSession] = []
        self.reports: list[tuple[str, str, str | None]] = []
        self.seq = 10
        self.recovered = True
        self.ack: Callable[[str], dict[str, Any] | None] = lambda _kind: {
            "ok": True,
            "position": {"epoch": "e", "seq": self.seq},
        }
        self.refusal = ""
        self.away = False
        self.changed = threading.Condition()

    def report(self, kind: str, name: str, _took: float, wrong: str | None) -> None:
        with self.changed:
            self.reports.append((kind, name, wrong))
            self.changed.notify_all()

    def until(self, *report: str | None) -> None:
        """Wait until it has been reported."""
        with self.changed:
            assert self.changed.wait_for(lambda: report in self.reports, 5), self.reports

    @property
    def session(self) -> FakeSession:
        return self.sessions[-1]


class FakeSession:
    """Stands in for loadtests.green.Session."""

    house: House

    def __init__(self, _url: str, on_text: Callable[[str], None]) -> None:
        if self.house.away:
            raise WireError("nobody there")
        self.on_text = on_text
        self.sent: list[str] = []
        self.ended = threading.Event()
        self.house.sessions.append(self)

    def run(self) -> str:
        self.ended.wait(5)
        return "closed"

    def send(self, packet: str) -> None:
        self.sent.append(packet)
        if packet.startswith("40"):
            self.on_text(
                f'44{{"message":"no","data":{{"code":"{self.house.refusal}"}}}}' if self.house.refusal else "40{}"
            )
        elif packet.startswith("42"):
            self.answer(packet)

    def answer(self, packet: str) -> None:
        start = packet.index("[")
        name, _ = orjson.loads(packet[start:])
        ack = self.house.ack(name)
        if name == "room.join":
            place = {"epoch": "e", "seq": self.house.seq}
            ack = {"ok": True, "recovered": self.house.recovered and len(self.house.sessions) > 1, "position": place}
        if ack is not None:
            self.on_text(f"43{packet[2:start]}[{orjson.dumps(ack).decode()}]")

    def tell(self, seq: int, after: int, text: str = "#o.1 hello") -> None:
        event = {"epoch": "e", "after": after, "seq": seq, "data": {"text": text}}
        self.on_text(f'42["chat.sent",{orjson.dumps(event).decode()},"x"]')

    def cut(self) -> None:
        self.ended.set()

    close = cut


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    house = House()
    FakeSession.house = house
    monkeypatch.setattr(visit_module, "Session", FakeSession)
    monkeypatch.setattr(visit_module, "BACKOFF", (0.0, 0.0))
    yield house
    for session in house.sessions:
        session.cut()


@pytest.fixture
def visit(house: House) -> Iterator[Visit]:
    visit = Visit("http://127.0.0.1:1", Member("r1", "u1", "token", Reader()), house.report)
    visit.start()
    yield visit
    visit.leave()


def test_coming_in_is_reported(house: House, visit: Visit) -> None:
    assert visit.joined.wait(5)
    house.until("connect", "connect", None)


def test_losing_the_network_is_resumed(house: House, visit: Visit) -> None:
    assert visit.joined.wait(5)
    visit.cut(0.0)
    house.until("resume", "resume", None)
    assert '"position":{"epoch":"e","seq":10}' in house.session.sent[-1]


def test_coming_back_without_what_was_missed_is_a_failure(house: House, visit: Visit) -> None:
    assert visit.joined.wait(5)
    house.recovered = False
    visit.cut(0.0)
    house.until("resume", "resume", "not recovered: None")


def test_a_delivery_is_timed_and_judged(house: House, visit: Visit) -> None:
    assert visit.joined.wait(5)
    house.session.tell(11, 10, f"#o.1 {time.time_ns()} hello")
    house.until("delivery", "chat.sent", None)
    house.session.tell(11, 10)
    house.until("verify", "duplicate", MEANINGS["duplicate"])


def test_acks_nacks_and_wrong_answers_have_names(house: House, visit: Visit) -> None:
    assert visit.joined.wait(5)
    visit.say("hello")
    house.until("ack", "chat.send", None)
    house.ack = lambda _kind: {"ok": False, "error": {"code": "rate_limited"}}
    visit.command("poll.vote", {})
    house.until("nack", "poll.vote rate_limited", None)
    house.ack = lambda _kind: {"ok": False, "error": {"code": "internal"}}
    visit.command("poll.vote", {})
    house.until("ack", "poll.vote", "refused: internal")


def test_what_was_acked_and_never_told_is_found_in_the_end(house: House, visit: Visit) -> None:
    assert visit.joined.wait(5)
    house.seq = 11
    assert visit.say("hello") is not None
    visit.settle(0.0)
    house.until("verify", "ack", MEANINGS["ack"])


def test_what_was_never_answered_is_found_in_the_end(house: House, visit: Visit) -> None:
    assert visit.joined.wait(5)
    house.ack = lambda _kind: None
    visit.member.command("poll.vote", {})
    visit.settle(0.0)
    house.until("verify", "answer", "a poll.vote was never answered")


def test_a_refusal_ends_the_visit(house: House) -> None:
    house.refusal = "banned"
    visit = Visit("http://127.0.0.1:1", Member("r1", "u1", "token", Reader()), house.report)
    visit.start()
    house.until("connect", "connect", "refused: banned")
    assert visit.over.wait(5)
    visit.leave()


def test_nobody_there_is_reported_and_tried_again(house: House) -> None:
    house.away = True
    visit = Visit("http://127.0.0.1:1", Member("r1", "u1", "token", Reader()), house.report)
    visit.start()
    house.until("connect", "connect", "nobody there")
    house.away = False
    assert visit.joined.wait(5)
    visit.leave()
