"""A session on a blocking socket, against a server of bytes in another thread."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from loadtests.green import Session
from loadtests.wire import WireError

HELLO = '0{"sid":"s","pingInterval":5000,"pingTimeout":5000}'


GOODBYE = b"\x88\x02\x03\xe8"


def frame(text: str, opcode: int = 0x81) -> bytes:
    data = text.encode()
    return bytes((opcode, len(data))) + data


def answer_to(request: bytes) -> bytes:
    key = next(line for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key")).split()[1]
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


@contextmanager
def serving(talk: Callable[[socket.socket], None], *, first: bytes = frame(HELLO)) -> Iterator[str]:
    """A server that takes one connection, shakes hands and then does what ``talk`` does."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(5)
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(65_536)
            connection.sendall(answer_to(request) + first)
            talk(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        thread.join(5)
        listening.close()


def heard(connection: socket.socket) -> str:
    """One small masked frame."""
    data = connection.recv(65_536)
    mask = data[2:6]
    return bytes(byte ^ mask[place % 4] for place, byte in enumerate(data[6:])).decode()


def test_packets_go_both_ways() -> None:
    texts: list[str] = []

    def talk(connection: socket.socket) -> None:
        assert heard(connection) == "40"
        connection.sendall(frame('40{"sid":"x"}') + frame("42[", 0x01) + frame('"a"]', 0x80))
        connection.sendall(GOODBYE)

    with serving(talk) as url:
        session = Session(url, texts.append)
        assert session.handshake["pingInterval"] == 5000
        session.send("40")
        assert session.run() == "websocket close 1000"
    assert texts == ['40{"sid":"x"}', '42["a"]']
    session.send("dropped without a word")


def test_a_cut_ends_the_reading() -> None:
    gone = threading.Event()

    def talk(connection: socket.socket) -> None:
        assert connection.recv(10) == b""
        gone.set()

    with serving(talk) as url:
        session = Session(url, print)
        session.cut()
        assert session.run() in ("closed", "websocket close 1006")
        assert gone.wait(5)
        session.cut()


def test_a_goodbye_is_said() -> None:
    def talk(connection: socket.socket) -> None:
        assert connection.recv(100)[0] == 0x88
        connection.sendall(GOODBYE)

    with serving(talk) as url:
        session = Session(url, print)
        session.close()
        assert session.run() == "websocket close 1000"


@pytest.mark.parametrize("first", [b"", frame("4no handshake")])
def test_without_a_handshake_there_is_no_session(first: bytes) -> None:
    with serving(lambda connection: None, first=first) as url, pytest.raises(WireError):
        Session(url, print)


def test_nobody_there_is_an_error() -> None:
    with pytest.raises(OSError, match="refused"):
        Session("http://127.0.0.1:1", print)
