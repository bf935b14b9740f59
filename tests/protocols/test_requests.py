from typing import Any

import pytest
from pydantic import ValidationError

from protocols.requests import REQUESTS, RoomHistory, RoomJoin


def test_the_names_on_the_wire() -> None:
    assert list(REQUESTS) == ["room.join", "room.leave", "room.history", "people.list", "stream.report"]


@pytest.mark.parametrize(
    "position",
    [
        {"epoch": "e", "seq": -1},
        {"epoch": "e", "seq": 2**53},
        {"epoch": "e", "seq": 1.5},
        {"epoch": "e", "seq": "1"},
        {"epoch": "e", "seq": True},
        {"epoch": "", "seq": 1},
        {"epoch": "a:b", "seq": 1},
        {"epoch": "e"},
        {"epoch": "e", "seq": 1, "more": 1},
    ],
)
def test_a_position_that_cannot_be_is_refused(position: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RoomJoin.model_validate({"id": "j", "room": "r", "position": position})


def test_a_page_of_history_is_bounded() -> None:
    assert RoomHistory(id="h", room="r").limit == 100
    for limit in (0, 101):
        with pytest.raises(ValidationError):
            RoomHistory(id="h", room="r", limit=limit)
