"""JSON that every peer reads in the same way, or an error.

One rule: the text is I-JSON (RFC 7493), at most MAX_DEPTH deep. So no NaN or Infinity, no number beyond
±(2⁵³−1), no lone surrogate, no key twice in one object. NUL is a character like any other here; who may use
it is for the message types to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import orjson

from protocols.faults import BadJson

MAX_DEPTH = 32
SAFE_INTEGER = 2**53 - 1


def load(text: str) -> Any:
    """The value of a JSON text. Raises BadJson."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadJson("not JSON") from None
    # Each key has one colon, so as many colons as keys mean that none was there twice. A colon inside a
    # string makes the numbers differ too; only then the slow way has to look.
    if _check(value) != text.count(":"):
        json.loads(text, object_pairs_hook=_unique)
    return value


def _check(value: Any) -> int:
    """Refuses numbers and depth out of bounds; returns how many keys there are."""
    keys = 0
    level: list[Iterable[Any]] = [(value,)]
    for _ in range(MAX_DEPTH + 1):
        deeper: list[Iterable[Any]] = []
        for children in level:
            for child in children:
                kind = type(child)
                if kind is str:
                    continue
                if kind is dict:
                    keys += len(child)
                    deeper.append(child.values())
                elif kind is list:
                    deeper.append(child)
                elif (kind is int or kind is float) and not -SAFE_INTEGER <= child <= SAFE_INTEGER:
                    raise BadJson("a number that not every peer can hold")
        if not deeper:
            return keys
        level = deeper
    raise BadJson("nested too deeply")


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        raise BadJson("a key twice in one object")
