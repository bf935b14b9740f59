"""The words of the wire as JSON Schema, TypeScript and a page of the docs, all made from the code.

``protocols/schema/messages.schema.json``  every command, request, event, volatile news, answer and error code
``protocols/schema/messages.ts``           the same as types, by client_web/schema.mjs
``docs/reference/wire.md``                 the same for people
``docs/reference/settings.md``             the settings of the server, made along with them
``docs/reference/metrics.md``              its metrics, likewise
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from protocols.errors import Code
from protocols.requests import REQUESTS
from protocols.wire import (
    Ack,
    Author,
    ConnectionClosed,
    Left,
    MineChanged,
    Nack,
    Occupancy,
    PeopleChanged,
    PeopleListed,
    PersonHere,
    PositionShape,
    PositionTold,
    ReactionCounts,
    Reason,
    RoleTold,
    RoomName,
    ShedTold,
    StreamDelay,
    You,
)
from rooms.registry import REGISTRY, Registry
from server import measures, settings_page
from server.wire_page import page

ROOT: Final = Path(__file__).resolve().parent.parent
SCHEMA: Final = ROOT / "protocols" / "schema" / "messages.schema.json"
PAGE: Final = ROOT / "docs" / "reference" / "wire.md"
SETTINGS: Final = ROOT / "docs" / "reference" / "settings.md"
METRICS: Final = ROOT / "docs" / "reference" / "metrics.md"

Mode = Literal["validation", "serialization"]
Schema = dict[str, Any]

VOLATILE: Final = {
    "room.occupancy": Occupancy,
    "room.people": PeopleChanged,
    "room.shed": ShedTold,
    "reaction.counts": ReactionCounts,
    "room.mine": MineChanged,
    "room.position": PositionTold,
    "room.role": RoleTold,
    "connection.closed": ConnectionClosed,
    "stream.delay": StreamDelay,
}
ANSWERS: Final = (Ack, Nack, Left, PeopleListed, PersonHere, Author, PositionShape, You, RoomName, Reason, Code)


def schema(registry: Registry = REGISTRY) -> Schema:
    """The whole JSON Schema: one definition a message, and unions of them that differ by ``type``."""
    defs = _shapes(registry)
    unions: dict[str, list[str]] = {"Command": [], "Request": [], "LoggedEvent": [], "Volatile": []}
    for word, command in registry.commands.items():
        _typed(defs[command.__name__], word)
        defs[command.__name__] |= {
            "x-activity": registry.homes[word],
            "x-roles": sorted(command.roles),
            "x-budget": command.budget.value,
        }
        unions["Command"].append(command.__name__)
    for word, request in REQUESTS.items():
        _typed(defs[request.__name__], word)
        unions["Request"].append(request.__name__)
    for word, event in registry.events.items():
        name = f"{event.__name__}Event"
        defs[name] = _envelope(word, event.__name__, defs[event.__name__].get("description", ""))
        defs[name]["x-activity"] = registry.homes[word]
        unions["LoggedEvent"].append(name)
    for word, shape in _volatile(registry).items():
        _typed(defs[shape.__name__], word)
        unions["Volatile"].append(shape.__name__)
    for name, members in unions.items():
        defs[name] = {"oneOf": [_ref(member) for member in members]}
    defs |= _answers(registry)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Message",
        "description": "A message on the wire; its type is the Socket.IO event name.",
        "oneOf": [_ref(name) for name in unions],
        "$defs": dict(sorted(defs.items())),
    }


def _volatile(registry: Registry) -> dict[str, type]:
    ticks = {word: shape for each in registry.activities for word, shape in each.tick_shapes.items()}
    return VOLATILE | ticks


def _shapes(registry: Registry) -> dict[str, Schema]:
    """The definition of every class and TypedDict by its name."""
    incoming = [*registry.commands.values(), *REQUESTS.values()]
    outgoing: list[Any] = [*registry.events.values(), *_volatile(registry).values(), *ANSWERS]
    for activity in registry.activities:
        outgoing += [shape for shape in (activity.view_shape, activity.mine_shape) if shape is not None]
    modes: list[tuple[Any, Mode]] = [(each, "validation") for each in incoming]
    modes += [(each, "serialization") for each in outgoing]
    inputs = [(index, mode, TypeAdapter(each)) for index, (each, mode) in enumerate(modes)]
    roots, shared = TypeAdapter.json_schemas(inputs, ref_template="#/$defs/{model}")
    defs: dict[str, Schema] = shared.get("$defs", {})
    names = ["Reason" if each is Reason else each.__name__ for each, _mode in modes]  # a Literal has no name
    for (index, _mode), root in roots.items():
        if "$ref" not in root:
            defs[names[index]] = root
    plain: dict[str, Schema] = _renamed({name: _untitled(each) for name, each in defs.items()})
    _check_names(plain, names)
    return plain


def _renamed(defs: dict[str, Schema]) -> dict[str, Schema]:
    """Where what is given may leave out what is told whole, the former is called ``…Given``."""
    text = json.dumps(defs)
    for name in [each for each in defs if each.endswith("-Input")]:
        plain = name.removesuffix("-Input")
        text = text.replace(f'{name}"', f'{plain}Given"').replace(f'{plain}-Output"', f'{plain}"')
    renamed: dict[str, Schema] = json.loads(text)
    return renamed


def _check_names(defs: dict[str, Schema], wanted: list[str]) -> None:
    missing = sorted(name for name in wanted if name not in defs)
    if missing or len(set(wanted)) < len(wanted):
        raise ValueError(f"two messages have one name, or these have none: {missing}")


def _untitled(value: Any) -> Any:
    """Without the titles that pydantic gives every field: each would become a type of its own."""
    if isinstance(value, dict):
        return {
            key: {name: _untitled(each) for name, each in inner.items()} if key == "properties" else _untitled(inner)
            for key, inner in value.items()
            if key != "title"
        }
    if isinstance(value, list):
        return [_untitled(each) for each in value]
    return value


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _typed(shape: Schema, word: str) -> None:
    """The event name as the field ``type``: on the wire it stands before the fields, not among them."""
    shape["properties"] = {"type": {"const": word}} | shape.get("properties", {})
    shape["required"] = ["type", *shape.get("required", [])]
    shape["additionalProperties"] = False


def _envelope(word: str, data: str, description: str) -> Schema:
    properties: Schema = {
        "type": {"const": word},
        "room": {"type": "string"},
        "epoch": {"type": "string"},
        "after": {"type": "integer"},
        "seq": {"type": "integer"},
        "at": {"type": "integer"},
        "by": {"anyOf": [_ref("Author"), {"type": "null"}]},
        "data": {"anyOf": [_ref(data), {"type": "null"}]},
    }
    return _object(properties, description=description)


def _object(properties: Schema, *, description: str, optional: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _answers(registry: Registry) -> dict[str, Schema]:
    views = {each.name: _ref(each.view_shape.__name__) for each in registry.activities}
    mines = {each.name: _ref(each.mine_shape.__name__) for each in registry.activities if each.mine_shape}
    events = {"type": "array", "items": _ref("LoggedEvent")}
    join = {
        "ok": {"const": True},
        "recovered": {"type": "boolean"},
        "reason": _ref("Reason"),
        "events": events,
        "view": _ref("View"),
        "mine": _ref("Mine"),
        "position": _ref("PositionShape"),
        "now": {"type": "integer"},
        "audience": {"enum": ["everyone", "hosts"]},
        "you": _ref("You"),
        "room": _ref("RoomName"),
    }
    history = {"ok": {"const": True}, "events": events, "more": {"type": "boolean"}}
    return {
        "View": _object(views, description="The state of a room as one audience may see it, by activity."),
        "Mine": _object(mines, description="What concerns one person alone, by activity.", optional=tuple(mines)),
        "JoinAnswer": _object(
            join,
            description="Recovered: `events` are all that was missed. Else `view` is the state, and `reason` says why.",
            optional=("reason", "events", "view"),
        ),
        "HistoryAnswer": _object(history, description="A page of older events; `more` if there are older ones still."),
    }


def main(check: bool) -> int:  # noqa: FBT001 - the command line's one switch
    """Write the files, or with ``check`` only compare them; 0 if they are (now) what the code says."""
    made = schema()
    drifted = [
        path
        for path, text in (
            (SCHEMA, json.dumps(made, indent=2, ensure_ascii=False) + "\n"),
            (PAGE, page(made)),
            (SETTINGS, settings_page.page()),
            (METRICS, measures.page()),
        )
        if not _settled(path, text, check=check)
    ]
    for path in drifted:
        _say(f"{path.relative_to(ROOT)} is not what the code says; run `make schema`")
    return 1 if drifted else _types(check=check)


def _settled(path: Path, text: str, *, check: bool) -> bool:
    if check:
        return path.is_file() and path.read_text("utf-8") == text
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return True


def _types(*, check: bool) -> int:
    client = ROOT / "client_web"
    if not (client / "node_modules" / "json-schema-to-typescript").is_dir():
        _say("the TypeScript types need client_web/node_modules; run `make check` or `npm ci` there")
        return 1
    command = [str(ROOT / "scripts" / "node.sh"), "npm", "--prefix", str(client), "run", "--silent", "schema"]
    if check:
        command += ["--", "--check"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - our own script


def _say(line: str) -> None:
    print(f"showfloor: {line}", file=sys.stderr)  # noqa: T201 - for the person at the terminal
