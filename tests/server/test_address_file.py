from pathlib import Path

import pytest
from pydantic import SecretStr

from server.address_file import ADDRESS_FILE, kept, origin_of
from server.config import Settings


def settings(data: Path, **more: object) -> Settings:
    return Settings(data=data, secret=SecretStr("a secret for tests 0123456789 abcdefg"), **more)


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ({}, "http://localhost:8000"),
        ({"port": 9000, "tls_certificate": Path("c"), "tls_key": Path("k")}, "https://localhost:9000"),
        ({"public_url": "https://live.example"}, "https://live.example"),
    ],
)
def test_links_lead_to_where_the_settings_say(given: dict[str, object], origin: str, tmp_path: Path) -> None:
    assert origin_of(settings(tmp_path, **given)) == origin


def test_commands_print_the_port_of_the_server_that_works_in_the_folder(tmp_path: Path) -> None:
    with kept(settings(tmp_path, port=0), 8077):
        assert origin_of(settings(tmp_path)) == "http://localhost:8077"
        assert origin_of(settings(tmp_path, public_url="https://live.example")) == "https://live.example"
    assert origin_of(settings(tmp_path)) == "http://localhost:8000"


def test_a_public_address_of_the_server_alone_is_known_too(tmp_path: Path) -> None:
    with kept(settings(tmp_path, public_url="https://live.example"), 8077):
        assert origin_of(settings(tmp_path)) == "https://live.example"
    assert not (tmp_path / ADDRESS_FILE).exists()


def test_who_leaves_takes_no_other_server_s_address_along(tmp_path: Path) -> None:
    with kept(settings(tmp_path), 8077):
        (tmp_path / ADDRESS_FILE).write_text("http://localhost:8078\n")
    assert origin_of(settings(tmp_path)) == "http://localhost:8078"


@pytest.mark.parametrize(
    "text", ["", "javascript:alert(1)", "http://", "http://h/path", "nonsense", "http://[", "\udcff"]
)
def test_what_is_no_address_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / ADDRESS_FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert origin_of(settings(tmp_path)) == "http://localhost:8000"


def test_a_server_goes_on_where_it_cannot_be_written(tmp_path: Path) -> None:
    with kept(settings(tmp_path / "missing"), 8077):
        assert origin_of(settings(tmp_path / "missing")) == "http://localhost:8000"
