"""How a winner may say to be reached, whatever they have won."""

import pytest

from protocols.errors import Code, Refused
from protocols.limits import CONTACT_LENGTH
from protocols.messages import Audience
from rooms.contact import claimed
from rooms.first import Winner
from rooms.first_words import FirstUnclaimed
from rooms.registry import REGISTRY

HEAD = {"id": "c", "room": "r"}
CLAIMS = [("draw.claim", {"draw": "d"}), ("first.claim", {"first": "f"})]
GONE = FirstUnclaimed("f", 1)


@pytest.mark.parametrize(("word", "which"), CLAIMS)
@pytest.mark.parametrize("contact", ["", " ", "x" * (CONTACT_LENGTH + 1), "a\u202eb", 138])
def test_a_contact_is_a_short_line(word: str, which: dict[str, str], contact: object) -> None:
    with pytest.raises(Refused) as refused:
        REGISTRY.command(word, HEAD | which | {"contact": contact})
    assert refused.value.code is Code.INVALID


@pytest.mark.parametrize(("word", "which"), CLAIMS)
def test_a_contact_is_one_line_or_none(word: str, which: dict[str, str]) -> None:
    said = REGISTRY.command(word, HEAD | which | {"contact": " 138\n0000 "})
    assert said.contact == "138 0000"  # type: ignore[attr-defined]
    assert REGISTRY.command(word, HEAD | which | {"contact": None}).contact is None  # type: ignore[attr-defined]


def test_hosts_hear_of_it_and_what_was_said_before_is_emptied() -> None:
    fresh, told = Winner("ann", "Ann", False, 5), Winner("ann", "Ann", False, 5, "138", 7)
    assert claimed(fresh, None, GONE) == claimed(told, "138", GONE) == []
    assert [(each.audience, each.erases) for each in claimed(fresh, "138", GONE)] == [(Audience.HOSTS, ())]
    assert [(each.audience, each.erases) for each in claimed(told, None, GONE)] == [(Audience.HOSTS, (7,))]


def test_nobody_but_a_winner_is_reached() -> None:
    with pytest.raises(Refused) as refused:
        claimed(None, "138", GONE)
    assert refused.value.code is Code.FORBIDDEN
