"""Random commands of any registry, made from their JSON Schema: a new activity is covered without a word here."""

from typing import Any

from hypothesis import strategies as st

from rooms.registry import Registry

TEXTS = ("hello", "你好", "مرحبا", "👩‍👩‍👧 hi", "=1+1", "<b>x</b>", "line\nline")


def fields(schema: dict[str, Any], ids: list[str], fresh: Any) -> st.SearchStrategy[dict[str, Any]]:
    """The fields of one command; ``ids`` are those that the room has given out."""
    defs = schema.get("$defs", {})

    def value(shape: dict[str, Any]) -> st.SearchStrategy[Any]:
        if "$ref" in shape:
            return value(defs[shape["$ref"].rsplit("/", 1)[1]])
        if "anyOf" in shape:
            return st.one_of([value(each) for each in shape["anyOf"]])
        if "enum" in shape:
            return st.sampled_from(shape["enum"])
        kind = shape.get("type")
        if kind == "null":
            return st.none()
        if kind == "boolean":
            return st.booleans()
        if kind == "integer":
            least = shape.get("minimum", 0)
            return st.integers(least, min(shape.get("maximum", 10_000), least + 10_000))
        if kind == "string" and "pattern" in shape:
            return st.sampled_from([*ids[-6:], "id-none"])
        if kind == "string":
            # Marked and never the same twice, so that a test finds where it went.
            return st.builds(lambda text: f"{text} ¤{fresh()}", st.sampled_from(TEXTS))
        if kind == "array":
            return st.lists(value(shape["items"]), min_size=shape.get("minItems", 0), max_size=3)
        return whole(shape)

    def whole(shape: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
        known = {name: each for name, each in shape["properties"].items() if name not in {"id", "room", "on_behalf_of"}}
        required = {name: value(each) for name, each in known.items() if name in shape.get("required", ())}
        optional = {name: value(each) for name, each in known.items() if name not in required}
        return st.fixed_dictionaries(required, optional=optional)

    return whole(schema)


def schemas(registry: Registry) -> dict[str, dict[str, Any]]:
    return {word: command.model_json_schema() for word, command in registry.commands.items()}
