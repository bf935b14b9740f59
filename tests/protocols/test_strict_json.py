import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.faults import BadJson
from protocols.strict_json import MAX_DEPTH, SAFE_INTEGER, load

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-SAFE_INTEGER, SAFE_INTEGER)
    | st.floats(-1e15, 1e15)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("NaN", id="not a number"),
        pytest.param("[Infinity]", id="infinity"),
        pytest.param("1e999", id="overflow"),
        pytest.param("9" * 5000, id="5,000 digits"),
        pytest.param(str(SAFE_INTEGER + 1), id="unsafe integer"),
        pytest.param(f'{{"a":[{-SAFE_INTEGER - 1}]}}', id="unsafe integer inside"),
        pytest.param("1e300", id="unsafe float"),
        pytest.param('"\\ud800"', id="lone surrogate, escaped"),
        pytest.param('"\ud800"', id="lone surrogate"),
        pytest.param("[" * 20_000 + "]" * 20_000, id="20,000 deep"),
        pytest.param("[" * 33 + "]" * 33, id="one too deep"),
        pytest.param('{"a":' * 33 + "1" + "}" * 33, id="one too deep, objects"),
        pytest.param('{"a":1,"a":2}', id="key twice"),
        pytest.param('[{"b":{"a":1, "a" : 1}}]', id="key twice inside"),
        pytest.param('{"a":":","\\u0061":2}', id="key twice, escaped, with a colon in a string"),
        pytest.param("", id="nothing"),
        pytest.param("[1] x", id="something behind"),
        pytest.param("'a'", id="single quotes"),
        pytest.param('"\x01"', id="raw control character"),
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(BadJson):
        load(text)


def test_accepted_at_the_bounds() -> None:
    assert load(str(SAFE_INTEGER)) == SAFE_INTEGER
    assert load("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    assert load('{"at":"10:30","url":"http://x","a":{"a":":"}}') == {
        "at": "10:30",
        "url": "http://x",
        "a": {"a": ":"},
    }
    assert load('"\\u0000"') == "\0"


@given(VALUES)
def test_what_is_written_is_read(value: Any) -> None:
    assert load(json.dumps(value)) == value


@given(st.text() | st.text(alphabet='{}[]:,"\\0123456789eE+-.aA ntrufls', max_size=60))
def test_any_text_is_a_value_or_a_fault(text: str) -> None:
    try:
        value = load(text)
    except BadJson:
        return
    # Whatever passed means the same to another reader, which also sees no key twice.
    assert json.loads(text) == value
