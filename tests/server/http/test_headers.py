import pytest

from server.http.headers import page_policy
from tests.server.http.house import House

PAGES = ["/", "/r/r1", "/host/r1", "/wall/r1", "/assets/app-8f3a.js", "/icon.svg", "/docs"]
DATA = ["/livez", "/readyz", "/metrics", "/api/v1/rooms/r1", "/api/v1/openapi.json"]
WRONG = ["/nothing/here", "/api/v1/rooms/none", "/%00"]


@pytest.mark.parametrize("path", [*PAGES, *DATA, *WRONG])
async def test_every_answer_bears_the_security_headers(house: House, path: str) -> None:
    answer = await house.client.get(path)
    headers = answer.headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cache-control"]
    assert "server" not in headers


def test_pages_load_nothing_from_elsewhere_and_connect_only_home() -> None:
    policy = page_policy(["wss://live.example"])
    assert "connect-src 'self' wss://live.example;" in policy
    assert "http" not in policy
    assert "*" not in policy
