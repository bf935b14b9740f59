import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from protocols.closing import Closing
from tests.server.gateway.rig import Notes, Served, config, message, serving


@asynccontextmanager
async def client(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}", trust_env=False) as session:
        yield session


async def session_of(served: Served, http: httpx.AsyncClient) -> str:
    response = await http.get(served.http)
    sid = response.text.partition('"sid":"')[2].partition('"')[0]
    return f"{served.http}&sid={sid}"


async def until(fact: Callable[[], bool]) -> None:
    async with asyncio.timeout(2):
        while not fact():  # noqa: ASYNC110 - a fact of the server, which tells nobody
            await asyncio.sleep(0.001)


async def test_talk_both_ways() -> None:
    application = Notes()
    async with serving(application) as served, client(served) as http:
        url = await session_of(served, http)

        assert (await http.post(url, content="40")).text == "ok"
        assert (await http.get(url)).text.startswith('40{"sid":')
        assert (await http.post(url, content='421["ping-me"]\x1e42["note",1]')).text == "ok"
        assert (await http.get(url)).text == '431["pong"]'
        assert application.received == [("ping-me", []), ("note", [1])]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/socket.io/?transport=polling"),
        ("GET", "/socket.io/?EIO=3&transport=polling"),
        ("GET", "/socket.io/?EIO=4"),
        ("GET", "/socket.io/?EIO=4&transport=websocket"),
        ("GET", "/socket.io/?EIO=4&transport=polling&sid=n1.unknown"),
        ("POST", "/socket.io/?EIO=4&transport=polling&sid=n1.unknown"),
        ("POST", "/socket.io/?EIO=4&transport=polling"),
        ("PUT", "/socket.io/?EIO=4&transport=polling"),
        ("DELETE", "/socket.io/?EIO=4&transport=polling"),
    ],
)
async def test_bad_request(method: str, path: str) -> None:
    async with serving(Notes()) as served, client(served) as http:
        assert (await http.request(method, path)).status_code == 400
        assert served.gateway.connections == {}


async def test_path_behind_ours() -> None:
    async with serving(Notes()) as served, client(served) as http:
        assert (await http.get("/socket.io/x?EIO=4&transport=polling")).status_code == 404


async def test_cap() -> None:
    async with serving(Notes(), config(max_connections=1)) as served, client(served) as http:
        await http.get(served.http)
        assert (await http.get(served.http)).status_code == 503


async def test_origin_and_cors() -> None:
    async with serving(Notes(), config(allowed_origins=("https://cdn.example",))) as served, client(served) as http:
        evil = await http.get(served.http, headers={"Origin": "https://evil.example"})
        own = await http.get(served.http, headers={"Origin": f"http://127.0.0.1:{served.port}"})
        named = await http.get(served.http, headers={"Origin": "https://cdn.example"})
        preflight = await http.options(served.http, headers={"Origin": "https://cdn.example"})

        assert evil.status_code == 403
        assert "access-control-allow-origin" not in evil.headers
        assert own.status_code == 200
        assert "access-control-allow-origin" not in own.headers
        assert named.headers["access-control-allow-origin"] == "https://cdn.example"
        assert preflight.status_code == 204
        assert preflight.headers["access-control-allow-methods"] == "GET, POST"


@pytest.mark.parametrize("chunked", [False, True])
async def test_body_over_the_limit(chunked: bool) -> None:
    async with serving(Notes(), config(max_payload=100)) as served, client(served) as http:
        url = await session_of(served, http)

        async def body() -> AsyncIterator[bytes]:
            for _ in range(3):
                yield b"4" * 50

        # The answer comes before the body has ended, so the client may find the connection reset instead.
        with suppress(httpx.TransportError):
            response = await http.post(url, content=body() if chunked else b"4" * 150)
            assert response.status_code == 413

        assert (await http.get(url)).status_code == 400
        assert served.gateway.statistics().closed == {"too_large": 1}


async def test_slow_body() -> None:
    async with serving(Notes(), config(body_timeout_ms=50)) as served, client(served) as http:
        url = await session_of(served, http)
        path = url.partition(str(served.port))[2]
        reader, writer = await served.raw(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n4a".encode())

        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
        assert (await http.get(url)).status_code == 400
        writer.close()


async def test_post_that_breaks_off() -> None:
    async with serving(Notes()) as served, client(served) as http:
        url = await session_of(served, http)
        path = url.partition(str(served.port))[2]
        _, writer = await served.raw(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n4a".encode())
        await until(lambda: served.state.tasks != set())
        writer.close()

        await until(lambda: not served.gateway.connections)
        assert served.gateway.statistics().closed == {"transport_error": 1}


async def test_two_posts_at_a_time() -> None:
    async with serving(Notes()) as served, client(served) as http:
        url = await session_of(served, http)
        path = url.partition(str(served.port))[2]
        _, writer = await served.raw(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n4a".encode())
        await until(lambda: served.state.tasks != set())

        assert (await http.post(url, content="40")).status_code == 400
        assert served.gateway.connections == {}
        writer.close()


async def test_poll_that_is_given_up_ends_the_session() -> None:
    async with serving(Notes()) as served, client(served) as http:
        url = await session_of(served, http)
        path = url.partition(str(served.port))[2]
        _, writer = await served.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await until(lambda: any(each.session.polling for each in served.gateway.connections.values()))
        writer.close()

        await until(lambda: not served.gateway.connections)
        assert (await http.get(url)).status_code == 400


async def test_post_is_held_while_commands_are_unanswered() -> None:
    application = Notes()
    async with serving(application, config(max_unanswered=2)) as served, client(served) as http:
        url = await session_of(served, http)
        await http.post(url, content="40")
        await http.get(url)

        body = "\x1e".join(f'42{number}["slow",{number}]' for number in range(8))
        posting = asyncio.ensure_future(http.post(url, content=body))
        await application.until(lambda: len(application.received) == 3)
        assert not posting.done()
        for _ in range(8):
            await application.until(lambda: bool(application.acks))
            application.acks.pop(0)(b"1")

        assert (await posting).text == "ok"
        assert [args for _, args in application.received] == [[number] for number in range(8)]
        assert (await http.get(url)).text.count("43") == 8


async def test_told_not_to_come_back() -> None:
    application = Notes()
    async with serving(application) as served, client(served) as http:
        url = await session_of(served, http)
        await http.post(url, content="40")
        await http.get(url)

        application.sockets[0].send(message("for members"))
        application.sockets[0].disconnect(Closing.KICKED, message("why"))

        assert (await http.get(url)).text == "4why\x1e41"
        assert (await http.get(url)).status_code == 400


async def test_told_not_to_come_back_under_a_waiting_poll() -> None:
    application = Notes()
    async with serving(application) as served, client(served) as http:
        url = await session_of(served, http)
        await http.post(url, content="40")
        await http.get(url)
        waiting = asyncio.ensure_future(http.get(url))
        await until(lambda: any(each.session.polling for each in served.gateway.connections.values()))

        # The message wakes the poll, whose answer is made a turn later.
        application.sockets[0].send(message("for members"))
        application.sockets[0].disconnect(Closing.BANNED, message("why"))

        assert (await waiting).text == "4why\x1e41"
        assert (await http.get(url)).status_code == 400


async def test_closed_under_a_poll_that_was_woken() -> None:
    application = Notes()
    async with serving(application) as served, client(served) as http:
        url = await session_of(served, http)
        await http.post(url, content="40")
        await http.get(url)
        waiting = asyncio.ensure_future(http.get(url))
        await until(lambda: any(each.session.polling for each in served.gateway.connections.values()))

        application.sockets[0].send(message("for members"))
        application.sockets[0].close(Closing.STALE)

        assert (await waiting).text == "1"


async def test_closed_under_a_waiting_poll() -> None:
    application = Notes()
    async with serving(application) as served, client(served) as http:
        url = await session_of(served, http)
        await http.post(url, content="40")
        await http.get(url)
        waiting = asyncio.ensure_future(http.get(url))
        await until(lambda: any(each.session.polling for each in served.gateway.connections.values()))

        application.sockets[0].close(Closing.DRAINING)

        assert (await waiting).text == "1"
