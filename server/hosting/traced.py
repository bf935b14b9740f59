"""How decided commands went, as the trace keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

from protocols.errors import Refused
from protocols.messages import By, Command, Position, Record
from server.broker.port import Batch
from server.hosting.draft import Decided
from server.hosting.replica import Replica
from server.trace import Trace

Answer = Position | Refused


def sent(
    trace: Trace, live: Replica, command: Command, *, by: By, owner: str | None, since: float, outcome: Answer
) -> None:
    """Call when the answer to a forwarded command is out. ``since`` is when it came, on the steady clock."""
    result = outcome.seq if isinstance(outcome, Position) else outcome.code
    about = (live.room.id, live.epoch, command.id, by.id, command.type)
    trace.sent.append((*about, owner or "", since, monotonic(), result))


def heard(trace: Trace, live: Replica, records: Sequence[Record]) -> None:
    """Call when records that another node decided have been told here."""
    base = records[0].seq - 1
    trace.heard.append((live.room.id, live.epoch, base, len(records), monotonic(), trace.connections))
    trace.connections = 0


def note(
    trace: Trace, live: Replica, decided: Decided, batch: Batch | None = None, times: tuple[float, float] | None = None
) -> None:
    """Call when the answers are out.

    ``times``  when it was known that the batch stands, and when it had been told; without them nothing was stored
    """
    outcomes = decided.outcomes
    if not outcomes:
        return
    if batch is None:
        about = (live.room.id, live.epoch, "", live.room.seq, 0)
    else:
        about = (live.room.id, live.epoch, batch.id, batch.base.seq, len(batch.records))
    way = (about, len(outcomes), trace.connections, decided.times, times, monotonic())
    trace.connections = 0
    if len(outcomes) == 1:
        ((w, outcome),) = outcomes
        by, command = w.sender.by, w.command
        # Of a refusal the code alone: its text may quote what was sent.
        result = outcome if isinstance(outcome, int) else outcome.code
        trace.ring.append((way, command.id, by.id, command.type, w.received, w.since, result))
    else:
        trace.ring.extend(
            [
                (
                    way,
                    w.command.id,
                    w.sender.by.id,
                    w.command.type,
                    w.received,
                    w.since,
                    o if isinstance(o, int) else o.code,
                )
                for w, o in outcomes
            ]
        )
