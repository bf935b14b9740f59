"""Somebody's stay in a room on blocking sockets: session after session, each thing that happens reported by name.

Written with threads; where locust has made threads and sockets green, a visit is two greenlets.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from loadtests.green import Session
from loadtests.member import Fault, Member, Told
from loadtests.wire import WireError
from protocols.errors import Code

log = logging.getLogger("showfloor.load")

# What a server may say at any time without being at fault; everything else is one.
ALLOWED = frozenset({Code.RATE_LIMITED, Code.OVERLOADED, Code.UNAVAILABLE, Code.CLOSED})
MEANINGS = {
    "gap": "an event came that does not follow the one before",
    "duplicate": "an event came twice on one connection",
    "order": "an event came after a later one",
    "resume": "recovered: true, but from elsewhere",
    "ack": "acked, and not delivered where the ack says",
}
BACKOFF = (0.2, 2.0)

# What happened: "connect", "resume", "ack", "nack", "delivery" or "verify"; a name; milliseconds; what was wrong.
Report = Callable[[str, str, float, str | None], None]


class Visit:
    """Connects and joins until it is told to ``leave``; every ``sample``-th delivery is timed, all are judged."""

    def __init__(self, url: str, member: Member, report: Report, *, sample: int = 1) -> None:
        self.url = url
        self.member = member
        self.report = report
        self.on_told: Callable[[Told], None] | None = None
        self.joined = threading.Event()
        self.over = threading.Event()
        self._sample = sample
        self._timed = 0
        self._session: Session | None = None
        self._begun = 0.0
        self._away: float | None = None  # cut by ourselves: how long to stay away
        self._thread: threading.Thread | None = None
        member.on_told = self._told
        member.on_fault = self._fault
        member.on_joined = self._joined

    def start(self) -> None:
        """Come in; ``joined`` is set when the room has been entered."""
        self._thread = threading.Thread(target=self._run, name=self.member.tag, daemon=True)
        self._thread.start()

    def cut(self, away: float) -> None:
        """Lose the network for ``away`` seconds, then come back and resume."""
        self._away = away
        if self._session is not None:
            self._session.cut()

    def leave(self, within: float = 5.0) -> None:
        """Leave for good."""
        self.over.set()
        if self._session is not None:
            self._session.close()
        if self._thread is not None:
            self._thread.join(within)
        if self._session is not None:
            self._session.cut()

    def _run(self) -> None:
        wait = BACKOFF[0]
        while not self.over.is_set():
            self._begun = time.monotonic()
            name = "resume" if self.member.seq >= 0 else "connect"
            try:
                self._session = session = Session(self.url, self._packet)
                session.send(self.member.connect())
                reason = session.run()
                wait = BACKOFF[0]
            except (OSError, WireError) as error:
                reason = str(error) or type(error).__name__
                self.report(name, name, self._since(self._begun), reason)
            self._session = None
            self.member.lost()
            self.joined.clear()
            away, self._away = self._away, None
            if away is None and not self.over.is_set():
                log.info("%s lost its session: %s", self.member.tag, reason)
                away, wait = wait, min(wait * 2, BACKOFF[1])
            self.over.wait(away or 0)

    def _packet(self, packet: str) -> None:
        for reply in self.member.receive(packet, time.monotonic()):
            if self._session is not None:
                self._session.send(reply)
        if self.member.refused:
            self.over.set()
            self.report("connect", "connect", self._since(self._begun), f"refused: {self.member.refused}")
            if self._session is not None:
                self._session.cut()

    def _joined(self, ack: dict[str, Any], asked: int) -> None:
        if not ack.get("ok"):
            self.cut(BACKOFF[1])  # it will be tried again, or it was refused
            return
        name = "connect" if asked < 0 else "resume"
        wrong = None if asked < 0 or ack["recovered"] else f"not recovered: {ack.get('reason')}"
        self.report(name, name, self._since(self._begun), wrong)
        self.joined.set()

    def _told(self, told: Told) -> None:
        if told.sent:
            self._timed += 1
            if self._timed % self._sample == 0:
                # What was missed is late by as long as one was away.
                name = f"{told.type} (missed)" if self.member.recovering else told.type
                self.report("delivery", name, max(0.0, (time.time_ns() - told.sent) / 1e6), None)
        if self.on_told is not None:
            self.on_told(told)

    def _fault(self, fault: Fault) -> None:
        log.warning("%s: %s", fault.kind, fault.text)
        self.report("verify", fault.kind, 0.0, MEANINGS[fault.kind])

    # Commands

    def say(self, words: str) -> dict[str, Any] | None:
        """chat.send; its ack, or None if none came."""
        return self._send(lambda on_answer: self.member.say(f"{time.time_ns()} {words}", on_answer), "chat.send")

    def command(self, kind: str, fields: dict[str, Any]) -> dict[str, Any] | None:
        """Any command; its ack, or None if none came."""
        return self._send(lambda on_answer: self.member.command(kind, fields, on_answer), kind)

    def _send(self, packets_of: Callable[[Any], Any], kind: str, within: float = 30.0) -> dict[str, Any] | None:
        answered = threading.Event()
        answers: list[dict[str, Any]] = []
        begun = time.monotonic()

        def on_answer(_name: str, ack: dict[str, Any]) -> None:
            answers.append(ack)
            self._answered(kind, self._since(begun), ack)
            answered.set()

        session = self._session
        for packet in packets_of(on_answer):
            if session is not None:
                session.send(packet)
        answered.wait(within)
        return answers[0] if answers else None

    def _answered(self, kind: str, took: float, ack: dict[str, Any]) -> None:
        if ack.get("ok"):
            self.report("ack", kind, took, None)
            return
        code = str((ack.get("error") or {}).get("code"))
        if code in ALLOWED:
            self.report("nack", f"{kind} {code}", took, None)
        else:
            self.report("ack", kind, took, f"refused: {code}")

    def settle(self, within: float) -> None:
        """Wait until what was acked has been told and all is answered; what is missing then is reported."""
        deadline = time.monotonic() + within
        while (self.member.owes or self.member.pending) and time.monotonic() < deadline and not self.over.is_set():
            time.sleep(0.05)
        list(self.member.overdue(time.monotonic()))
        if self.member.pending and not self.over.is_set():
            left = next(iter(self.member.pending.values())).type
            self.report("verify", "answer", 0.0, f"a {left} was never answered")

    @staticmethod
    def _since(begun: float) -> float:
        return (time.monotonic() - begun) * 1000
