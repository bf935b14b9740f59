"""Which links staff may give: what a reader takes for a shop's address must be that."""

import pytest
from pydantic import TypeAdapter, ValidationError

from protocols.limits import LINK_LENGTH
from protocols.web_link import Link

LINK: TypeAdapter[str] = TypeAdapter(Link)


@pytest.mark.parametrize(
    "link",
    [
        "https://shop.example",
        "http://shop.example:8080/a/b?c=%E7%A7%AF#d",
        "https://xn--fsq.example/",
        "http://192.168.1.20/r/r1",
        "HTTPS://Shop.Example/x",
    ],
)
def test_addresses(link: str) -> None:
    assert LINK.validate_python(f" {link} ") == link


@pytest.mark.parametrize(
    "link",
    [
        "shop.example",
        "javascript:alert(1)",
        "data:text/html,hi",
        "//shop.example",
        "https:shop.example",
        "https://",
        "https://.example",
        "https://bank.example@evil.example/",
        "https://user:word@shop.example/",
        "https://shop.example\\@evil.example/",
        "https://shop.example/a b",
        "https://shop.example/\u202egnp.exe",
        "https://\u0430pple.example/",
        "https://shop.example:99999/",
        "https://[::1/",
        "https://shop.example/<script>",
        'https://shop.example/"',
        "https://shop.example/" + "x" * LINK_LENGTH,
        "",
    ],
)
def test_what_is_none(link: str) -> None:
    with pytest.raises(ValidationError):
        LINK.validate_python(link)
