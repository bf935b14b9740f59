"""Judging votes: from what each voter was answered, and the votes that the database holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from protocols.errors import Code

Rows = Sequence[tuple[int, str, dict[str, Any] | None]]  # seq, user, data of each poll.voted


@dataclass(slots=True)
class Ballots:
    """What one person sent: choice and last answer of each vote. ``lawful`` are the choices that may stand in the end
    if none had to be sent again; ``one_id`` says that all votes bore the same id."""

    user: str
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    lawful: set[int] = field(default_factory=set)
    one_id: bool = False
    sent_again: bool = False

    @property
    def acked(self) -> list[tuple[int, int]]:
        """(seq, choice) of the votes that were acked, in the room's order."""
        acked = [(ack["position"]["seq"], choice) for choice, ack in self.answers if ack.get("ok")]
        return sorted(acked, key=lambda each: each[0])


def counted(choices: dict[str, int], options: int) -> list[int]:
    count = Counter(choices.values())
    return [count[place] for place in range(options)]


def standing(rows: Rows, poll: str) -> dict[str, int]:
    """The last ballot of each person, from the log of the database."""
    return {user: data["choices"][0] for _, user, data in rows if data is not None and data["poll"] == poll}


def judge_race(ballots: Sequence[Ballots], stands: dict[str, int]) -> Iterator[str]:
    """What stands for each person is what they may expect from their acks."""
    for each in ballots:
        bad = [ack for _, ack in each.answers if not ack.get("ok") and ack["error"]["code"] != Code.ID_CONFLICT]
        if bad:
            yield f"{each.user} was answered {bad[0]}"
        if not each.acked:
            yield f"{each.user} had no vote acked"
            continue
        stand = stands.get(each.user)
        if stand != each.acked[-1][1]:
            yield f"{each.user} has the ballot {stand}, the last that was acked is {each.acked[-1][1]}"
        if not each.sent_again and stand not in each.lawful:
            yield f"{each.user} has the ballot {stand}, expected one of {each.lawful}"
        if each.one_id and len(set(each.acked)) != 1:
            yield f"{each.user} had one id acked as {each.acked}"


def judge_barrier(ballots: Sequence[Ballots], rows: Rows, poll: str, closed: int) -> Iterator[str]:
    """Acked before the close and counted, or refused: nothing between."""
    at = {seq: (user, data["choices"][0]) for seq, user, data in rows if data is not None and data["poll"] == poll}
    late = [seq for seq in at if seq > closed]
    if late:
        yield f"{len(late)} votes stand behind the close at {closed}, as at {late[0]}"
    for each in ballots:
        over = False
        for choice, answer in each.answers:
            if answer.get("ok"):
                seq = answer["position"]["seq"]
                if over:
                    yield f"{each.user} had a vote acked after one was refused"
                if seq > closed:
                    yield f"{each.user} had a vote acked at {seq}, behind the close at {closed}"
                if at.get(seq) != (each.user, choice):
                    yield f"{each.user} was acked {choice} at {seq}, where {at.get(seq)} is stored"
            else:
                over = True
                if answer["error"]["code"] != Code.CLOSED:
                    yield f"{each.user} was refused with {answer['error']['code']}"


def leaks(packets: Sequence[str], poll: str) -> Iterator[str]:
    """Packets in which anything said of the poll bears numbers."""
    for packet in packets:
        start = packet.find("[")
        if (
            poll in packet
            and start >= 0
            and any("counts" in text for text in _said_of(poll, orjson.loads(packet[start:])))
        ):
            yield f"a frame to the audience bears the hidden result: {packet[:300]}"


def _said_of(poll: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("poll") == poll:
            yield orjson.dumps(value).decode()
        for inner in value.values():
            yield from _said_of(poll, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _said_of(poll, inner)
