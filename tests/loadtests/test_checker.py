"""The judge is judged: a clean run passes, and each planted fault is found by its own invariant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from loadtests.checker import judge, report
from loadtests.diary import TIMEOUT, Answered, Delivered, Diary, Ended, Entry, Joined, Left, Opened, Sent
from loadtests.evidence import Evidence, Exit, Idle, Stored

ROOM, EPOCH = "r1", "kQvz"
USERS = ("ann", "ben", "cy")


def digest(mark: str) -> str:
    return f"d-{mark}"


def told(seq: int, connection: int = 1, *, mark: str | None = None, after: int | None = None) -> Delivered:
    mark = mark if mark is not None else mark_at(seq)
    return Delivered(
        0, connection, ROOM, EPOCH, seq - 1 if after is None else after, seq, "chat.sent", "x", mark, digest(mark)
    )


def mark_at(seq: int) -> str:
    """Events 2 to 10 are said by ann, ben and cy in turn; 1 is the room's own."""
    return f"{USERS[seq % 3]}.{seq}" if seq > 1 else ""


@dataclass
class Story:
    """A run that went well: three members, ben cut once and recovered, cy left early with 8."""

    diaries: dict[str, list[Entry]] = field(default_factory=dict)
    stored: list[Stored] = field(default_factory=list)
    output: str = "ready\n"
    exits: list[Exit] = field(default_factory=lambda: [Exit(-9, caused=True), Exit(0, caused=True)])
    before: Idle | None = None
    after: Idle | None = None

    def judged(self) -> dict[str, list[str]]:
        diaries = [Diary(user, entries) for user, entries in self.diaries.items()]
        verdict = judge(Evidence(diaries, self.stored, self.output, self.exits, self.before, self.after))
        assert verdict.clean is not any(verdict.faults.values())
        return {name: faults for name, faults in verdict.faults.items() if faults}

    def drop(self, user: str, wanted: Callable[[Entry], bool]) -> None:
        entries = self.diaries[user]
        found = [entry for entry in entries if wanted(entry)]
        assert found, "the plant must change something"
        self.diaries[user] = [entry for entry in entries if entry not in found]

    def swap(self, user: str, one: Entry, other: Entry) -> None:
        entries = self.diaries[user]
        entries[entries.index(one)] = other


def joined(connection: int, seq: int, since: int = -1, audience: str = "everyone") -> Joined:
    recovered = since >= 0
    return Joined(0, connection, ROOM, recovered, "" if recovered else "first", audience, EPOCH, since, EPOCH, seq)


def story() -> Story:
    clean = Story()
    for user in USERS:
        entries: list[Entry] = [Opened(0, 1, "websocket"), joined(1, 1)]
        connection = 1
        for seq in range(2, 11):
            if user == "ben" and seq == 5:
                # Away while 5 and 6 were said; both come in the join's answer.
                connection = 2
                entries += [Ended(0, 1, "cut"), Opened(0, 2, "websocket"), joined(2, 6, since=4)]
            if user == "cy" and seq == 9:
                entries.append(Left(0, 1, ROOM))
                break
            mine = mark_at(seq).startswith(user)
            if mine:
                entries.append(Sent(0, connection, mark_at(seq), "chat.send", ROOM, 1))
            entries.append(told(seq, connection))
            if mine:
                entries.append(Answered(0, connection, mark_at(seq), True, EPOCH, seq, ""))
        clean.diaries[user] = entries
    for seq in range(1, 11):
        mark = mark_at(seq)
        if mark == "cy.8" or not mark.startswith("cy") or seq < 9:
            clean.stored.append(Stored(ROOM, EPOCH, seq, "chat.sent", "everyone", "x", mark, digest(mark)))
    return clean


def test_clean_run_passes() -> None:
    assert story().judged() == {}


def test_report_counts_what_was_judged() -> None:
    clean = story()
    verdict = judge(Evidence([Diary(user, entries) for user, entries in clean.diaries.items()], clean.stored))
    assert verdict.figures["acked"] == 9
    assert verdict.figures["deliveries"] == 9 + 9 + 7
    assert verdict.figures["recovered"] == 1
    assert report(verdict).endswith("clean: I1 to I9 hold")


def lose_a_delivery(run: Story) -> None:
    run.drop("ann", lambda entry: isinstance(entry, Delivered) and entry.seq == 7)
    run.swap("ann", told(8), told(8, after=6))  # even if the chain hides it


def lose_in_recovery(run: Story) -> None:
    run.drop("ben", lambda entry: isinstance(entry, Delivered) and entry.seq == 6)
    run.swap("ben", told(7, 2), told(7, 2, after=5))


def end_early(run: Story) -> None:
    run.drop("ann", lambda entry: isinstance(entry, Delivered) and entry.seq == 10)


def unstore(run: Story) -> None:
    run.stored = [row for row in run.stored if row.seq != 10]


def store_twice(run: Story) -> None:
    run.stored.append(run.stored[-1]._replace(seq=11))


def store_same_place_twice(run: Story) -> None:
    run.stored.append(run.stored[4])


def store_other(run: Story) -> None:
    run.stored[5], run.stored[6] = (
        run.stored[5]._replace(mark=mark_at(7), digest=digest(mark_at(7))),
        run.stored[6]._replace(mark=mark_at(6), digest=digest(mark_at(6))),
    )


def hole_in_the_log(run: Story) -> None:
    run.stored = [row for row in run.stored if row.seq != 5]


def duplicate(run: Story) -> None:
    entries = run.diaries["ann"]
    entries.insert(entries.index(told(6)) + 1, told(6))


def backwards(run: Story) -> None:
    entries = run.diaries["ann"]
    one, two = entries.index(told(5)), entries.index(told(6))
    entries[one], entries[two] = told(6, after=4), told(5)


def resume_elsewhere(run: Story) -> None:
    run.drop("ben", lambda entry: isinstance(entry, Delivered) and entry.seq == 5)
    run.swap("ben", told(6, 2), told(6, 2, after=4))


def recovered_without_position(run: Story) -> None:
    run.swap("ann", joined(1, 1), joined(1, 1)._replace(recovered=True))


def recovered_across_epochs(run: Story) -> None:
    run.swap("ben", joined(2, 6, since=4), joined(2, 6, since=4)._replace(epoch="new"))


def swap_for_one(run: Story) -> None:
    run.swap("ann", told(5), told(5, mark=mark_at(6)))
    run.swap("ann", told(6), told(6, mark=mark_at(5)))


def change_content(run: Story) -> None:
    run.swap("ann", told(5), told(5)._replace(digest="other"))


def answer_out_of_order(run: Story) -> None:
    # ben was acked 7 before he sent the message that stands at 4.
    entries = run.diaries["ben"]
    sent = next(entry for entry in entries if isinstance(entry, Sent) and entry.id == "ben.4")
    answered = next(entry for entry in entries if isinstance(entry, Answered) and entry.id == "ben.4")
    for entry in (sent, answered):
        entries.remove(entry)
    entries += [sent, answered]


def overtake_on_a_connection(run: Story) -> None:
    # Both of ann's were on their way at once, the later one stands first.
    entries = run.diaries["ann"]
    first, second = (Sent(0, 1, name, "chat.send", ROOM, 1) for name in ("ann.3", "ann.6"))
    entries.remove(first)
    entries.remove(second)
    entries[2:2] = [second, first]


def no_answer(run: Story) -> None:
    run.drop("ann", lambda entry: isinstance(entry, Answered) and entry.id == "ann.6")


def refused_yet_told(run: Story) -> None:
    run.swap("ann", Answered(0, 1, "ann.6", True, EPOCH, 6, ""), Answered(0, 1, "ann.6", False, "", -1, "rate_limited"))


def told_at_two_places(run: Story) -> None:
    run.stored.append(Stored(ROOM, EPOCH, 11, "chat.sent", "everyone", "x", "ann.9", digest("ann.9")))
    run.diaries["ann"].append(told(11, mark="ann.9"))


def told_without_joining(run: Story) -> None:
    run.diaries["dora"] = [Opened(0, 1, "websocket"), told(5)]


def told_after_leaving(run: Story) -> None:
    run.diaries["cy"].append(told(9))


def told_of_another_room(run: Story) -> None:
    run.diaries["ann"].append(told(5)._replace(room="r2"))


def told_what_is_for_hosts(run: Story) -> None:
    run.stored[6] = run.stored[6]._replace(audience="hosts")


def told_what_is_for_nobody(run: Story) -> None:
    run.stored[6] = run.stored[6]._replace(audience="nobody")


def traceback(run: Story) -> None:
    run.output += 'Traceback (most recent call last):\n  File "x.py", line 1\nKeyError: 1\n'


def never_retrieved(run: Story) -> None:
    run.output += "Task exception was never retrieved\nfuture: <Task>\n"


def exit_by_itself(run: Story) -> None:
    run.exits.append(Exit(1, caused=False))


def left_behind(run: Story) -> None:
    run.before, run.after = Idle(1, 0, 20, 100 << 20, 9), Idle(1, 0, 21, 100 << 20, 9)


def tasks_left(run: Story) -> None:
    run.before, run.after = Idle(1, 0, 20, 100 << 20, 9), Idle(1, 0, 20, 100 << 20, 12)


def memory_grown(run: Story) -> None:
    run.before, run.after = Idle(1, 0, 20, 100 << 20, 9), Idle(1, 0, 20, 120 << 20, 9)


@pytest.mark.parametrize(
    ("plant", "invariant", "sentence"),
    [
        (lose_a_delivery, "I1", "ann was never told r1 kQvz:7, the acked ben.7"),
        (lose_in_recovery, "I1", "ben was never told r1 kQvz:6, the acked ann.6"),
        (end_early, "I1", "ann ended at r1 kQvz:9, before the acked ben.10 at 10"),
        (unstore, "I2", "ben.10 of ben was acked at r1 kQvz:10, which is not stored"),
        (store_twice, "I2", "ben.10 is stored 2 times, at 10, 11"),
        (store_same_place_twice, "I2", "r1 kQvz:5 is stored twice"),
        (store_other, "I2", "ann.6 of ann was acked at r1 kQvz:6, where ben.7 is stored"),
        (hole_in_the_log, "I2", "r1 kQvz is stored with holes: [5] of 1 missing"),
        (duplicate, "I3", "ann was told r1 kQvz:6 twice on connection 1"),
        (backwards, "I3", "ann was told r1 kQvz:5 after 6 on connection 1"),
        (resume_elsewhere, "I3", "ben resumed r1 from 4: 6 came first, 5 should have"),
        (recovered_without_position, "I3", "ann was told recovered: true in r1 without having had a position"),
        (recovered_across_epochs, "I3", "ben was told recovered: true across epochs in r1"),
        (swap_for_one, "I4", "r1 kQvz:5 is ann.6 for ann, but cy.5 for the database"),
        (change_content, "I4", "r1 kQvz:5 is cy.5 for ann, but cy.5 for the database"),
        (answer_out_of_order, "I5", "ben.4 of ben was sent after ben.10 was acked at 10, but stands at 4"),
        (overtake_on_a_connection, "I5", "ann.3 of ann was sent after ann.6 but stands at 3, before 6"),
        (no_answer, "I6", "ann.6 of ann has no answer, not even a time-out"),
        (refused_yet_told, "I6", "ann.6 of ann was refused (rate_limited) and told to others all the same"),
        (told_at_two_places, "I6", "ann.9 was told at 2 places: [9, 11]"),
        (told_without_joining, "I7", "dora was told r1 kQvz:5 without having joined on that connection"),
        (told_after_leaving, "I7", "cy was told r1 kQvz:9 without having joined on that connection"),
        (told_of_another_room, "I7", "ann was told r2 kQvz:5 without having joined on that connection"),
        (told_what_is_for_hosts, "I7", "ann listens as everyone but was told r1 kQvz:7, for hosts"),
        (told_what_is_for_nobody, "I7", "ann listens as everyone but was told r1 kQvz:7, for nobody"),
        (traceback, "I8", "the server's output has a traceback: KeyError: 1"),
        (never_retrieved, "I8", "the server's output has a traceback"),
        (exit_by_itself, "I8", "the server ended by itself with 1"),
        (left_behind, "I9", "21 descriptors are left, 20 were there before"),
        (tasks_left, "I9", "12 tasks are left, 9 were there before"),
        (memory_grown, "I9", "memory went from 100 to 120 MiB"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_planted_fault_is_found(plant: Callable[[Story], None], invariant: str, sentence: str) -> None:
    run = story()
    plant(run)
    faults = run.judged()
    assert any(fault.startswith(sentence) for fault in faults.get(invariant, ())), faults


def test_a_time_out_may_be_stored_or_not() -> None:
    run = story()
    run.swap("ann", Answered(0, 1, "ann.6", True, EPOCH, 6, ""), Answered(0, 1, "ann.6", False, "", -1, TIMEOUT))
    sent = Sent(0, 1, "ann.99", "chat.send", ROOM, 1)
    run.diaries["ann"] += [sent, Answered(0, 1, "ann.99", False, "", -1, "unavailable")]
    assert run.judged() == {}


def test_a_time_out_twice_is_a_fault() -> None:
    run = story()
    run.swap("ann", Answered(0, 1, "ann.6", True, EPOCH, 6, ""), Answered(0, 1, "ann.6", False, "", -1, TIMEOUT))
    run.stored.append(run.stored[5]._replace(seq=11))
    assert "ann.6 is stored 2 times, at 6, 11" in run.judged()["I2"]


def test_what_a_view_covers_need_not_be_delivered() -> None:
    run = story()
    entries = run.diaries["ben"]
    entries[entries.index(joined(2, 6, since=4))] = joined(2, 6)._replace(reason="expired")
    run.drop("ben", lambda entry: isinstance(entry, Delivered) and entry.seq in (5, 6))
    assert run.judged() == {}


def test_a_gap_that_is_recovered_is_no_fault() -> None:
    run = story()
    entries = run.diaries["ann"]
    entries.remove(told(6))
    place = entries.index(told(7))
    # 7 shows that 6 was lost; the join's answer brings both.
    entries[place : place + 1] = [told(7), joined(1, 7, since=5), told(6), told(7)]
    assert run.judged() == {}


def test_a_gap_that_is_not_recovered_is_a_fault() -> None:
    run = story()
    run.drop("ann", lambda entry: entry == told(6))
    assert "ann ended at r1 kQvz:5, before the acked ann.6 at 6" in run.judged()["I1"]


def test_stubs_equal_anything() -> None:
    run = story()
    run.stored[4] = run.stored[4]._replace(mark="", digest="")
    run.swap("ann", told(6), told(6)._replace(mark="", digest=""))
    assert run.judged() == {}


def test_hosts_are_told_more() -> None:
    run = story()
    run.stored[6] = run.stored[6]._replace(audience="hosts")
    for user in ("ann", "ben", "cy"):
        entries = run.diaries[user]
        for place, entry in enumerate(entries):
            if isinstance(entry, Joined):
                entries[place] = entry._replace(audience="hosts")
    assert run.judged() == {}
