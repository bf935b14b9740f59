"""An attendee on a websocket whose other end the test holds."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator

import orjson
import pytest

from loadtests.attendee import Attendee, Record, room_for_descriptors, start_crowd
from loadtests.behaviour import ConnectRefused
from loadtests.waiting import until
from loadtests.wire import WireError


def frame(text: str) -> bytes:
    data = text.encode()
    if len(data) < 126:
        return bytes((0x81, len(data))) + data
    return bytes((0x81, 126)) + len(data).to_bytes(2, "big") + data


def ack(packet: str, answer: dict[str, object]) -> str:
    return f"43{packet[2 : packet.index('[')]}{orjson.dumps([answer]).decode()}"


class Server:
    """Lets everybody in; what they say is acked at the next seq, and told to all unless it is ``dropping``."""

    def __init__(self) -> None:
        self.port = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.seq = 0
        self.dropping = False
        self.refusing = False
        self.silent = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 ok\r\n\r\n" + frame('0{"sid":"s","pingInterval":1,"pingTimeout":1}'))
        while head := await reader.read(2):
            size = head[1] & 0x7F
            if size == 126:
                size = int.from_bytes(await reader.readexactly(2), "big")
            if head[0] == 0x88:
                break
            self.answer((await reader.readexactly(4 + size))[4:].decode(), writer)
        writer.close()

    def answer(self, packet: str, writer: asyncio.StreamWriter) -> None:
        if packet.startswith("40"):
            refusal = '44{"message":"no","data":{"code":"expired"}}'
            writer.write(frame(refusal if self.refusing else '40{"sid":"x"}'))
        elif "room.join" in packet:
            place = {"epoch": "e", "seq": self.seq}
            writer.write(frame(ack(packet, {"ok": True, "recovered": False, "position": place})))
        elif "chat.send" in packet and not self.silent:
            self.say(packet, writer)

    def say(self, packet: str, writer: asyncio.StreamWriter) -> None:
        self.seq += 1
        text = orjson.loads(packet[packet.index("[") :])[1]["text"]
        event = {"epoch": "e", "after": self.seq - 1, "seq": self.seq, "data": {"text": text}}
        writer.write(frame(ack(packet, {"ok": True, "position": {"epoch": "e", "seq": self.seq}})))
        for other in [] if self.dropping else self.writers:
            other.write(frame(f'42["chat.sent",{orjson.dumps(event).decode()},"x"]'))


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server
        for writer in server.writers:
            writer.transport.abort()


def people(server: Server, count: int) -> tuple[list[Attendee], Record]:
    record = Record()
    url = f"http://127.0.0.1:{server.port}"
    return [Attendee(url, "r1", f"u{number}", "token", record) for number in range(count)], record


async def test_everybody_hears_what_one_says(server: Server) -> None:
    crowd, record = people(server, 5)
    await start_crowd(crowd, ["websocket"], at_once=2)
    assert (await crowd[0].say("1 hello"))["ok"]
    assert await until(lambda: len(record.took) == 5, 5)
    await asyncio.gather(*(attendee.stop() for attendee in crowd))
    assert [attendee.lost for attendee in crowd] == [""] * 5
    assert record.faults == []


async def test_an_acked_message_that_nobody_hears_is_owed(server: Server) -> None:
    crowd, record = people(server, 1)
    await start_crowd(crowd, ["websocket"])
    server.dropping = True
    await crowd[0].say("1 hello")
    assert [fault.kind for fault in crowd[0].member.overdue(1e12)] == ["ack"]
    assert record.fault_count == 1
    await crowd[0].stop()


async def test_a_session_that_ends_is_noted_and_answers_who_waits(server: Server) -> None:
    crowd, _ = people(server, 1)
    await start_crowd(crowd, ["websocket"])
    server.silent = True
    saying = asyncio.create_task(crowd[0].say("1 hello"))
    await asyncio.sleep(0)
    server.writers[0].transport.abort()
    assert (await asyncio.wait_for(saying, 5))["error"]["code"] == "lost"
    assert crowd[0].lost
    assert (await crowd[0].say("2 hello"))["error"]["code"] == "lost"


async def test_one_who_cuts_it_himself_may_start_again(server: Server) -> None:
    crowd, record = people(server, 1)
    await start_crowd(crowd, ["websocket"])
    crowd[0].cut()
    assert await until(lambda: not crowd[0].member.joined, 5)
    await crowd[0].start()
    assert crowd[0].lost == ""
    assert record.faults == []
    await crowd[0].stop()


async def test_a_refusal_is_raised(server: Server) -> None:
    server.refusing = True
    crowd, _ = people(server, 1)
    with pytest.raises(ConnectRefused, match="expired"):
        await crowd[0].start(within=5)


async def test_nobody_there_is_an_error() -> None:
    attendee = Attendee("http://127.0.0.1:1", "r1", "u", "t", Record())
    with pytest.raises((OSError, WireError)):
        await attendee.start(within=5)


def test_the_limit_of_open_files_is_never_lowered() -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert room_for_descriptors(10) == soft
