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
    if _keys([value], 0) != text.count(":"):
        json.loads(text, object_pairs_hook=_unique)
    return value


def _keys(container: list[Any] | dict[str, Any], depth: int) -> int:
    """How many keys there are, at all depths; refuses depth and numbers out of bounds on the way."""
    if depth > MAX_DEPTH:
        raise BadJson("nested too deeply")
    keys = 0
    children: Iterable[Any] = container
    if type(container) is dict:
        keys = len(container)
        children = container.values()
    for child in children:
        kind = type(child)
        if kind is str:
            continue
        if kind is dict or kind is list:
            keys += _keys(child, depth + 1)
        elif (kind is int or kind is float) and not -SAFE_INTEGER <= child <= SAFE_INTEGER:
            raise BadJson("a number that not every peer can hold")
    return keys


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        raise BadJson("a key twice in one object")
