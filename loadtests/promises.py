"""The promises that a rig can show, one row each.

A new rig is a module with ``run(data, progress, *, sizes…) -> Outcome``, its short form's sizes as ``SHORT``, and one
entry in ALONE, TOGETHER or BENEATH: what one server promises, what several gateways on one Redis do, and what they
do when Redis or the database fails them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Sizes = Mapping[str, int | float | str | bool]


@dataclass(frozen=True, slots=True)
class Row:
    """One rig for one promise; ``full`` and ``short`` change the rig's own sizes of either form."""

    number: int
    title: str
    promise: str
    rig: str
    full: Sizes = field(default_factory=dict)
    short: Sizes = field(default_factory=dict)
    limit: float = 300.0  # seconds for the full form
    nodes: int = 1  # gateways; more than one share a Redis

    def sizes(self, *, short: bool) -> dict[str, Any]:
        """What the rig is told in that form, beside its own sizes."""
        return {**(self.short if short else self.full)}

    def command(self, *, short: bool) -> str:
        """How to run this alone."""
        sizes = self.sizes(short=short)
        options = [option(name, value) for name, value in sizes.items()]
        return " ".join(["python -m", self.rig, *(["--short"] if short else []), *options])


def option(name: str, value: object) -> str:
    """A size as the command line says it."""
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{flag}" if value else f"--no-{flag}"
    return f"--{flag} {value}"


ALONE: tuple[Row, ...] = (
    Row(
        1,
        "a crash loses nothing that was acknowledged",
        "50 SIGKILLs in 5 minutes at 200 messages a second: 0 acked missing, 0 twice, one order for all; "
        "99 % of sends acked within 15 s",
        "loadtests.kill",
        limit=900,
    ),
    Row(
        2,
        "acknowledged means stored",
        "20 kills of the process with its log and database at once: each acked message stands in the log's file as it "
        "lies there, 0 missing; acks p99 ≤ 150 ms in peace",
        "loadtests.durable",
        limit=600,
    ),
    Row(
        4,
        "sending again is safe",
        "the same id 5 times on one socket, on two, after reconnects, after a kill: one row, one delivery, one "
        "position; another body is an id_conflict",
        "loadtests.resend",
    ),
    Row(
        5,
        "who comes back gets all, at once",
        "120 s away, 1,000 missed: recovered true, all of it in order in ≤ 2 s; beyond the limits recovered false with "
        "the reason, then history gives the rest",
        "loadtests.away",
    ),
    Row(
        6,
        "never a silent gap",
        "5,000 random resume requests: complete, or recovered: false with its reason",
        "loadtests.resume",
    ),
    Row(
        11,
        "slow consumers hurt nobody",
        "10 clients stop reading at 400 × 10 KB messages a second for 60 s: each closed; growth ≤ 40 MiB; "
        "the others' p99 ≤ 1.2 ×",
        "loadtests.slow",
        limit=400,
    ),
    Row(
        14,
        "a restart in order is not felt",
        "SIGTERM 10 times at 200 messages a second: /readyz 503 at once, exit 0 in ≤ 15 s, 0 lost, ≤ 1 reconnect a "
        "client and round",
        "loadtests.rolling",
        limit=600,
    ),
    Row(
        17,
        "one person, one vote",
        "1,000 voters × 10 racing repeats with 10 kills: the tally is the distinct voters on every client and in the "
        "database",
        "loadtests.votes",
        {"barrier": False},
        {"barrier": False},
        limit=600,
    ),
    Row(
        18,
        "a close is a barrier",
        "1,000 voters: every vote acked before the close counts, every later one is refused; hidden results leak in no "
        "frame",
        "loadtests.votes",
        {"race": False},
        {"race": False},
    ),
    Row(
        19,
        "who may no longer hear hears nothing",
        "kick, ban, role change, token expiry, link withdrawal, also in the middle of coming back to 1,000 missed "
        "events: no further event ≤ 1 s later; the door, the history and the download are shut, also after a restart",
        "loadtests.authorise",
    ),
    Row(
        20,
        "limits are fair",
        "a flooder at 1,000 messages a second among 100: the excess is refused with retry_after_ms, then closed; "
        "the others' p99 ≤ 1.2 ×",
        "loadtests.flood",
    ),
    Row(
        23,
        "who is erased is gone",
        "a guest with photos and a member of a group chat, erased through the API: in ≤ 60 s their canaries are in no "
        "file of the data folder or its name, no answer and no log line, nor after a crash; the others' records stay "
        "as they were",
        "loadtests.erase",
    ),
    Row(
        24,
        "a jump of the clock is not felt",
        "a day forward and back, while running, in a crash and in a restart: order, sessions, sending again and polls "
        "that are due stay as they were",
        "loadtests.clock",
    ),
    Row(
        26,
        "latency",
        "2,000 deliveries a second: p50 ≤ 20 ms, p99 ≤ 60 ms; 10,000 a second: p99 ≤ 100 ms",
        "loadtests.latency",
    ),
    Row(
        10,
        "a full disk stops only writing",
        "refused in ≤ 2 s, reading goes on, /readyz says so in ≤ 3 s, normal ≤ 10 s after space is back, no restart, "
        "nothing acked is lost",
        "loadtests.disk",
    ),
    Row(
        12,
        "the dead and the silent are let go",
        "200 dead members are gone within ping interval + timeout + 1 s; 2,000 who never say who they are within 15 s; "
        "the others' p99 ≤ 1.2 ×",
        "loadtests.silent",
    ),
    Row(
        13,
        "all come back at once",
        "1,000 clients in 20 rooms, SIGKILL: 99 % back and recovered in ≤ 10 s, all in ≤ 30 s, "
        "≤ 2 database reads a room",
        "loadtests.storm",
        limit=600,
    ),
    Row(
        15,
        "a poor mobile network delays, and loses nothing",
        "300 ms there and back, 30 % of packets lost each way: every send acked in ≤ 60 s, nothing lost",
        "loadtests.mobile",
        limit=600,
    ),
    Row(
        16,
        "photos are whole or not there",
        "40 photos of 5 MB, each cut half-way, 8 kills: ≤ 60 % sent twice, one event each, three whole pictures each; "
        "bombs, lying and slow requests refused, memory + ≤ 40 MB; what is deleted leaves no file after 60 s",
        "loadtests.uploads",
        limit=900,
    ),
    Row(
        25,
        "those who went leave nothing behind",
        "200,000 connects and closes from 16 addresses: sockets, tasks and descriptors as before, memory within 10 %, "
        "its slope ≤ 24 bytes a visit",
        "loadtests.churn",
        limit=1200,
    ),
)


def together(number: int, title: str, promise: str, rig: str, limit: float = 600.0, **sizes: int | float | bool) -> Row:
    """A promise of two gateways, whose rig is told how many by ``nodes``."""
    told = {"nodes": 2, **sizes}
    return Row(number, title, promise, rig, told, told, limit, nodes=2)


TOGETHER: tuple[Row, ...] = (
    together(
        1,
        "a gateway that crashes loses nothing that was acknowledged",
        "50 SIGKILLs of two gateways in turn in about 5 minutes at 200 messages a second: 0 acked missing, 0 twice, "
        "one order for all; 99 % of sends acked within 15 s",
        "loadtests.kill",
        limit=900,
    ),
    together(
        2,
        "acknowledged means stored",
        "20 kills of both gateways, Redis and PostgreSQL at once: each acked message stands in the files of Redis as "
        "they lie there, 0 missing; acks p99 ≤ 150 ms in peace",
        "loadtests.durable",
    ),
    together(
        3,
        "one order in a room, on all gateways",
        "2 gateways × 20 senders racing in one room, 20,000 messages: 0 positions differ",
        "loadtests.race",
    ),
    together(
        4,
        "sending again is safe",
        "the same id 5 times on one socket, on two gateways at once, after reconnects, after a kill, at the other "
        "gateway after one's own died: one row, one delivery, one position; another body is an id_conflict",
        "loadtests.resend",
    ),
    together(
        5,
        "who comes back gets all, at once",
        "120 s away, 1,000 missed, back at the other gateway: recovered true, all of it in order in ≤ 2 s; beyond the "
        "limits recovered false with the reason, then history gives the rest",
        "loadtests.away",
    ),
    together(
        6,
        "never a silent gap",
        "5,000 random resume requests at both gateways: complete, or recovered: false with its reason",
        "loadtests.resume",
    ),
    together(
        11,
        "slow consumers hurt nobody",
        "10 clients, at both gateways, stop reading at 400 × 10 KB messages a second for 60 s: each closed; neither "
        "gateway grows by more than 40 MiB; the others' p99 ≤ 1.2 ×",
        "loadtests.slow",
    ),
    together(
        13,
        "all come back at once",
        "1,000 clients in 20 rooms, one of two gateways killed: 99 % of its people back and recovered at the other in "
        "≤ 10 s, all in ≤ 30 s, ≤ 2 database reads a room",
        "loadtests.storm",
    ),
    together(
        14,
        "a rolling restart is not felt",
        "SIGTERM to each in turn, 10 times at 200 messages a second: /readyz 503 at once, exit 0 in ≤ 15 s, 0 lost, "
        "≤ 1 reconnect a client and round",
        "loadtests.rolling",
    ),
    together(
        17,
        "one person, one vote",
        "1,000 voters × 10 racing repeats on both gateways with 10 kills: the tally is the distinct voters on every "
        "client and in the database",
        "loadtests.votes",
        barrier=False,
    ),
    together(
        18,
        "a close is a barrier",
        "1,000 voters on both gateways: every vote acked before the close counts, every later one is refused; hidden "
        "results leak in no frame",
        "loadtests.votes",
        race=False,
    ),
    together(
        19,
        "who may no longer hear hears nothing, wherever it is done",
        "kick, ban, role change, token expiry, link withdrawal at either gateway, also in the middle of coming back to "
        "1,000 missed events at the other one: no further event ≤ 1 s later; door, history and download are shut at "
        "both, also after a restart",
        "loadtests.authorise",
    ),
    together(
        20,
        "limits are fair",
        "a flooder at 1,000 messages a second at one gateway, 100 people at both: the excess is refused with "
        "retry_after_ms, then closed; the others' p99 ≤ 1.2 ×",
        "loadtests.flood",
    ),
    together(
        24,
        "a jump of one gateway's clock is not felt",
        "a day forward and back on one of two gateways, while running, in a crash and in a restart: order, sessions, "
        "sending again and polls that are due stay as they were",
        "loadtests.clock",
    ),
    together(
        26,
        "latency",
        "members on both gateways, 2,000 deliveries a second: p50 ≤ 20 ms, p99 ≤ 60 ms; 10,000 a second: p99 ≤ 100 ms",
        "loadtests.latency",
    ),
)


def beneath(number: int, title: str, promise: str, rig: str, limit: float = 600.0, **sizes: float | str) -> Row:
    """A promise of two gateways about what lies beneath them; ``sizes`` are those of the full form, texts of both."""
    texts = {name: value for name, value in sizes.items() if isinstance(value, str)}
    return Row(number, title, promise, rig, sizes, texts, limit, nodes=2)


BENEATH: tuple[Row, ...] = (
    beneath(
        1,
        "a gateway that stood still doubles nothing and loses nothing",
        "10 freezes of 8 s, each gateway in turn, at 200 messages a second: the other one normal in ≤ 5 s, all ≤ 5 s "
        "after waking up, 0 lost, 0 doubled",
        "loadtests.frozen",
    ),
    beneath(
        4,
        "an answer that is lost doubles nothing",
        "20 times the answers of Redis to a gateway, or of the gateways to their clients, are lost while what they "
        "speak of is stored: sent again it stands once, at the same position",
        "loadtests.unheard",
    ),
    beneath(
        7,
        "loss of the store is seen",
        "FLUSHALL 10 times while 200 clients chat, in some rooms nobody: all of them told of the new epoch in ≤ 1 s, "
        "once; nothing acked is missing in the database",
        "loadtests.flush",
    ),
    beneath(
        7,
        "a failover that loses entries is seen",
        "6 masters of a Redis Cluster die whose replicas lack 3 s of acknowledged messages: a new epoch in each of "
        "their rooms, normal ≤ 5 s after the replica serves, nothing acked is missing in the database",
        "loadtests.failover",
    ),
    beneath(
        8,
        "Redis may be gone for a while",
        "Redis killed and started again after 10 s, ten times: nobody loses the connection, sends are acked late or "
        "refused as unavailable in ≤ 5 s, all is normal ≤ 5 s after it is back",
        "loadtests.outage",
        how="kill",
    ),
    beneath(
        8,
        "Redis may stand still for a while",
        "the process of Redis stopped for 10 s, five times: the same",
        "loadtests.outage",
        how="freeze",
        times=5,
    ),
    beneath(
        8,
        "one gateway may be cut off from Redis",
        "what one gateway and Redis send each other is swallowed for 10 s, five times: the same; the other gateway is "
        "normal in ≤ 5 s",
        "loadtests.outage",
        how="cut",
        times=5,
    ),
    beneath(
        8,
        "a Redis Cluster may change",
        "20 slots of busy rooms move, 6 masters die: 0 lost, nobody loses the connection, answers in ≤ 5 s, normal "
        "≤ 5 s after the move or after the replica serves",
        "loadtests.reshape",
    ),
    beneath(
        9,
        "the database may be gone for a minute",
        "PostgreSQL killed for 60 s: rooms go on, acks p99 ≤ 2 ×, who comes back recovers; caught up ≤ 30 s after it "
        "is back",
        "loadtests.no_database",
    ),
    beneath(
        10,
        "a full disk of Redis stops only writing",
        "Redis (appendfsync always) ends itself on its full disk and is started again, again and again: refused in "
        "≤ 2 s, reading goes on, /readyz says so, normal ≤ 10 s after space is back, no restart of a gateway",
        "loadtests.log_disk",
        fsync="always",
    ),
    beneath(
        10,
        "a full disk of Redis stops only writing, with everysec",
        "Redis (appendfsync everysec) refuses writing on its full disk: the same",
        "loadtests.log_disk",
        fsync="everysec",
    ),
)

ROWS = (*ALONE, *TOGETHER, *BENEATH)
