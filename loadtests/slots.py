"""What can be done to the slots of a Redis Cluster: who has a room's, to move it, to find a master's replica.

All of it blocks: a rig calls it by ``asyncio.to_thread``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import Any

import redis
from redis.crc import key_slot

from loadtests.engines import Cluster, RedisServer, until

# redis-py gives this no types.
SAY: Callable[..., Any] = redis.Redis.execute_command


def slot_of(room: str) -> int:
    """The slot of all keys of a room: the room is their hash tag."""
    return int(key_slot(room.encode()))


def _nodes(cluster: Cluster) -> list[list[str]]:
    """The lines of CLUSTER NODES, from any server that answers."""
    for server in cluster.servers:
        if server.process is None:
            continue
        with server.client() as client, contextlib.suppress(redis.RedisError):
            text: Any = SAY(client, "CLUSTER NODES")
            if isinstance(text, dict):  # redis-py reads it already
                return [_line(address, told) for address, told in text.items()]
            return [line.split() for line in text.decode().splitlines()]
    message = "no server of the cluster answers"
    raise redis.ConnectionError(message)


def _line(address: str, told: dict[str, Any]) -> list[str]:
    """As CLUSTER NODES has it: id, address, flags, master, three numbers, the state, the slots."""
    slots = ["-".join(dict.fromkeys(each)) for each in told["slots"]]
    return [told["node_id"], address, told["flags"], told["master_id"], "", "", "", "", *slots]


def masters(cluster: Cluster) -> dict[str, RedisServer]:
    """The servers that serve slots now, by their ids in the cluster."""
    return {
        line[0]: _at(cluster, line[1])
        for line in _nodes(cluster)
        if "master" in line[2] and "fail" not in line[2].replace("nofailover", "") and len(line) > 8
    }


def master_of(cluster: Cluster, room: str) -> RedisServer:
    """The server that has a room's slot."""
    slot = slot_of(room)
    for line in _nodes(cluster):
        if "master" in line[2] and "fail" not in line[2].replace("nofailover", "") and _has(line[8:], slot):
            return _at(cluster, line[1])
    message = f"nobody serves the slot of {room}"
    raise redis.ConnectionError(message)


def until_taken(cluster: Cluster, room: str, dead: RedisServer) -> RedisServer:
    """Wait until another server has the room's slot, and answers; who that is. Raises TimeoutError."""
    found: list[RedisServer] = []

    def taken() -> bool:
        with contextlib.suppress(redis.RedisError):
            server = master_of(cluster, room)
            if server is not dead and server.answers():
                found.append(server)
        return bool(found)

    until(taken)
    return found[0]


def replica_of(cluster: Cluster, master: RedisServer) -> RedisServer:
    """The replica of that server."""
    lines = _nodes(cluster)
    name = next(line[0] for line in lines if _port(line[1]) == master.port)
    return next(_at(cluster, line[1]) for line in lines if line[3] == name and "fail" not in line[2])


def rooms_on(cluster: Cluster, server: RedisServer, rooms: Iterable[str]) -> list[str]:
    """Those of the rooms whose slots that server has."""
    line = next(line for line in _nodes(cluster) if _port(line[1]) == server.port)
    return [room for room in rooms if _has(line[8:], slot_of(room))]


def replicas_follow(cluster: Cluster) -> bool:
    """Whether every server of the cluster has a role in which it is up to date: masters with a replica each."""
    for server in cluster.servers:
        with server.client() as client, contextlib.suppress(redis.RedisError):
            told: Any = client.info("replication")
            if told["role"] == "slave" and told["master_link_status"] == "up":
                continue
            if told["role"] == "master" and told["connected_slaves"] >= 1:
                continue
        return False
    return True


def move(cluster: Cluster, room: str) -> None:
    """Move a room's slot to another master, with all that it holds, as ``redis-cli --cluster reshard`` does."""
    slot, source = slot_of(room), master_of(cluster, room)
    names = {server.port: name for name, server in masters(cluster).items()}
    target = next(server for server in masters(cluster).values() if server is not source)
    with contextlib.ExitStack() as stack:
        here, there = (stack.enter_context(server.client()) for server in (source, target))
        SAY(there, "CLUSTER SETSLOT", slot, "IMPORTING", names[source.port])
        SAY(here, "CLUSTER SETSLOT", slot, "MIGRATING", names[target.port])
        while keys := SAY(here, "CLUSTER GETKEYSINSLOT", slot, 100):
            SAY(here, "MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *keys)
        others = [stack.enter_context(server.client()) for server in masters(cluster).values()]
        for one in (there, here, *others):
            with contextlib.suppress(redis.ResponseError):
                SAY(one, "CLUSTER SETSLOT", slot, "NODE", names[target.port])
    until_taken(cluster, room, source)


def _at(cluster: Cluster, address: str) -> RedisServer:
    return next(server for server in cluster.servers if server.port == _port(address))


def _port(address: str) -> int:
    return int(address.partition("@")[0].rpartition(":")[2])


def _has(slots: Iterable[str], slot: int) -> bool:
    for each in slots:
        first, _, last = each.partition("-")
        if first.isdecimal() and int(first) <= slot <= int(last or first):
            return True
    return False
