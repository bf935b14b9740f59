import gzip
from pathlib import Path

import pytest

from tests.server.http.house import House


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "audience"),
        ("/r", "audience"),
        ("/r/", "audience"),
        ("/r/r1", "audience"),
        ("/r/r1/", "audience"),
        ("/host", "host"),
        ("/host/", "host"),
        ("/host/r1", "host"),
        ("/wall", "wall"),
        ("/wall/", "wall"),
        ("/wall/r1", "wall"),
        ("/staff", "staff"),
        ("/staff/people", "staff"),
        ("/lobby", "staff"),
        ("/lobby/rooms/r1/sheet", "staff"),
    ],
)
async def test_each_address_has_its_page(house: House, path: str, name: str) -> None:
    answer = await house.client.get(path)
    assert answer.status_code == 200
    assert f"<title>{name}</title>" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    head = await house.client.head(path)
    assert (head.status_code, head.content) == (200, b"")


BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    "path", ["/nope", "/nope/deeper", "/r/r1/x", "/host/r1/x", "/assets/none.js", "/audience.html"]
)
async def test_an_unknown_address_is_a_page_for_people_and_json_for_programs(house: House, path: str) -> None:
    for method in ("GET", "HEAD"):
        answer = await house.client.request(method, path, headers=BROWSER)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"
        assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert "<title>audience</title>" in (await house.client.get(path, headers=BROWSER)).text
    assert (await house.client.get(path)).json()["error"]["code"] == "not_found"


@pytest.mark.parametrize("path", ["/api/v1/nope", "/api/v1/rooms/nope", "/api/nope"])
async def test_the_api_answers_a_browser_in_json_too(house: House, path: str) -> None:
    answer = await house.client.get(path, headers=BROWSER)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    posted = await house.client.post("/nope/deeper", headers=BROWSER)
    assert (posted.status_code, posted.json()["error"]["code"]) == (404, "not_found")


async def test_files_with_a_digest_are_kept_for_a_year(house: House) -> None:
    answer = await house.client.get("/assets/app-8f3a.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = await house.client.get("/assets/app-8f3a.js", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code in {200, 304}
    icon = await house.client.get("/icon.svg")
    assert (icon.headers["content-type"], icon.headers["cache-control"]) == ("image/svg+xml", "no-cache")


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("GZIP", "gzip"),
        ("gzip; q=0.000", None),
        ("identity", None),
        ("", None),
    ],
)
async def test_scripts_go_out_compressed_to_whoever_takes_it(house: House, accepts: str, coding: str | None) -> None:
    script = house.settings.pages / "assets" / "app-8f3a.js"
    script.with_name("app-8f3a.js.gz").write_bytes(gzip.compress(script.read_bytes()))
    script.with_name("app-8f3a.js.br").write_bytes(b"\x0b\x05\x80" + script.read_bytes() + b"\x03")
    async with house.client.stream("GET", "/assets/app-8f3a.js", headers={"accept-encoding": accepts}) as answer:
        body = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    suffix = {"br": ".br", "gzip": ".gz", None: ""}[coding]
    assert body == script.with_name(script.name + suffix).read_bytes()
    assert len(body) == int(answer.headers["content-length"])


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../outside.txt",
        "/assets/..%2f..%2foutside.txt",
        "/assets/%2e%2e/%2e%2e/outside.txt",
        "/assets/....//outside.txt",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/assets/..\\..\\outside.txt",
        "/..%2foutside.txt",
        "/%2e%2e%2foutside.txt",
        "/assets/link.txt",
        "/assets/app-8f3a.js%00.css",
        "/assets/" + "x" * 300,
        "/assets/",
        "/assets/.",
        "/.built",
        "/audience.html",
    ],
)
async def test_no_path_leads_out_of_the_folder(house: House, path: str) -> None:
    (house.settings.pages / "assets" / "link.txt").symlink_to(house.settings.pages.parent / "outside.txt")
    answer = await house.client.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert "8817" not in answer.text


async def test_older_browsers_are_told_the_socket_by_name(pages: Path) -> None:
    house = await House(pages, public_url="https://live.example").open("r1")
    policy = (await house.client.get("/r/r1")).headers["content-security-policy"]
    assert "connect-src 'self' wss://live.example;" in policy


async def test_the_audience_alone_plays_streams_and_from_listed_sites_alone(pages: Path) -> None:
    house = await House(pages, stream_hosts="live.example, *.cdn.example:8443, self").open("r1")
    policy = (await house.client.get("/r/r1")).headers["content-security-policy"]
    sites = "https://live.example https://*.cdn.example:8443;"
    assert f"media-src 'self' blob: {sites}" in policy
    assert f"connect-src 'self' {sites}" in policy
    for path in ("/host/r1", "/wall/r1", "/staff"):
        assert "live.example" not in (await house.client.get(path)).headers["content-security-policy"]


async def test_pages_that_were_not_built_are_told_of(tmp_path: Path) -> None:
    house = await House(tmp_path / "none").open("r1")
    answer = await house.client.get("/r/r1")
    assert answer.status_code == 503
    assert "not built" in answer.text
    assert answer.text.count("\n") == 1
    assert (await house.client.get("/nope", headers=BROWSER)).status_code == 503
