import pytest

from server.catalogue import Unreadable, event_of
from tests.server.records import CATALOGUE, Said


def test_events_come_back_from_their_fields() -> None:
    assert event_of("test.said", 1, {"text": "hi"}, CATALOGUE) == Said("hi")


@pytest.mark.parametrize(
    ("kind", "version", "data"),
    [("test.future", 1, {}), ("test.said", 2, {"text": "hi"}), ("test.said", 1, {"txt": "hi"}), ("test.said", 1, {})],
)
def test_what_is_not_known_here_is_unreadable(kind: str, version: int, data: dict[str, str]) -> None:
    with pytest.raises(Unreadable):
        event_of(kind, version, data, CATALOGUE)
