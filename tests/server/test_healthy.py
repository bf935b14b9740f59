from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from server.healthy import healthy


@pytest.mark.parametrize(("status", "well"), [(200, True), (503, False)])
def test_it_says_what_readyz_says(status: int, well: bool) -> None:
    asked: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert healthy(server.server_port) is well
        thread.join(5)
    assert asked == ["/readyz"]


def test_where_nobody_listens_nothing_is_well() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    assert not healthy(port)
