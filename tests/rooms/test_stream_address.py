import pytest
from pydantic import TypeAdapter, ValidationError

from rooms.stream_address import StreamAddress, listed, site, site_of, without_query

ADDRESS = TypeAdapter(StreamAddress)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://live.example/a/b.m3u8", "https://live.example"),
        ("https://Live.Example:443/b.m3u8?sign=x%2F", "https://live.example"),
        ("https://live.example:8443/b.m3u8", "https://live.example:8443"),
        ("http://localhost:8888/b.m3u8", "http://localhost:8888"),
        ("http://[::1]:8888/b.m3u8", "http://[::1]:8888"),
        ("/streams/demo.m3u8", "self"),
    ],
)
def test_an_address_is_at_a_site(address: str, found: str) -> None:
    assert ADDRESS.validate_python(address) == address
    assert site_of(address) == found


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("", "at least 1"),
        ("rtmp://live.example/a", "must begin with https://"),
        ("http://live.example/a.m3u8", "must begin with https://"),
        ("//live.example/a.m3u8", "must begin with https://"),
        ("/api/v1/rooms", "must begin with https://"),
        ("javascript:alert(1)", "must begin with https://"),
        ("/streams/../api/v1/rooms", "is not an address"),
        ("https://ann:secret@live.example/a.m3u8", "holds a user or a password"),
        ("https://@live.example/a.m3u8", "holds a user or a password"),
        ("https://live.example", "not the address of a playlist"),
        ("https://live.example/a.m3u8#t=3", "not the address of a playlist"),
        ("https://live.example/a b.m3u8", "holds a character"),
        ("https://live.example/a.m3u8\n", "holds a character"),
        ("https://live.example/a'b", "holds a character"),
        ("https://live.example/a\\b", "holds a character"),
        ("https://直播.example/a.m3u8", "holds a character"),
        ("https://live.example:99999/a.m3u8", "is not an address"),
        ("https://live.example:0/a.m3u8", "must look like"),
        ("https://[::1/a.m3u8", "is not an address"),
        ("https://*.example/a", "is not the address of a playlist"),
        ("/streams/%2e%2e/api/v1/rooms", "is not an address"),
        ("https://live.example/" + "a" * 2_000, "at most"),
    ],
)
def test_what_is_no_address_is_told_in_our_words(address: str, fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        ADDRESS.validate_python(address)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("live.example", "https://live.example"),
        ("LIVE.example:8443", "https://live.example:8443"),
        ("*.cdn.example", "https://*.cdn.example"),
        ("https://live.example", "https://live.example"),
        ("http://127.0.0.1:8888", "http://127.0.0.1:8888"),
        ("self", "self"),
    ],
)
def test_a_site_as_an_operator_writes_it(written: str, meant: str) -> None:
    assert site(written) == meant


@pytest.mark.parametrize(
    "written", ["", "*", "https:", "http://live.example", "live.example/a", "a;b", "'self'", "a@b.example", "a b"]
)
def test_what_is_no_site(written: str) -> None:
    with pytest.raises(ValueError, match=r"must|port|Port"):
        site(written)


def test_a_site_is_listed_by_its_name_or_by_what_it_belongs_to() -> None:
    sites = ("https://live.example", "https://*.cdn.example", "https://*.far.example:8443")
    for found in (
        "https://live.example",
        "https://a.cdn.example",
        "https://b.a.cdn.example",
        "https://a.far.example:8443",
    ):
        assert listed(found, sites), found
    for found in (
        *("https://a.live.example", "https://cdn.example", "https://evilcdn.example", "http://live.example"),
        *("https://live.example:8443", "https://a.far.example", "self"),
    ):
        assert not listed(found, sites), found


def test_what_is_signed_goes() -> None:
    assert without_query("https://live.example/a.m3u8?sign=x&t=1") == "https://live.example/a.m3u8"
