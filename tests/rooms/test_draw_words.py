"""What people may say about draws."""

import pytest

from protocols.errors import Code, Refused
from protocols.limits import CONTACT_LENGTH
from rooms.registry import REGISTRY

HEAD = {"id": "c", "room": "r", "draw": "d"}


@pytest.mark.parametrize("contact", ["", " ", "x" * (CONTACT_LENGTH + 1), "a\u202eb", 138])
def test_a_contact_is_a_short_line(contact: object) -> None:
    with pytest.raises(Refused) as refused:
        REGISTRY.command("draw.claim", HEAD | {"contact": contact})
    assert refused.value.code is Code.INVALID


def test_a_contact_is_one_line_or_none() -> None:
    assert REGISTRY.command("draw.claim", HEAD | {"contact": " 138\n0000 "}).contact == "138 0000"  # type: ignore[attr-defined]
    assert REGISTRY.command("draw.claim", HEAD | {"contact": None}).contact is None  # type: ignore[attr-defined]
