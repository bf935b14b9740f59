"""Random commands of any registry, made from their JSON Schema: a new activity is covered without a word here."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from rooms.registry import Registry

TEXTS = ("hello", "你好", "مرحبا", "👩‍👩‍👧 hi", "=1+1", "<b>x</b>", "line\nline")


class Wishes:
    """Bodies for commands; ``known`` are the ids that a room has given out, by the field they stood in."""

    def __init__(self, registry: Registry) -> None:
        self._schemas = {word: command.model_json_schema() for word, command in registry.commands.items()}
        self._marks = 0
        self.sure = False  # whether what is named is nearly always there, and the latest

    def fields(self, word: str, known: Mapping[str, Sequence[str]], luck: Random) -> dict[str, Any]:
        """The fields of one command beside id and room, usually fitting."""
        schema = self._schemas[word]
        whole: dict[str, Any] = self._value("", schema, schema.get("$defs", {}), known, luck)
        if word == "poll.create" and luck.random() < 0.8:
            # What belongs together, which a schema does not say.
            whole["options"] = [] if whole["kind"] == "rating" else [f"A ¤{self._marks}", f"B ¤{self._marks}"]
            whole = {name: value for name, value in whole.items() if name not in {"photos", "max_choices"}}
        if word == "photo.add":
            # The server gives each upload an id of its own, as a room does elsewhere.
            self._marks += 1
            whole["photo"] = f"id-{1_000_000 + self._marks}"
        return {name: value for name, value in whole.items() if name not in {"id", "room", "on_behalf_of"}}

    def _value(
        self, name: str, shape: dict[str, Any], defs: dict[str, Any], known: Mapping[str, Sequence[str]], luck: Random
    ) -> Any:
        def inner(name: str, shape: dict[str, Any]) -> Any:
            return self._value(name, shape, defs, known, luck)

        if "$ref" in shape:
            return inner(name, defs[shape["$ref"].rsplit("/", 1)[1]])
        if "anyOf" in shape:
            return inner(name, luck.choice(shape["anyOf"]))
        if "enum" in shape:
            return luck.choice(shape["enum"])
        match shape.get("type"):
            case "boolean":
                return luck.random() < 0.5
            case "integer":
                least = shape.get("minimum", 0)
                return luck.randint(least, min(shape.get("maximum", 10_000), least + luck.choice([0, 1, 2, 10_000])))
            case "string" if shape.get("pattern", "").startswith("^#"):
                return f"#{luck.randrange(2**24):06x}"
            case "string" if shape.get("format") == "uri-reference":
                return f"https://live.example/{luck.randrange(3)}.m3u8?sign={luck.randrange(3)}"
            case "string" if name == "languages":
                return luck.choice(["zh-CN", "en"])
            case "string" if "pattern" in shape:
                if self.sure and known.get(name):
                    return known[name][-1]
                return luck.choice([*known.get(name, ())[-4:], "id-none"])
            case "string":
                # Marked and never the same twice, so that a test finds where it went.
                self._marks += 1
                return f"{luck.choice(TEXTS)} ¤{self._marks}"
            case "array":
                return [inner(name, shape["items"]) for _ in range(luck.randint(shape.get("minItems", 0), 3))]
            case "object":
                return {
                    field: inner(field, each)
                    for field, each in shape["properties"].items()
                    if field in shape.get("required", ()) or luck.random() < 0.3
                }
        return None
