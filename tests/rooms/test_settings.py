"""What hosts may set."""

import pytest
from pydantic import ValidationError

from rooms.settings import DEFAULTS, RoomSettings


def test_what_is_given_changes_and_the_rest_stays() -> None:
    slow = DEFAULTS.changed(RoomSettings(slow_mode_ms=5_000))
    assert slow.changed(RoomSettings(text_length=80)) == RoomSettings(slow_mode_ms=5_000, text_length=80)
    # Given on purpose, although it is the default.
    assert slow.changed(RoomSettings(slow_mode_ms=0)) == DEFAULTS


@pytest.mark.parametrize(
    "given",
    [
        {"text_length": 0},
        {"text_length": 4_001},
        {"slow_mode_ms": 120_001},
        {"slow_mode_ms": 1.5},
        {"room_rate": 0},
        {"retention_days": -1},
        {"languages": []},
        {"languages": ["english please"]},
        {"colour": "red"},
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RoomSettings.model_validate(given)


def test_each_shop_that_takes_part_has_its_own_id() -> None:
    east, west = {"id": "east", "name": "东店"}, {"id": "west", "name": "西店"}
    settings = RoomSettings.model_validate({"shops": [east, west]})
    assert settings.known_shop("west") == "west"
    assert settings.known_shop("north") is None
    assert settings.known_shop(None) is None
    faults = ([east, east], [{**east, "x": 1}], [{"id": "e", "name": ""}], [{"id": "a/b", "name": "x"}], [east] * 31)
    for wrong in faults:
        with pytest.raises(ValidationError):
            RoomSettings.model_validate({"shops": wrong})
