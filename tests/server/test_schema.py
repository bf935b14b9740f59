"""The schema says what the code says, and the files are what it says."""

import json
from pathlib import Path
from typing import Any

import pytest

from protocols.errors import Code
from protocols.requests import REQUESTS
from rooms.registry import ACTIVITIES, REGISTRY, Registry
from server import schema as made
from server.wire_page import page
from tests.rooms.example.applause import Applause, ApplauseClap


def types_of(defs: dict[str, Any], union: str) -> list[str]:
    names = [ref["$ref"].rsplit("/", 1)[1] for ref in defs[union]["oneOf"]]
    return [defs[name]["properties"]["type"]["const"] for name in names]


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        inner = {name for each in value.values() for name in references(each)}
        return inner | ({value["$ref"].removeprefix("#/$defs/")} if "$ref" in value else set())
    return {name for each in value for name in references(each)} if isinstance(value, list) else set()


def test_it_holds_every_message() -> None:
    defs = made.schema()["$defs"]
    assert types_of(defs, "Command") == list(REGISTRY.commands)
    assert types_of(defs, "Request") == list(REQUESTS)
    assert types_of(defs, "LoggedEvent") == list(REGISTRY.events)
    assert types_of(defs, "Volatile") == [
        "room.occupancy",
        "room.people",
        "room.shed",
        "reaction.counts",
        "room.mine",
        "room.position",
        "room.role",
        "connection.closed",
        "stream.delay",
        "poll.tally",
        "question.votes",
        "first.count",
        "draw.count",
    ]
    assert defs["Code"]["enum"] == [code.value for code in Code]
    assert list(defs["View"]["properties"]) == [
        "room",
        "people",
        "arrivals",
        "order",
        "words",
        "chat",
        "polls",
        "questions",
        "photos",
        "firsts",
        "draws",
        "stage",
        "reactions",
        "announcements",
        "cues",
        "stream",
    ]


def test_every_reference_leads_somewhere() -> None:
    whole = made.schema()
    assert references(whole) <= set(whole["$defs"])


def test_fields_say_what_is_required() -> None:
    defs = made.schema()["$defs"]
    assert defs["ChatSend"]["required"] == ["type", "id", "room", "text"]
    assert defs["ChatSend"]["additionalProperties"] is False
    assert defs["ChatSend"]["x-roles"] == ["attendee", "bot", "host", "moderator"]
    # What hosts give may leave settings out; what is told never does.
    assert "required" not in defs["RoomSettingsGiven"]
    assert "text_length" in defs["RoomSettings"]["required"]


def test_a_new_activity_is_in_it_at_once() -> None:
    defs = made.schema(Registry((*ACTIVITIES, Applause)))["$defs"]
    assert "applause.clap" in types_of(defs, "Command")
    assert "applause.level" in types_of(defs, "Volatile")
    assert "applause" in defs["Mine"]["properties"]


def test_two_messages_of_one_name_are_told() -> None:
    again = type("ApplauseClap", (ApplauseClap,), {"type": "applause.clap_again"})
    louder = type("Louder", (Applause,), {"name": "louder", "commands": (again,), "events": ()})
    with pytest.raises(ValueError, match="one name"):
        made.schema(Registry((*ACTIVITIES, Applause, louder)))


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(made, "ROOT", tmp_path)
    monkeypatch.setattr(made, "SCHEMA", tmp_path / "schema" / "messages.schema.json")
    monkeypatch.setattr(made, "PAGE", tmp_path / "wire.md")
    monkeypatch.setattr(made, "_types", lambda *, check: 0)
    return tmp_path


def test_drift_is_reported_and_writing_ends_it(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert made.main(check=True) == 1
    assert "wire.md is not what the code says" in capsys.readouterr().err
    assert not (elsewhere / "wire.md").exists()
    assert made.main(check=False) == 0
    assert made.main(check=True) == 0
    (elsewhere / "wire.md").write_text("something else")
    assert made.main(check=True) == 1


def test_the_files_in_the_tree_are_what_the_code_says() -> None:
    whole = made.schema()
    assert json.loads(made.SCHEMA.read_text("utf-8")) == whole
    assert made.PAGE.read_text("utf-8") == page(whole)
    types = made.SCHEMA.with_name("messages.ts").read_text("utf-8")
    for word in (*REGISTRY.commands, *REGISTRY.events, *REQUESTS):
        assert f'type: "{word}"' in types
