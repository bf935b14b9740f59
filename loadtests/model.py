"""What an installation needs: CPU, memory, network and Redis, from what single things were measured to cost.

    python -m loadtests.model --rooms 100000 --people 20 --messages 0.05

Nothing here measures: ``Units`` come from what loadtests.costs wrote, or from docs/explanation/scale.json, where the
figures lie that the page was written from. All rates are means over a second, all costs those of this machine's cores.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from math import ceil
from pathlib import Path
from typing import Self

from loadtests.serving import ROOT

KEPT_FIGURES = ROOT / "docs" / "explanation" / "scale.json"
GATEWAY_SHARE = 0.6  # of a core, at most: what is above waits, and a neighbour's failure must find room
REDIS_SHARE = 0.5  # a Redis has one thread, and the disk under it
KEPT_EVENTS = 2_000  # a room keeps so many at hand (RECOVERY_EVENTS),
KEPT_S = 150.0  # for so long (RECOVERY_WINDOW_MS)
IDS_S = 1_200.0  # a command's id is remembered for 10 to 20 minutes
LOG_RECORDS = 1_000  # of a room that goes on stay in the log, however old (server/store/trimming.py)
PING_S = 25.0
TALLIES = 4.0  # a second, while people vote
PACKET = 66  # bytes of Ethernet, IP and TCP around one write
MOST_NODES = 1_000
ALONE, SHARED = "alone_", "shared_"  # figures that differ between the two begin so


@dataclass(frozen=True, slots=True)
class Units:
    """What one thing costs: microseconds of CPU (``…_us``), or bytes."""

    # The gateway
    write_us: float  # one write to one websocket, with one event in it
    frame_us: float  # one more event in the same write
    batch_us: float  # one batch of one room: decide, append, answer, on the owner
    event_us: float  # one event in it
    vote_us: float  # one ballot
    sender_us: float  # a command that is sent on to another node, on the node that it came to
    owner_us: float  # the same on the owner, beyond event_us
    heard_us: float  # one batch of a room that another node decides for
    heard_event_us: float  # one event in it
    ping_us: float
    join_us: float  # connect, authenticate, join
    room_us: float  # a room at work, a second
    followed_us: float  # the same where another node decides for it
    quiet_us: float  # a room that is not at work, a second and node
    node_us: float  # a node that has nobody, a second
    neighbour_us: float  # for each other node, a second
    node_bytes: float
    connection_bytes: float
    room_bytes: float
    kept_bytes: float  # an event at hand for those who come back
    id_bytes: float  # a command's id
    frame_bytes: float  # an event on the wire
    # Redis
    redis_batch_us: float
    redis_event_us: float
    redis_letter_us: float  # a command that is sent on, there and back
    redis_subscriber_us: float  # one batch to one more node
    redis_room_us: float
    redis_followed_us: float
    redis_quiet_us: float  # a second and node
    redis_node_us: float
    redis_rest_us: float  # a master that nobody uses, a second
    redis_event_bytes: float
    redis_room_bytes: float
    # The database
    stored_us: float
    stored_bytes: float
    projector_us: float  # the worker's own part of storing an event
    worker_rest_us: float  # a worker with nothing to store, a second
    stored_rest_us: float  # PostgreSQL with nothing to store, a second

    @classmethod
    def of(cls, figures: Mapping[str, float], prefix: str) -> Self:
        """Those of a run of ``loadtests.costs``: one with this prefix where there is, else the one without.

        Raises KeyError for one that is missing.
        """
        found = {each.name: figures.get(f"{prefix}{each.name}") for each in fields(cls)}
        whole = {name: figures[name] if value is None else value for name, value in found.items()}
        return cls(**{name: max(0.0, float(value)) for name, value in whole.items()})


@dataclass(frozen=True, slots=True)
class Costs:
    """What things cost a gateway alone with SQLite, and gateways that share Redis and PostgreSQL."""

    alone: Units
    shared: Units

    @classmethod
    def of(cls, figures: Mapping[str, float]) -> Self:
        """Both. Raises KeyError."""
        return cls(Units.of(figures, ALONE), Units.of(figures, SHARED))


@dataclass(frozen=True, slots=True)
class Load:
    """What goes on: rates are per room and second. ``moving``: people come or go all the time, so that it is told."""

    rooms: int = 1
    people: int = 200
    messages: float = 1.0
    votes: float = 0.0
    joins: float = 0.0
    moving: bool = False
    quiet: int = 0  # rooms that exist and are not at work
    days: float = 3.0  # how long events stay in the log (SHOWFLOOR_LOG_HOURS)
    hours: float = 2.0  # of such a load a day
    lasting_s: float = 7_200.0  # how long it has gone on
    over: int = 0  # gateways that the people of one room come to, at most; 0: any
    window_ms: float = 2.0  # what comes while a batch is being stored goes with the next one


@dataclass(frozen=True, slots=True)
class Needs:
    """What that takes. CPU in cores; of nodes and shards the mean and the busiest one; bytes, and bytes a second."""

    nodes: int
    shards: int
    gateways_cpu: float
    gateway_most: float
    owner_most: float  # of one room alone
    redis_cpu: float
    shard_most: float
    worker_cpu: float
    database_cpu: float
    gateway_bytes: float
    redis_bytes: float
    stored_bytes_day: float
    network: float
    deliveries: float
    connections: int

    @property
    def tight(self) -> str:
        """What bounds it first."""
        if self.gateway_most > GATEWAY_SHARE:
            return "one gateway is too busy, however many there are"
        if self.shard_most > REDIS_SHARE:
            return "one Redis is too busy, however many there are"
        return ""


def spread(people: float, nodes: int) -> float:
    """On how many nodes a room has members, if they come to any of them alike."""
    share: float = (1 - 1 / nodes) ** people
    return nodes * (1 - share)


def reached(load: Load, nodes: int) -> int:
    """How many gateways the people of one room may come to."""
    return min(load.over or nodes, nodes)


def batches(rate: float, window_ms: float) -> float:
    """How many batches a second the events of one room make."""
    return rate / (1 + rate * window_ms / 1000)


@dataclass(frozen=True, slots=True)
class _Room:
    """One room's CPU in microseconds a second: what its owner, each member's node and Redis do for it."""

    owner: float
    followers: float
    members: float
    redis: float

    @classmethod
    def of(cls, units: Units, load: Load, nodes: int) -> Self:
        events, people = load.messages + load.votes, load.people
        each = batches(events, load.window_ms)
        told = batches(load.messages, load.window_ms)
        reach = reached(load, nodes)
        others = spread(people, reach) - 1 if people else 0.0
        away = 1 - 1 / reach
        ticks = (1.0 if load.moving else 0.0) + (TALLIES if load.votes else 0.0)
        writes = people * (told + ticks)
        frames = people * (load.messages - told)
        owner = (
            units.room_us
            + each * units.batch_us
            + load.messages * units.event_us
            + load.votes * units.vote_us
            + events * away * units.owner_us
        )
        followers = others * (units.followed_us + each * units.heard_us + events * units.heard_event_us)
        members = writes * units.write_us + frames * units.frame_us + people * units.ping_us / PING_S
        members += events * away * units.sender_us + load.joins * units.join_us
        redis = (
            units.redis_room_us
            + each * units.redis_batch_us
            + events * (units.redis_event_us + away * units.redis_letter_us)
            + others * (units.redis_followed_us + each * units.redis_subscriber_us)
        )
        return cls(owner, followers, members, redis)


def needs(costs: Costs, load: Load, nodes: int, shards: int = 1) -> Needs:
    """What so many nodes and shards have to do. One node keeps its log in its own folder, without Redis."""
    shared = nodes > 1
    units = costs.shared if shared else costs.alone
    room = _Room.of(units, load, nodes)
    # At rest there was one neighbour already.
    node = units.node_us + load.quiet * units.quiet_us * shared + max(0, nodes - 2) * units.neighbour_us
    total = load.rooms * (room.owner + room.followers + room.members) + nodes * node
    # A room has one owner: with few rooms some nodes own more than others.
    owned = ceil(load.rooms / nodes)
    rest = load.rooms * (room.followers + room.members) / nodes
    redis_rest = nodes * (units.redis_node_us + load.quiet * units.redis_quiet_us)
    own = units.redis_rest_us
    on_shard = ceil(load.rooms / shards)
    events = load.messages + load.votes
    stored = load.rooms * events * 3600 * load.hours
    return Needs(
        nodes=nodes,
        shards=shards if shared else 0,
        gateways_cpu=total / 1e6,
        gateway_most=(owned * room.owner + rest + node) / 1e6,
        redis_cpu=(load.rooms * room.redis + redis_rest + shards * own) / 1e6 if shared else 0.0,
        shard_most=(on_shard * room.redis + redis_rest / shards + own) / 1e6 if shared else 0.0,
        owner_most=room.owner / 1e6,
        worker_cpu=(load.rooms * events * units.projector_us + units.worker_rest_us) / 1e6 if shared else 0.0,
        database_cpu=(load.rooms * events * units.stored_us + units.stored_rest_us) / 1e6 if shared else 0.0,
        gateway_bytes=_gateway_bytes(units, load, nodes),
        redis_bytes=_redis_bytes(units, load) if shared else 0.0,
        stored_bytes_day=stored * units.stored_bytes,
        network=_network(units, load),
        deliveries=load.rooms * load.people * load.messages,
        connections=load.rooms * load.people,
    )


def _gateway_bytes(units: Units, load: Load, nodes: int) -> float:
    copies = load.rooms * max(1.0, spread(load.people, reached(load, nodes))) / nodes
    kept = min(KEPT_EVENTS, min(KEPT_S, load.lasting_s) * load.messages) * units.kept_bytes
    ids = ceil(load.rooms / nodes) * (load.messages + load.votes) * min(IDS_S, load.lasting_s) * units.id_bytes
    people = load.rooms * load.people / nodes * units.connection_bytes
    return units.node_bytes + people + copies * (units.room_bytes + kept) + ids


def _redis_bytes(units: Units, load: Load) -> float:
    a_day = (load.messages + load.votes) * 3600 * load.hours
    events = max(a_day * load.days, LOG_RECORDS if a_day else 0.0)
    # Of a room that has been quiet for long nothing stays but where its log ends.
    return (load.rooms + load.quiet) * units.redis_room_bytes + load.rooms * events * units.redis_event_bytes


def _network(units: Units, load: Load) -> float:
    writes = batches(load.messages, load.window_ms)
    return load.rooms * load.people * (load.messages * units.frame_bytes + writes * PACKET)


def plan(costs: Costs, load: Load) -> Needs:
    """The fewest nodes and shards with headroom; as many as suffice for all else where one room is too much for one."""
    best = found = needs(costs, load, 1)
    while not _fits(found) and found.nodes < MOST_NODES:
        found = needs(costs, load, max(found.nodes + 1, int(found.nodes * 1.05)))
        best = min(best, found, key=lambda each: each.gateway_most)
    # Where no number suffices: the one with which the busiest is least busy.
    nodes = found.nodes if _fits(found) else best.nodes
    shards = 1
    while needs(costs, load, nodes, shards).shard_most > REDIS_SHARE and shards < load.rooms:
        shards = max(shards + 1, int(shards * 1.1))
    return needs(costs, load, nodes, shards)


def _fits(found: Needs) -> bool:
    too_much_for_one = found.owner_most > GATEWAY_SHARE * 0.9
    return (found.gateways_cpu / found.nodes if too_much_for_one else found.gateway_most) <= GATEWAY_SHARE


def size(count: float) -> str:
    """Bytes for people."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(count) < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


def lines(found: Needs) -> list[tuple[str, str]]:
    """What is said of an installation, in pairs."""
    return [
        ("connections", f"{found.connections:,}"),
        ("deliveries a second", f"{found.deliveries:,.0f}"),
        ("gateways", f"{found.nodes:,}"),
        ("cores, all gateways", f"{found.gateways_cpu:.2f}"),
        ("busiest gateway", f"{found.gateway_most:.0%} of a core"),
        ("memory a gateway", size(found.gateway_bytes)),
        ("network to the audience", f"{size(found.network)}/s"),
        ("Redis shards", f"{found.shards:,}" if found.shards else "none needed"),
        ("busiest shard", f"{found.shard_most:.0%} of a core" if found.shards else "–"),
        ("memory of all shards", size(found.redis_bytes) if found.shards else "–"),
        ("cores of the workers", f"{found.worker_cpu:.2f}" if found.shards else "–"),
        ("cores of PostgreSQL", f"{found.database_cpu:.2f}" if found.shards else "–"),
        ("database grows a day", size(found.stored_bytes_day)),
        ("does not fit", found.tight or "it fits"),
    ]


def read(path: Path) -> Costs:
    """What a run left."""
    return Costs.of(json.loads(path.read_text())["figures"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m loadtests.model", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--figures", type=Path, default=KEPT_FIGURES, help="JSON of loadtests.costs (%(default)s)")
    parser.add_argument("--nodes", type=int, help="so many gateways (default: as few as will do)")
    parser.add_argument("--shards", type=int, help="so many Redis shards (default: as few as will do)")
    parser.add_argument("--moving", action="store_true", help="people come and go all the time")
    for each in fields(Load):
        if each.name != "moving":
            kind = int if each.type == "int" else float
            parser.add_argument(
                f"--{each.name.replace('_', '-')}", type=kind, default=each.default, help="(%(default)s)"
            )
    given = vars(parser.parse_args())
    costs = read(given.pop("figures"))
    nodes, shards = given.pop("nodes"), given.pop("shards")
    load = replace(Load(), **given)
    found = plan(costs, load)
    if nodes or shards:
        found = needs(costs, load, nodes or found.nodes, shards or max(1, found.shards))
    width = max(len(name) for name, _ in lines(found))
    sys.stdout.write("".join(f"{name:{width}}  {value}\n" for name, value in lines(found)))
    return 1 if found.tight else 0


if __name__ == "__main__":
    raise SystemExit(main())
