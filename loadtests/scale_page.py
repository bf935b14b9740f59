"""The tables of docs/explanation/scale.md, between markers, from what ``loadtests.costs`` wrote."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from loadtests.model import GATEWAY_SHARE, REDIS_SHARE, Costs, Load, Needs, lines, needs, plan, size

Told = Mapping[str, Any]


class Figure(NamedTuple):
    """One figure as the page says it; ``unit`` is µs or B."""

    key: str
    unit: str
    text: str


BUSY = 1.5  # load average before a run, above which it was not alone
GATEWAY = (
    Figure("write_us", "µs", "one event to one websocket, alone in its write"),
    Figure("frame_us", "µs", "one more event in the same write"),
    Figure("alone_batch_us", "µs", "a batch of one room, log and database in SQLite"),
    Figure("alone_event_us", "µs", "an event in it: read, decide, store, acknowledge"),
    Figure("vote_us", "µs", "a ballot, when many vote at once"),
    Figure("join_us", "µs", "connect, say who one is, join"),
    Figure("ping_us", "µs", "a ping and its answer"),
    Figure("alone_room_us", "µs", "a room at work in which nothing happens, a second"),
    Figure("node_us", "µs", "a gateway with nobody in it, a second"),
    Figure("node_bytes", "B", "a gateway with nobody in it"),
    Figure("connection_bytes", "B", "a connection that has joined"),
    Figure("room_bytes", "B", "a room at work"),
    Figure("kept_bytes", "B", "an event at hand for those who come back"),
    Figure("id_bytes", "B", "a command whose id is remembered, 10 to 20 minutes"),
    Figure("alone_stored_bytes", "B", "an event on the disk, log and database"),
    Figure("frame_bytes", "B", "an event of 100 characters on the wire"),
)
SHARED = (
    Figure("batch_us", "µs", "a batch of one room, on its owner"),
    Figure("event_us", "µs", "an event in it"),
    Figure("sender_us", "µs", "a command that is sent on, where it came in"),
    Figure("owner_us", "µs", "the same where it is decided, on top of the event"),
    Figure("heard_us", "µs", "a batch of a room that is followed"),
    Figure("heard_event_us", "µs", "an event in it"),
    Figure("room_us", "µs", "a room at work, on its owner, a second"),
    Figure("followed_us", "µs", "a room that is followed, a second"),
    Figure("shared_node_us", "µs", "a gateway with nobody in it and one neighbour, a second"),
    Figure("neighbour_us", "µs", "each further gateway, a second"),
    Figure("shared_join_us", "µs", "connect, say who one is, join; all gateways together"),
    Figure("quiet_us", "µs", "a room that only exists, a second and node"),
    Figure("open_us", "µs", "a quiet room that is brought to work"),
    Figure("projector_us", "µs", "the worker: an event, when each room has one now and then"),
    Figure("projector_many_us", "µs", "the worker: an event, when it has many of a room at once"),
    Figure("shared_node_bytes", "B", "a gateway with nobody in it"),
    Figure("shared_connection_bytes", "B", "a connection that has joined"),
    Figure("shared_room_bytes", "B", "a room at work, on its owner or where it is followed"),
    Figure("redis_batch_us", "µs", "Redis: an append"),
    Figure("redis_event_us", "µs", "Redis: an event in it"),
    Figure("redis_subscriber_us", "µs", "Redis: telling an append to one more node"),
    Figure("redis_letter_us", "µs", "Redis: a command that is sent on, and its answer"),
    Figure("redis_room_us", "µs", "Redis: a room at work, a second"),
    Figure("redis_followed_us", "µs", "Redis: a room that is followed, a second and node"),
    Figure("redis_quiet_us", "µs", "Redis: a room that only exists, a second and node"),
    Figure("redis_event_bytes", "B", "Redis: an event in memory"),
    Figure("redis_file_bytes", "B", "Redis: an event in the append-only file"),
    Figure("redis_room_bytes", "B", "Redis: a room that only exists"),
    Figure("stored_us", "µs", "PostgreSQL: an event, when each room has one now and then"),
    Figure("stored_many_us", "µs", "PostgreSQL: an event, when there are many of a room at once"),
    Figure("stored_bytes", "B", "PostgreSQL: an event on the disk"),
)
EXAMPLES = (
    ("a shop", Load(rooms=1, people=200, messages=2, votes=1, joins=0.5, moving=True)),
    ("a chain", Load(rooms=300, people=100, messages=0.5, votes=0.2, joins=0.1, moving=True)),
    ("100,000 rooms", Load(rooms=100_000, people=20, messages=0.05, joins=0.01)),
    ("the same, each on one gateway", Load(rooms=100_000, people=20, messages=0.05, joins=0.01, over=1)),
    ("a give-away", Load(rooms=1, people=100_000, messages=50, votes=0, joins=0, moving=False)),
    ("the same, with a poll", Load(rooms=1, people=100_000, messages=50, votes=2_000, joins=200, moving=True)),
)


def written(page: str, report: Told) -> str:
    """The page with its tables renewed. Raises ValueError for a marker that names no table."""

    def renew(found: re.Match[str]) -> str:
        name = found.group(1)
        if name not in TABLES:
            message = f"the page has a marker for {name!r}, which is no table"
            raise ValueError(message)
        return f"<!-- {name} -->\n{TABLES[name](report)}\n<!-- /{name} -->"

    return re.sub(r"<!-- ([a-z]+) -->\n.*?<!-- /\1 -->", renew, page, flags=re.DOTALL)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    whole = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in whole)


def conditions(report: Told) -> str:
    """Where, when and how it was measured."""
    busy = " Other work went on meanwhile: the figures are too high." if report["load"] > BUSY else ""
    return prose(
        f"Measured: `{report['command']}`, {report['at']}, commit `{report['commit']}`; {report['machine']}; load "
        f"average {report['load']:.1f} before it; {report['seconds']:.0f} s. Gateways on one core, all else "
        f"(spectators, three Redis, PostgreSQL) on the other.{busy}"
    )


def prose(text: str) -> str:
    """Lines that are not too long."""
    return textwrap.fill(text, 118, break_long_words=False, break_on_hyphens=False)


def number(value: float, unit: str) -> str:
    """A figure for people: three digits. What is lost in the noise came out at nothing, or below."""
    if value <= 0:
        return "too little to be seen"
    if unit == "B":
        return size(value)
    return f"{value:,.0f} µs" if value >= 100 else f"{value:.3g} µs"


def figures_of(chosen: Sequence[Figure]) -> Callable[[Told], str]:
    """A table of these."""
    return lambda report: table(
        ("", "costs"), [(each.text, number(report["figures"][each.key], each.unit)) for each in chosen]
    )


def deliveries(report: Told) -> str:
    rows = [
        (
            f"{row['people']:,}",
            row["way"],
            f"{row['rate']:.0f}",
            f"{row['joined']:.1f}",
            f"{row['delivery_us']:.1f} µs",
            f"{row['bytes']:.0f}",
        )
        for row in report["rows"]["deliveries"]
    ]
    head = ("people", "messages", "a second", "events in a batch", "a delivery, all included", "bytes")
    return table(head, rows)


def events(report: Told) -> str:
    rows = [
        (
            row["log"],
            row["way"],
            f"{row['joined']:.1f}",
            f"{row['event_us']:.0f} µs",
            _maybe(row.get("other_us")),
            _maybe(row.get("redis_us")),
            _maybe(row.get("worker_us")),
            _maybe(row.get("database_us")),
        )
        for row in report["rows"]["events"]
    ]
    return table(("log", "events", "in a batch", "its owner", "the other node", "Redis", "worker", "PostgreSQL"), rows)


def _maybe(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} µs"


def joins(report: Told) -> str:
    rows = [(f"{row['people']:,}", f"{row['join_us']:,.0f} µs") for row in report["rows"]["joins"]]
    return table(("people", "a join"), rows)


def checks(report: Told) -> str:
    """What was foretold and what was seen, and by how much it was wrong."""
    rows = []
    for row in report["rows"].get("checks", ()):
        for what, key, shown in (
            ("CPU, both gateways", "gateways", _cores),
            ("CPU, the busier one", "busiest", _cores),
            ("CPU, all Redis", "redis", _cores),
            ("CPU, the worker", "worker", _cores),
            ("CPU, PostgreSQL", "database", _cores),
            ("memory, a gateway", "memory", size),
        ):
            foretold, seen = row[key]
            rows.append((row["title"], what, shown(foretold), shown(seen), f"{(foretold - seen) / seen:+.0%}"))
        rows.append(
            (row["title"], "p50 · p99 of a delivery", "–", f"{row['p50'] * 1000:.0f} · {row['p99'] * 1000:.0f} ms", "")
        )
    return table(("", "", "foretold", "seen", "error"), rows)


def _cores(value: float) -> str:
    return f"{value:.3f} cores"


def hall(report: Told) -> str:
    """One room as full as the machine bears."""
    rows = report["rows"].get("hall") or []
    if not rows:
        return "Not measured in this run."
    first = rows[0]
    said = prose(
        f"{first['people']:,} people, half of them on each of two gateways, in processes of their own on the same two "
        f"cores: all had joined in {first['joined_s']:.0f} s ({first['joins_us']:,.0f} µs of the gateways each, all "
        f"included); each gateway {' and '.join(size(each) for each in first['memory'])}; the machine "
        f"{size(first['system'])} a person, with the kernel and the person's own end; {rows[-1]['ended']} cut off."
    )
    head = ("messages a second", "deliveries", "a second", "p50", "p99", "gateways", "Redis")
    return f"{said}\n\n" + table(
        head,
        [
            (
                f"{row['rate']:g}",
                f"{row['told']:,} of {row['expected']:,}",
                f"{row['told'] / row['seconds']:,.0f}",
                f"{row['p50'] * 1000:,.0f} ms",
                f"{row['p99'] * 1000:,.0f} ms",
                " and ".join(f"{each:.0%}" for each in row["gateways"]),
                f"{row['redis']:.0%}",
            )
            for row in rows
        ],
    )


def examples(report: Told) -> str:
    """What some installations need."""
    costs = Costs.of(report["figures"])
    found = [(name, plan(costs, load)) for name, load in EXAMPLES]
    head = ("", *(name for name, _ in found))
    told = [dict(lines(each)) for _, each in found]
    return table(head, [(name, *(each[name] for each in told)) for name in told[0]])


def limits(report: Told) -> str:
    """What one of each bears, with headroom, if it did nothing else."""
    costs = Costs.of(report["figures"])
    one, many = costs.alone, costs.shared
    gateway, redis = GATEWAY_SHARE * 1e6, REDIS_SHARE * 1e6
    rows = [
        ("a gateway", "deliveries a second, each alone in its write", (gateway, one.write_us)),
        ("", "people who join, a second", (gateway, one.join_us)),
        ("", "ballots a second, of its own rooms", (gateway, one.vote_us)),
        ("", "messages a second, one by one in many rooms, SQLite", (gateway, one.batch_us + one.event_us)),
        ("", "the same with Redis", (gateway, many.batch_us + many.event_us)),
        ("", "rooms at work with nothing said in them, Redis", (gateway, many.room_us)),
        ("", "the same, owned by another gateway", (gateway, many.followed_us)),
        ("", "people in 4 GB", (4e9, many.connection_bytes)),
        ("a Redis master", "messages a second in many rooms", (redis, many.redis_batch_us + many.redis_event_us)),
        ("", "events in 1 GB of memory", (1e9, many.redis_event_bytes)),
        ("a worker", "events a second of many rooms", (1e6, many.projector_us)),
    ]
    return table(("", "bears", ""), [(who, what, _borne(*each)) for who, what, each in rows])


def _borne(there: float, cost: float) -> str:
    """How many of these there is enough for; a short run may not have seen what one costs."""
    return f"{_rounded(there / cost):,.0f}" if cost > 0 else "more than was seen"


def _rounded(value: float) -> float:
    """Two digits: more would promise too much."""
    return float(f"{value:.2g}")


def growth(report: Told) -> str:
    """How one room of 100,000 and 100,000 rooms come out with more nodes."""
    costs = Costs.of(report["figures"])
    rows = []
    for name, load in EXAMPLES[2:5]:
        for nodes in (10, 20, 50, 100, 200):
            each = needs(costs, load, nodes, 16)
            rows.append(_grown(name, each))
    return table(("", "gateways", "cores in use", "the busiest", "memory each", "the busiest of 16 Redis"), rows)


def _grown(name: str, each: Needs) -> tuple[str, ...]:
    return (
        name,
        f"{each.nodes}",
        f"{each.gateways_cpu:.1f}",
        f"{each.gateway_most:.0%}",
        size(each.gateway_bytes),
        f"{each.shard_most:.0%}",
    )


TABLES: Mapping[str, Callable[[Told], str]] = {
    "conditions": conditions,
    "deliveries": deliveries,
    "joins": joins,
    "events": events,
    "gateway": figures_of(GATEWAY),
    "shared": figures_of(SHARED),
    "checks": checks,
    "examples": examples,
    "growth": growth,
    "limits": limits,
    "hall": hall,
}
