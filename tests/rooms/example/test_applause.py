"""The example of docs/how-to/add-an-activity.md, played; and the page, held against it."""

import ast
import re
from pathlib import Path

import pytest

from protocols.errors import Code, Refused
from protocols.messages import Audience
from rooms.registry import ACTIVITIES, Registry
from tests.rooms.example.applause import MOST, Applause
from tests.rooms.play import ANN, BEN, HOST, Play

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "how-to" / "add-an-activity.md"
WITH_APPLAUSE = Registry((*ACTIVITIES, Applause))
QUOTE = re.compile(r"<!-- from (\S+): ([\w ]+) -->\n```python\n(.*?)```", re.DOTALL)


def test_everybody_claps_and_the_room_hears_it() -> None:
    play = Play(WITH_APPLAUSE)
    play.do(ANN, "applause.clap", times=2)
    play.do(BEN, "applause.clap")
    assert play.view("applause") == {"claps": 3}
    assert [tick.data for tick in play.room.ticks(Audience.EVERYONE)] == [{"claps": 3}]
    assert play.room.mine(ANN.id) == {"applause": {"claps": 2}}

    play.do(HOST, "applause.reset")
    assert play.view("applause") == {"claps": 0}


def test_nobody_claps_for_everybody() -> None:
    play = Play(WITH_APPLAUSE)
    for _ in range(MOST // 10):
        play.do(ANN, "applause.clap", times=10)
    with pytest.raises(Refused) as refused:
        play.do(ANN, "applause.clap")
    assert refused.value.code is Code.CONFLICT


def quoted(path: str, names: str) -> str:
    """The source of these definitions, decorators included."""
    source = (ROOT / path).read_text("utf-8")
    lines = source.splitlines()
    found: dict[str, str] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            first = min(each.lineno for each in (node, *node.decorator_list))
            found[node.name] = "\n".join(lines[first - 1 : node.end_lineno])
    return "\n\n\n".join(found[name] for name in names.split()) + "\n"


def test_the_page_shows_what_runs() -> None:
    quotes = QUOTE.findall(PAGE.read_text("utf-8"))
    assert len(quotes) == 4
    for path, names, shown in quotes:
        assert shown == quoted(path, names), f"{PAGE.name} does not show {names} as in {path}"
