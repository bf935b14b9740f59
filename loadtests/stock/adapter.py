"""Reads a chat without positions for a checker that judges by them.

A stock event has no seq, so the messages are numbered here. Those that everybody heard stand in the order in which one
member heard them: in the checker's words a message that came backwards to another (I3) stands elsewhere for them. Each
of the others gets a place of its own, where the checker sees who was never told it (I1): the place of a lost message
in an order would be a guess, and a guess no fault.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from loadtests.client import Client
from loadtests.diary import Answered, Delivered, Diary, Entry, Joined, Left, Opened, Sent, digest_of, mark_of
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


def evidence(diaries: Sequence[Diary]) -> tuple[Evidence, int]:
    """What the checker is to judge, and how many clients are left out because they lost their session.

    A stock server does not promise them what they missed; our own is not excused from that.
    """
    steady = [diary for diary in diaries if sum(isinstance(entry, Opened) for entry in diary.entries) == 1]
    ways = [heard(diary) for diary in steady]
    everybody = set(ways[0]).intersection(*ways[1:]) if ways else set()
    places: dict[str, int] = {}
    for mark in ways[0] if ways else ():
        if mark in everybody:
            places.setdefault(mark, len(places) + 1)
    acked = {entry.id for diary in diaries for entry in diary.entries if isinstance(entry, Answered) and entry.ok}
    partly = sorted(acked.union(*ways) - everybody)
    numbered = [Diary(diary.user, _numbered(diary.entries, places, partly)) for diary in steady]
    return Evidence(numbered), len(diaries) - len(steady)


def _numbered(entries: Iterable[Entry], places: dict[str, int], partly: Sequence[str]) -> Iterator[Entry]:
    for entry in entries:
        if isinstance(entry, Delivered):
            room, epoch = (entry.room, EPOCH) if entry.mark in places else (f"{entry.room}/{entry.mark}", entry.mark)
            yield entry._replace(room=room, epoch=epoch, seq=places.get(entry.mark, 1))
        elif isinstance(entry, Answered) and entry.ok:
            yield entry._replace(epoch=EPOCH if entry.id in places else entry.id, seq=places.get(entry.id, 1))
        elif isinstance(entry, Sent):
            yield entry._replace(room=entry.room if entry.id in places else f"{entry.room}/{entry.id}")
        elif isinstance(entry, Joined):
            yield entry._replace(epoch=EPOCH, seq=0)
            for mark in partly:
                yield entry._replace(room=f"{entry.room}/{mark}", epoch=mark, seq=0)
        elif not isinstance(entry, Left):  # they leave when all is over
            yield entry
