"""A poll that can be, and one that cannot."""

from typing import Any

import pytest

from protocols.errors import Code, Refused
from rooms.poll_commands import PollCreate, most_choices


def wanted(kind: str, options: int, most: int | None = None) -> PollCreate:
    fields: dict[str, Any] = {"kind": kind, "options": [f"o{number}" for number in range(options)], "max_choices": most}
    return PollCreate.model_validate({"id": "c", "room": "r1", "question": "Which?", **fields})


@pytest.mark.parametrize(
    ("poll", "most"),
    [
        (wanted("single", 3), 1),
        (wanted("single", 3, 1), 1),
        (wanted("multi", 3), 3),
        (wanted("multi", 3, 2), 2),
        (wanted("rating", 0), 1),
    ],
)
def test_how_many_choices(poll: PollCreate, most: int) -> None:
    assert most_choices(poll) == most


@pytest.mark.parametrize(
    "poll",
    [
        wanted("single", 1),
        wanted("single", 3, 2),
        wanted("multi", 3, 4),
        wanted("rating", 2),
        wanted("rating", 0, 2),
        wanted("multi", 2).model_copy(update={"options": ["a", "a"]}),
    ],
)
def test_what_cannot_be(poll: PollCreate) -> None:
    with pytest.raises(Refused) as refused:
        most_choices(poll)
    assert refused.value.code is Code.INVALID
