"""The page for people, from the schema."""

import re

from protocols.errors import MEANINGS, Code
from protocols.requests import REQUESTS
from rooms.registry import REGISTRY
from server.schema import schema
from server.wire_page import page

TEXT = page(schema())


def test_it_explains_every_word_once() -> None:
    for word in (*REGISTRY.commands, *REGISTRY.events, *REQUESTS, "poll.tally", "room.mine"):
        assert TEXT.count(f"### `{word}`\n") == 1


def test_it_lists_every_error() -> None:
    for code in Code:
        assert f"| `{code}` | {MEANINGS[code].message} |" in TEXT


def test_it_says_what_a_command_takes_and_who_may_give_it() -> None:
    vote = TEXT.split("### `poll.vote`")[1].split("###")[0]
    assert "Roles: attendee. Budget: none." in vote
    assert "| `choices` | list of integer | at most 20 entries |" in vote
    extend = TEXT.split("### `poll.extend`")[1].split("###")[0]
    assert "| `by_ms?` | integer | from 1000; to 86400000; default `30000` |" in extend


def test_its_links_lead_somewhere() -> None:
    lines = TEXT.splitlines()
    headings = {line.lstrip("# ").strip("`").lower() for line in lines if line.startswith("##")}
    links = re.findall(r"\[\w+\]\(#(\w+)\)", TEXT)
    assert len(links) > 20
    assert set(links) <= headings
