"""What compose.yaml mounts, at work: its Redis file and script make a cluster, its HAProxy file leads to two gateways.

Only addresses are filled in, by the variables that the files have for that.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import redis
from websockets.asyncio.client import connect

from loadtests.engines import SERVER, Cluster, RedisServer, free_ports
from loadtests.nodes import Nodes
from loadtests.serving import ROOT
from loadtests.waiting import until
from server.certificate import ensure_certificate

DEPLOY = ROOT / "scripts" / "deploy"
HAPROXY = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PASSWORD = "of-the-cluster"
ROOM = "deployed"
SHARE = 40  # connections of one address on one node
POLLING = "/socket.io/?EIO=4&transport=polling"

pytestmark = [
    pytest.mark.skipif(SERVER is None, reason="no redis-server on this machine"),
    pytest.mark.skipif(HAPROXY is None, reason="no haproxy on this machine"),
    pytest.mark.timeout(120),
]


class ConfiguredRedis(RedisServer):
    """One with the file of the deployment."""

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [str(SERVER), str(DEPLOY / "redis.conf"), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--dir", str(self.folder), "--requirepass", PASSWORD, "--masterauth", PASSWORD]
        with (self.folder / "redis.log").open("ab") as output:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=output, stderr=output)

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, password=PASSWORD, socket_timeout=1)


class JoinedCluster(Cluster):
    """Six of them, joined by the script of the deployment. ``said`` is what that printed last."""

    said = ""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, masters=3, replicas=1)
        self.servers = [ConfiguredRedis(folder / str(port), port) for port in free_ports(6)]

    @property
    def url(self) -> str:
        return f"redis+cluster://:{PASSWORD}@127.0.0.1:{self.servers[0].port}"

    def start(self) -> None:
        for server in self.servers:
            server.start()
        self.join()

    def join(self) -> None:
        nodes = " ".join(f"127.0.0.1:{server.port}" for server in self.servers)
        env = {**os.environ, "REDIS_NODES": nodes, "REDISCLI_AUTH": PASSWORD, "REPLICAS": "1"}
        done = subprocess.run(
            [DEPLOY / "redis-join.sh"], check=False, env=env, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        self.said = done.stdout


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JoinedCluster]:
    with JoinedCluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


def test_redis_is_joined_once_and_keeps_what_it_has(joined: JoinedCluster) -> None:
    assert "slots covered" in joined.said
    roles = []
    for server in joined.servers:
        with server.client() as client:
            roles.append(client.info("replication")["role"])
            assert client.config_get("appendfsync") == {"appendfsync": "always"}
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert sorted(roles) == ["master"] * 3 + ["slave"] * 3

    before = [_own_id(server) for server in joined.servers]
    joined.join()
    assert "slots covered" not in joined.said
    assert "the cluster is well" in joined.said
    assert [_own_id(server) for server in joined.servers] == before


def _own_id(server: RedisServer) -> str:
    with server.client() as client:
        return str(client.execute_command("CLUSTER MYID"))


@dataclass(slots=True)
class Deployed:
    """The gateways behind the proxy, and how to reach and believe it."""

    nodes: Nodes
    url: str
    trust: ssl.SSLContext
    open_to: list[str] = field(default_factory=list)

    def http(self, own: str = "127.0.0.1") -> httpx.AsyncClient:
        transport = httpx.AsyncHTTPTransport(local_address=own, verify=self.trust)
        return httpx.AsyncClient(base_url=self.url, transport=transport, timeout=15)

    def socket(self, sid: str | None = None) -> Any:
        url = f"{self.url.replace('https', 'wss')}/socket.io/?EIO=4&transport=websocket"
        return connect(url + (f"&sid={sid}" if sid else ""), ssl=self.trust, origin=self.url)  # type: ignore[arg-type]

    def hello(self, user: str) -> str:
        return "40" + orjson.dumps({"token": self.nodes.token(ROOM, user), "protocol": 1}).decode()


@asynccontextmanager
async def deployed(folder: Path, cluster: JoinedCluster) -> AsyncIterator[Deployed]:
    """Two gateways on the cluster, behind HAProxy with the file of the deployment."""
    port = free_ports(1)[0]
    url = f"https://localhost:{port}"
    files = ensure_certificate(folder / "tls", [])
    (folder / "showfloor.pem").write_bytes(files.certificate.read_bytes() + files.key.read_bytes())
    env = {
        "SHOWFLOOR_PUBLIC_URL": url,
        "SHOWFLOOR_TRUSTED_PROXIES": "127.0.0.1",
        "SHOWFLOOR_MAX_CONNECTIONS_PER_ADDRESS": str(SHARE),
    }
    async with Nodes(folder / "data", 2, redis=cluster, postgres=False, env=env) as nodes:
        variables = {
            "LISTEN": f"127.0.0.1:{port}",
            "CERTIFICATE": str(folder / "showfloor.pem"),
            **{f"GATEWAY_{number}": f"127.0.0.1:{each.port}" for number, each in enumerate(nodes.gateways, 1)},
        }
        process = proxy(folder / "haproxy.log", variables)
        place = Deployed(nodes, url, ssl.create_default_context(cafile=str(files.certificate)))
        try:
            assert await until(lambda: _answers(place), 30, every=0.1), (folder / "haproxy.log").read_text()
            yield place
        finally:
            process.kill()
            process.wait()


def proxy(log: Path, variables: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [str(HAPROXY), "-db", "-f", str(DEPLOY / "haproxy.cfg")]
    with log.open("wb") as output:
        return subprocess.Popen(command, env={**os.environ, **variables}, stdout=output, stderr=output)


async def _answers(place: Deployed) -> bool:
    try:
        async with place.http() as http:
            return (await http.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


@dataclass(slots=True)
class Poller:
    """A session by polling, as stock clients hold one: each request on whatever connection there is."""

    http: httpx.AsyncClient
    sid: str
    heard: str = ""
    asked: int = 10

    @property
    def node(self) -> str:
        return self.sid.partition(".")[0]

    async def post(self, packet: str) -> None:
        answer = await self.http.post(f"{POLLING}&sid={self.sid}", content=packet)
        assert (answer.status_code, answer.text) == (200, "ok")

    async def until(self, words: str) -> None:
        """Poll until this was heard."""
        async with asyncio.timeout(30):
            while words not in self.heard:
                answer = await self.http.get(f"{POLLING}&sid={self.sid}")
                assert answer.status_code == 200, answer.text
                self.heard += answer.text
                if answer.text == "2":
                    await self.post("3")

    async def insist(self, word: str, body: str) -> None:
        """Send a command with the same id until it is acked: while a room is taken over it may be refused."""
        while True:
            self.asked += 1
            await self.post(f'42{self.asked}["{word}",{body}]')
            await self.until(f"43{self.asked}[")
            if f'43{self.asked}[{{"ok":true' in self.heard:
                return
            assert '"retry":true' in self.heard.rpartition(f"43{self.asked}[")[2]


async def polling(place: Deployed, http: httpx.AsyncClient, user: str) -> Poller:
    """A new session, in the room."""
    answer = await http.get(POLLING)
    assert answer.status_code == 200, answer.text
    poller = Poller(http, orjson.loads(answer.content[1:])["sid"])
    await poller.post(place.hello(user))
    await poller.until("40{")
    await poller.insist("room.join", f'{{"id":"j","room":"{ROOM}"}}')
    return poller


async def heard(socket: Any, words: str) -> None:
    """Wait until a websocket brings this."""
    async with asyncio.timeout(30):
        while words not in (packet := str(await socket.recv())):
            if packet == "2":
                await socket.send("3")


async def enter(place: Deployed, socket: Any, user: str) -> None:
    await heard(socket, "0{")
    await socket.send(place.hello(user))
    await heard(socket, "40{")
    await socket.send(f'421["room.join",{{"id":"j","room":"{ROOM}"}}]')
    await heard(socket, '431[{"ok":true')


async def test_two_gateways_behind_the_proxy(joined: JoinedCluster, tmp_path: Path) -> None:
    async with deployed(tmp_path, joined) as place:
        await place.nodes.made(ROOM)
        async with place.http() as http:
            for path in ("/metrics", "/%6detrics", "/Metrics/"):
                assert (await http.get(path)).status_code == 403, path
            pollers = [await polling(place, http, f"p{number}") for number in range(4)]
            assert {poller.node for poller in pollers} == {"n1", "n2"}
            await talk(place, pollers)
            await upgrade(place, {poller.node: poller for poller in pollers})
        await lose_one(place)
        await addresses(place)


async def talk(place: Deployed, pollers: list[Poller]) -> None:
    """What one says all hear, on whichever node and by whichever way they came."""
    async with place.socket() as one, place.socket() as two:
        await enter(place, one, "w1")
        await enter(place, two, "w2")
        for number, poller in enumerate(pollers):
            text = f"from {poller.node} {number}"
            await poller.insist("chat.send", f'{{"id":"s{number}","room":"{ROOM}","text":"{text}"}}')
            await asyncio.gather(*(each.until(text) for each in pollers), heard(one, text), heard(two, text))


async def upgrade(place: Deployed, of_nodes: dict[str, Poller]) -> None:
    """The websocket of a session by polling finds the node that has it."""
    for node, poller in of_nodes.items():
        async with place.socket(poller.sid) as socket:
            await socket.send("2probe")
            waiting = asyncio.create_task(poller.http.get(f"{POLLING}&sid={poller.sid}"))
            assert await asyncio.wait_for(socket.recv(), 30) == "3probe"
            await waiting
            await socket.send("5")
            await socket.send(f'423["chat.send",{{"id":"u-{node}","room":"{ROOM}","text":"upgraded at {node}"}}]')
            await heard(socket, '433[{"ok":true')


async def lose_one(place: Deployed) -> None:
    """Its sessions end with a node, new ones begin at the other, and both take people again when it is back."""
    dead, heir = place.nodes.gateways
    async with place.http() as http:
        sessions = [await polling(place, http, f"q{number}") for number in range(2)]
        lost = next(poller for poller in sessions if poller.node == "n1")
        kept = next(poller for poller in sessions if poller.node == "n2")
        await dead.kill()
        assert (await http.get(f"{POLLING}&sid={lost.sid}")).status_code in {502, 503}
        # At once, though the proxy has not looked yet: who is not answered there is asked to the other.
        again = [await polling(place, http, "q0"), await polling(place, http, "q1")]
        assert {poller.node for poller in again} == {"n2"}
        assert (await http.get(f"{POLLING}&sid={lost.sid}")).status_code in {502, 503}
        await again[0].insist("chat.send", f'{{"id":"after","room":"{ROOM}","text":"after it died"}}')
        await asyncio.gather(again[1].until("after it died"), kept.until("after it died"))

        await dead.start()

        async def takes_people() -> bool:
            answer = await http.get(POLLING)
            return answer.status_code == 200 and b'"n1.' in answer.content

        assert await until(takes_people, 30, every=0.25)
        await leave(place, http)
    assert heir.process is not None


async def leave(place: Deployed, http: httpx.AsyncClient) -> None:
    """Who comes while a node leaves is not sent to it, once the proxy has looked."""
    leaving, staying = place.nodes.gateways
    members = [place.nodes.client(ROOM, f"m{number}", home=0) for number in range(8)]
    await asyncio.gather(*(member.start() for member in members))
    ended = asyncio.create_task(leaving.terminate())

    async def unready() -> bool:
        return (await leaving.get("/readyz"))[0] != 200

    assert await until(unready, 30)
    assert await until(lambda: _only(http, "n2"), 30)
    for member in members:
        await member.stop()
    assert await ended == 0
    assert staying.process is not None


async def _only(http: httpx.AsyncClient, node: str) -> bool:
    answers = [await http.get(POLLING) for _ in range(2)]
    return all(answer.status_code == 200 and f'"{node}.'.encode() in answer.content for answer in answers)


async def addresses(place: Deployed) -> None:
    """The share of one address is counted by what the proxy saw, whatever the client claims to be."""
    for own in ("127.0.0.2", "127.0.0.3"):
        async with place.http(own) as http:
            claimed = ("198.51.100.1", "127.0.0.1", "198.51.100.2, 127.0.0.1")
            statuses = [
                (await http.get(POLLING, headers={"x-forwarded-for": claimed[number % 3]})).status_code
                for number in range(SHARE + 1)
            ]
            assert statuses == [200] * SHARE + [503]
