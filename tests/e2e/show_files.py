"""What a room's files say, held against what was seen in it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson
from playwright.async_api import Page, expect

Event = dict[str, Any]


@dataclass(slots=True)
class Seen:
    """What the pages showed, in order; names are those that people gave."""

    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    votes: dict[str, list[int]] = field(default_factory=dict)  # by question
    entries: list[tuple[str, str]] = field(default_factory=list)  # caption and author
    fast: list[str] = field(default_factory=list)
    lucky: list[str] = field(default_factory=list)
    banned: list[str] = field(default_factory=list)


async def agree(lobby: Page, seen: Seen) -> None:
    """Read all files that a room's page in the lobby offers."""
    files: dict[str, bytes] = {}
    await expect(lobby.locator("a.file")).to_have_count(4)
    for link in await lobby.locator("a.file").all():
        path = await link.get_attribute("href")
        assert path is not None
        answer = await lobby.context.request.get(path if "://" in path else f"{_origin(lobby)}{path}")
        assert answer.ok, (path, answer.status)
        files[path.rsplit("/", 1)[1]] = await answer.body()
    assert sorted(files) == ["export.csv", "export.json", "questions.csv", "results.csv"]
    events: list[Event] = orjson.loads(files["export.json"])["events"]
    _results(_rows(files["results.csv"]), seen)
    assert [row["text"] for row in _rows(files["questions.csv"])] == seen.asked
    _talk(events, seen)
    _ballots(events, seen)
    _people(events, seen)
    _same(_rows(files["export.csv"]), events)


def _origin(page: Page) -> str:
    return "/".join(page.url.split("/", 3)[:3])


def _rows(sheet: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"))))


def _named(events: list[Event], type_: str) -> list[Event]:
    return [event for event in events if event["type"] == type_]


def _said(events: list[Event]) -> list[Event]:
    """What was said in its order; what was deleted is an empty row, and whole where it came back."""
    back = {event["data"]["sent_seq"]: event for event in _named(events, "chat.restored")}
    return [back.get(event["seq"], event) for event in _named(events, "chat.sent")]


def _results(rows: list[dict[str, str]], seen: Seen) -> None:
    votes: dict[str, list[int]] = {}
    for row in rows:
        votes.setdefault(row["question"], []).append(int(row["votes"]))
        assert row["status"] == "closed"
        assert int(row["voters"]) == sum(seen.votes[row["question"]])
    assert votes == seen.votes
    assert [(row["caption"], row["author"]) for row in rows if row["photo"]] == seen.entries


def _talk(events: list[Event], seen: Seen) -> None:
    assert [event["data"]["text"] for event in _said(events)] == seen.said
    assert [event["data"]["text"] for event in _named(events, "question.published")] == seen.asked
    assert len(_named(events, "question.answered")) == len(seen.asked)


def _ballots(events: list[Event], seen: Seen) -> None:
    """The last word of each pseudonym, counted again, is what was shown; no ballot bears a name."""
    opened = {event["data"]["poll"]: event["data"] for event in _named(events, "poll.opened")}
    last: dict[str, dict[str, int]] = {poll: {} for poll in opened}
    for event in _named(events, "poll.voted"):
        assert event["by"]["id"].startswith("voter-")
        assert not event["by"]["name"]
        last[event["data"]["poll"]][event["by"]["id"]] = event["data"]["choices"][0]
    counted = {poll: Counter(ballots.values()) for poll, ballots in last.items()}
    again = {each["question"]: [counted[poll][n] for n in range(len(each["options"]))] for poll, each in opened.items()}
    assert again == seen.votes


def _people(events: list[Event], seen: Seen) -> None:
    for type_, names in (("first.tapped", seen.fast), ("draw.won", seen.lucky)):
        assert [event["by"]["name"] for event in _named(events, type_)] == names
    (won,), (told,) = _named(events, "draw.won"), _named(events, "draw.revealed")
    assert told["data"]["tickets"] == [won["data"]["ticket"]]
    banned = _named(events, "person.banned")
    assert [event["data"]["name"] for event in banned] == seen.banned
    wrote = {event["by"]["name"]: event["by"]["id"] for event in _said(events)}
    assert [event["data"]["user"] for event in banned] == [wrote[name] for name in seen.banned]
    types = [event["type"] for event in events]
    order = [types.index(each) for each in ("room.panicked", "room.calmed", "person.banned", "room.closed")]
    assert order == sorted(order)


def _same(rows: list[dict[str, str]], events: list[Event]) -> None:
    """Both forms of the record hold the same."""
    assert [(int(row["seq"]), row["type"]) for row in rows] == [(event["seq"], event["type"]) for event in events]
    texts = {int(row["seq"]): row["text"] for row in rows}
    assert [texts[event["seq"]] for event in _said(events)] == [event["data"]["text"] for event in _said(events)]
    banned = [row["data"] for row in rows if row["type"] == "person.banned"]
    assert [orjson.loads(data) for data in banned] == [event["data"] for event in _named(events, "person.banned")]
