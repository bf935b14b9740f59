"""Judge a run from outside the server: the invariants I1 to I9, each fault in one sentence.

verdict = judge(Evidence(diaries, stored=read(database)))
python -m loadtests.checker --diaries run.jsonl --database var/rooms.db
"""

from __future__ import annotations

import argparse
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from loadtests.diary import TIMEOUT, Answered, Delivered, Diary, Joined, Sent, load
from loadtests.evidence import Evidence, Stored, Verdict
from loadtests.path import Walk, walks_of
from protocols.errors import Code
from protocols.messages import Audience

# After these a command may have been stored all the same; after any other refusal it must not be.
UNSURE = frozenset({TIMEOUT, Code.UNAVAILABLE, Code.INTERNAL})


class Facts:
    """What the evidence says, put in order once for all invariants."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.stored = evidence.stored
        self.walks: list[Walk] = [walk for diary in evidence.diaries for walk in walks_of(diary).values()]
        self.commands: dict[str, tuple[str, Sent]] = {}  # id -> (user, first sending)
        self.answers: dict[str, Answered] = {}
        for diary in evidence.diaries:
            for entry in diary.entries:
                if isinstance(entry, Sent):
                    self.commands.setdefault(entry.id, (diary.user, entry))
                elif isinstance(entry, Answered):
                    self.answers[entry.id] = entry
        self.at: dict[tuple[str, str, int], Stored] = {}
        self.marks: dict[str, list[Stored]] = defaultdict(list)
        for row in self.stored or ():
            self.at[(row.room, row.epoch, row.seq)] = row
            if row.mark:
                self.marks[row.mark].append(row)

    def acked(self) -> Iterator[tuple[str, Sent, Answered]]:
        """Each acked command: user, first sending, answer."""
        for name, answer in self.answers.items():
            if answer.ok and name in self.commands:
                user, sent = self.commands[name]
                yield user, sent, answer


def told_to(row: Stored, audience: str) -> bool:
    """Whether members listening as ``audience`` are told of a record."""
    return row.audience == Audience.EVERYONE or (row.audience == Audience.HOSTS and audience == Audience.HOSTS)


def delivered_to_all(facts: Facts) -> Iterator[str]:
    """I1: what was acked, and all else in a member's stretches, reached every member that is caught up."""
    rows: dict[tuple[str, str], list[Stored]] = defaultdict(list)
    for row in facts.stored or ():
        rows[(row.room, row.epoch)].append(row)
    for of_room in rows.values():
        of_room.sort(key=lambda row: row.seq)
    acked: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for _, sent, answer in facts.acked():
        acked[(sent.room, answer.epoch)].setdefault(answer.seq, sent.id)

    for walk in facts.walks:
        for stretch in walk.stretches:
            key = (walk.room, stretch.epoch)
            told = rows[key]
            start = bisect_right(told, stretch.lo, key=lambda row: row.seq)
            for row in told[start:]:
                if row.seq > stretch.hi:
                    break
                if told_to(row, stretch.audience) and (row.epoch, row.seq) not in walk.delivered:
                    name = acked[key].get(row.seq)
                    what = f"the acked {name}" if name else f"a stored {row.type}"
                    yield f"{walk.user} was never told {row.room} {row.epoch}:{row.seq}, {what}"
        if walk.left or not walk.stretches:
            continue
        here = walk.stretches[-1]
        for seq, name in acked[(walk.room, here.epoch)].items():
            known = facts.at.get((walk.room, here.epoch, seq))
            if seq > here.hi and (known is None or told_to(known, here.audience)):
                yield f"{walk.user} ended at {walk.room} {here.epoch}:{here.hi}, before the acked {name} at {seq}"
            elif facts.stored is None and seq > here.lo and (here.epoch, seq) not in walk.delivered:
                yield f"{walk.user} was never told {walk.room} {here.epoch}:{seq}, the acked {name}"


def stored_once(facts: Facts) -> Iterator[str]:
    """I2: what was acked is stored where the ack says, and no id twice."""
    if facts.stored is None:
        return
    seen: set[tuple[str, str, int]] = set()
    for row in facts.stored:
        key = (row.room, row.epoch, row.seq)
        if key in seen:
            yield f"{row.room} {row.epoch}:{row.seq} is stored twice"
        seen.add(key)
    for user, sent, answer in facts.acked():
        found = facts.at.get((sent.room, answer.epoch, answer.seq))
        place = f"{sent.room} {answer.epoch}:{answer.seq}"
        if found is None:
            yield f"{sent.id} of {user} was acked at {place}, which is not stored"
        elif found.digest and sent.type in facts.evidence.ordered and found.mark != sent.id:
            yield f"{sent.id} of {user} was acked at {place}, where {found.mark or found.type} is stored"
    for mark, rows in facts.marks.items():
        if len(rows) > 1:
            yield f"{mark} is stored {len(rows)} times, at {', '.join(str(row.seq) for row in rows)}"


def no_holes(facts: Facts) -> Iterator[str]:
    """I2, the log itself: inside an epoch the stored seqs have no holes."""
    ends: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in facts.stored or ():
        ends[(row.room, row.epoch)].append(row.seq)
    for (room, epoch), seqs in ends.items():
        missing = sorted(set(range(min(seqs), max(seqs) + 1)) - set(seqs))
        if missing:
            yield f"{room} {epoch} is stored with holes: {missing[:5]} of {len(missing)} missing"


def once_a_connection(facts: Facts) -> Iterator[str]:
    """I3: no seq twice on a connection, none backwards, and a resume goes on where it was asked to."""
    told: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row in facts.stored or ():
        for audience in (Audience.EVERYONE, Audience.HOSTS):
            if told_to(row, audience):
                told[(row.room, row.epoch, audience)].append(row.seq)
    for seqs in told.values():
        seqs.sort()
    for walk in facts.walks:
        yield from walk.faults
        for joined, first in walk.resumes:
            seqs = told[(walk.room, joined.epoch, joined.audience)]
            place = bisect_right(seqs, joined.since)
            if place < len(seqs) and seqs[place] != first.seq:
                yield (
                    f"{walk.user} resumed {walk.room} from {joined.since}: "
                    f"{first.seq} came first, {seqs[place]} should have"
                )


def same_everywhere(facts: Facts) -> Iterator[str]:
    """I4: the same seq holds the same for everyone who was told, and in the database."""
    agreed: dict[tuple[str, str, int], tuple[str, str, str]] = {
        key: (row.mark, row.digest, "the database") for key, row in facts.at.items() if row.digest
    }
    for walk in facts.walks:
        for (epoch, seq), event in walk.delivered.items():
            if not event.digest:
                continue  # a stub: what was said has been erased
            mark, digest, who = agreed.setdefault((walk.room, epoch, seq), (event.mark, event.digest, walk.user))
            if (mark, digest) != (event.mark, event.digest):
                yield (
                    f"{walk.room} {epoch}:{seq} is {event.mark or event.digest} for {walk.user}, "
                    f"but {mark or digest} for {who}"
                )


def in_order(facts: Facts) -> Iterator[str]:
    """I5: what a sender was acked stands in the order in which it was sent."""
    for diary in facts.evidence.diaries:
        highest: dict[tuple[str, str], tuple[int, str]] = {}
        waiting: dict[str, Answered] = {}
        before: dict[str, dict[tuple[str, str], tuple[int, str]]] = {}
        on_connection: dict[int, list[str]] = defaultdict(list)
        again: set[str] = set()
        for entry in diary.entries:
            if isinstance(entry, Sent):
                if entry.type not in facts.evidence.ordered or entry.attempt == 0:
                    continue
                if entry.attempt == 1:
                    before[entry.id] = dict(highest)
                    on_connection[entry.connection].append(entry.id)
                else:
                    again.add(entry.id)
            elif isinstance(entry, Answered) and entry.ok and entry.id in before:
                waiting[entry.id] = entry
                key = (facts.commands[entry.id][1].room, entry.epoch)
                seq, name = before[entry.id].get(key, (-1, ""))
                if entry.seq <= seq:
                    sender = f"{entry.id} of {diary.user}"
                    yield f"{sender} was sent after {name} was acked at {seq}, but stands at {entry.seq}"
                if entry.seq > highest.get(key, (-1, ""))[0]:
                    highest[key] = (entry.seq, entry.id)
        for names in on_connection.values():
            acked = [waiting[name] for name in names if name in waiting and name not in again]
            for one, two in pairwise(acked):
                if one.epoch == two.epoch and two.seq <= one.seq:
                    yield f"{two.id} of {diary.user} was sent after {one.id} but stands at {two.seq}, before {one.seq}"


def refused_means_nowhere(facts: Facts) -> Iterator[str]:
    """I6: every command is answered; a refused one is nowhere, an unanswered one nowhere or once."""
    told: dict[str, set[tuple[str, str, int]]] = defaultdict(set)
    for walk in facts.walks:
        for (epoch, seq), event in walk.delivered.items():
            if event.mark:
                told[event.mark].add((walk.room, epoch, seq))
    for mark, places in told.items():
        if len(places) > 1:
            yield f"{mark} was told at {len(places)} places: {sorted(seq for _, _, seq in places)}"
    for name, (user, _) in facts.commands.items():
        answer = facts.answers.get(name)
        if answer is None:
            yield f"{name} of {user} has no answer, not even a time-out"
        elif not answer.ok and answer.code not in UNSURE:
            if told[name]:
                yield f"{name} of {user} was refused ({answer.code}) and told to others all the same"
            if facts.marks.get(name):
                yield f"{name} of {user} was refused ({answer.code}) and stored all the same"
        elif not answer.ok and facts.stored is not None and any(place not in facts.at for place in told[name]):
            yield f"{name} of {user} was told to others but is not stored"


def members_only(facts: Facts) -> Iterator[str]:
    """I7: nothing goes to one who has not joined, or who listens as another audience."""
    for walk in facts.walks:
        yield from walk.strangers
        for (epoch, seq), audience in walk.audience_of.items():
            row = facts.at.get((walk.room, epoch, seq))
            if row is not None and not told_to(row, audience):
                yield f"{walk.user} listens as {audience} but was told {walk.room} {epoch}:{seq}, for {row.audience}"


def no_accidents(facts: Facts) -> Iterator[str]:
    """I8: no traceback in the server's output, and no exit but those caused."""
    lines = facts.evidence.output.splitlines()
    for number, line in enumerate(lines):
        if "Traceback (most recent call last)" in line or "exception was never retrieved" in line:
            after = (text for text in lines[number + 1 :] if text and not text.startswith((" ", "\t")))
            yield f"the server's output has a traceback: {next(after, line).strip()[:160]}"
    for code, caused in facts.evidence.exits:
        if not caused:
            yield f"the server ended by itself with {code}"


def nothing_left(facts: Facts) -> Iterator[str]:
    """I9: when all have left, no more sockets, rooms, descriptors and tasks than before, and memory within 10 %."""
    before, after = facts.evidence.before, facts.evidence.after
    if before is None or after is None:
        return
    for name in ("sockets", "rooms", "descriptors", "tasks"):
        was, now = getattr(before, name), getattr(after, name)
        if now > was:
            yield f"{now} {name} are left, {was} were there before"
    if after.memory > before.memory * 1.1:
        yield f"memory went from {before.memory / 2**20:.0f} to {after.memory / 2**20:.0f} MiB"


INVARIANTS = {
    "I1": (delivered_to_all,),
    "I2": (stored_once, no_holes),
    "I3": (once_a_connection,),
    "I4": (same_everywhere,),
    "I5": (in_order,),
    "I6": (refused_means_nowhere,),
    "I7": (members_only,),
    "I8": (no_accidents,),
    "I9": (nothing_left,),
}


def figures_of(facts: Facts) -> dict[str, float]:
    """How much was judged."""
    answers = facts.answers.values()
    joins = [entry for entry in _entries(facts.evidence.diaries) if isinstance(entry, Joined)]
    return {
        "sent": len(facts.commands),
        "acked": sum(answer.ok for answer in answers),
        "nacked": sum(not answer.ok and answer.code != TIMEOUT for answer in answers),
        "timed out": sum(answer.code == TIMEOUT for answer in answers),
        "deliveries": sum(isinstance(entry, Delivered) for entry in _entries(facts.evidence.diaries)),
        "joins": len(joins),
        "recovered": sum(join.recovered for join in joins),
        "gaps": sum(walk.gaps for walk in facts.walks),
        "stored": len(facts.stored or ()),
    }


def _entries(diaries: Iterable[Diary]) -> Iterator[object]:
    for diary in diaries:
        yield from diary.entries


def judge(evidence: Evidence) -> Verdict:
    """Every invariant on this evidence."""
    facts = Facts(evidence)
    faults = {name: [fault for check in checks for fault in check(facts)] for name, checks in INVARIANTS.items()}
    return Verdict(faults, figures_of(facts))


def report(verdict: Verdict) -> str:
    """The verdict for people."""
    figures = "  ".join(f"{name} {value:g}" for name, value in verdict.figures.items())
    lines = [figures, *verdict.sentences()]
    lines.append("clean: I1 to I9 hold" if verdict.clean else f"NOT clean: {dict(verdict.counted())}")
    return "\n".join(lines)


def main() -> int:
    from loadtests.stored import read  # noqa: PLC0415 the checker itself needs no database

    parser = argparse.ArgumentParser(prog="python -m loadtests.checker", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--diaries", type=Path, required=True, help="JSON lines that a rig wrote with --diaries")
    parser.add_argument("--database", type=Path, help="the server's data directory; without it I2 is not judged")
    parser.add_argument("--output", type=Path, help="the server's output, searched for tracebacks")
    given = parser.parse_args()
    stored = read(given.database) if given.database else None
    output = given.output.read_text() if given.output else ""
    verdict = judge(Evidence(load(given.diaries), stored=stored, output=output))
    sys.stdout.write(report(verdict) + "\n")
    return 0 if verdict.clean else 1


if __name__ == "__main__":
    raise SystemExit(main())
