"""Reads a chat without positions for a checker that judges by them.

A stock event has no seq, so the messages are numbered here: in the order in which one client heard them, and what it
never heard goes behind what others heard before it. Then, in the checker's words, a message that came backwards (I3) is
one that stands elsewhere for somebody else, and an acked position that was never told (I1) is a lost message.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from loadtests.client import Client
from loadtests.diary import Answered, Delivered, Diary, Entry, Joined, Left, Opened, digest_of, mark_of
from loadtests.evidence import Evidence

EPOCH = "stock"


def on_event(client: Client, kind: str, payload: Any) -> None:
    """Notes a stock event in the client's diary; its place is not known yet."""
    data = payload.get("data") if isinstance(payload, dict) else None
    if not data:
        return
    by = (payload.get("by") or {}).get("id", "")
    entry = Delivered(
        time.time(),
        client.connection,
        payload["room"],
        EPOCH,
        0,
        -1,
        kind,
        by,
        mark_of(kind, data),
        digest_of(data),
    )
    client.diary.add(entry)


def heard(diary: Diary) -> list[str]:
    """The marks in the order in which they came."""
    return [entry.mark for entry in diary.entries if isinstance(entry, Delivered)]


def order(ways: Iterable[Sequence[str]]) -> list[str]:
    """One order of all marks: the first way's, and what it lacks behind what came before it in another."""
    whole: list[str] = []
    known: set[str] = set()
    for way in ways:
        place = 0
        for mark in way:
            if mark in known:
                place = whole.index(mark) + 1
            else:
                whole.insert(place, mark)
                known.add(mark)
                place += 1
    return whole


def evidence(diaries: Sequence[Diary]) -> tuple[Evidence, int]:
    """What the checker is to judge, and how many clients are left out because they lost their session.

    A stock server does not promise them what they missed; our own is not excused from that.
    """
    steady = [diary for diary in diaries if sum(isinstance(entry, Opened) for entry in diary.entries) == 1]
    # The longest way first: the fewer marks have to be put in between, the better.
    places = {mark: place + 1 for place, mark in enumerate(order(sorted(map(heard, steady), key=len, reverse=True)))}
    acked = [entry.id for diary in diaries for entry in diary.entries if isinstance(entry, Answered) and entry.ok]
    for mark in acked:
        places.setdefault(mark, len(places) + 1)  # heard by nobody
    numbered = [Diary(diary.user, _numbered(diary.entries, places)) for diary in steady]
    return Evidence(numbered), len(diaries) - len(steady)


def _numbered(entries: Iterable[Entry], places: dict[str, int]) -> Iterable[Entry]:
    for entry in entries:
        if isinstance(entry, Delivered):
            yield entry._replace(seq=places[entry.mark])
        elif isinstance(entry, Answered) and entry.ok:
            yield entry._replace(epoch=EPOCH, seq=places[entry.id])
        elif isinstance(entry, Joined):
            yield entry._replace(epoch=EPOCH, seq=0)
        elif not isinstance(entry, Left):  # they leave when all is over
            yield entry
