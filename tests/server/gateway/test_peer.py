import pytest

from server.gateway.peer import Origins, Proxies, kept_headers


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("9.9.9.9", "1.1.1.1", "9.9.9.9"),
        ("10.0.0.1", "1.1.1.1", "1.1.1.1"),
        ("10.0.0.1", "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        ("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2", "1.1.1.1"),
        ("10.0.0.1", "1.1.1.1:4711", "1.1.1.1"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "1.1.1.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("::1", "1.1.1.1", "1.1.1.1"),
        ("", "1.1.1.1", ""),
    ],
)
def test_client_behind_proxies(peer: str, forwarded: str | None, client: str) -> None:
    assert Proxies(["10.0.0.0/8", "::1"]).client(peer, forwarded) == client


def test_no_proxy_is_trusted_unless_named() -> None:
    assert Proxies([]).client("127.0.0.1", "1.1.1.1") == "127.0.0.1"


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (None, "shop.example", True),
        ("https://shop.example", "shop.example", True),
        ("https://shop.example", "shop.example:443", True),
        ("http://SHOP.example:8000", "shop.example:8000", True),
        ("https://cdn.example", "shop.example", True),
        ("http://cdn.example", "shop.example", False),
        ("https://evil.example", "shop.example", False),
        ("https://shop.example.evil.example", "shop.example", False),
        ("https://shop.example:444", "shop.example", False),
        ("null", "shop.example", False),
        ("", "shop.example", False),
        ("file://", "shop.example", False),
        ("https://shop.example/path", "shop.example", False),
        ("https://shop.example:x", "shop.example", False),
        ("https://shop.example", None, False),
        ("https://a, https://b", "a", False),
    ],
)
def test_origins(origin: str | None, host: str | None, allowed: bool) -> None:
    assert Origins(["https://cdn.example"]).allow(origin, host) == allowed


def test_star_allows_all() -> None:
    assert Origins(["*"]).allow("null", "shop.example")


def test_few_headers_are_kept_and_not_whole_books() -> None:
    kept = kept_headers({"user-agent": "x" * 9000, "authorization": "secret"})

    assert list(kept) == ["user-agent"]
    assert len(kept["user-agent"]) == 4096
