import re

import pytest

from server.database_url import checked, engine_url, redacted


@pytest.mark.parametrize(
    ("url", "engine"),
    [
        ("postgresql://u:p@db/rooms", "postgresql+asyncpg://u:p@db/rooms"),
        ("postgres://db:6432/rooms", "postgresql+asyncpg://db:6432/rooms"),
        ("postgresql+asyncpg://u@[::1]:5432/rooms", "postgresql+asyncpg://u@[::1]:5432/rooms"),
        (
            "postgresql://u:a%40b%2Fc@db/rooms?sslmode=verify-full",
            "postgresql+asyncpg://u:a%40b%2Fc@db/rooms?ssl=verify-full",
        ),
        ("postgresql:///rooms?host=/run/postgresql", "postgresql+asyncpg:///rooms?host=/run/postgresql"),
    ],
)
def test_an_address_is_given_to_the_driver_as_it_needs_it(url: str, engine: str) -> None:
    assert engine_url(url) == engine
    assert checked(url) == url


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://u:hunter2@db/rooms", "must look like postgresql://"),
        ("db.example", "must look like postgresql://"),
        ("sqlite:///rooms.sqlite", "SQLite in the data folder"),
        ("postgresql://u:hunter2@db", "names no database"),
        ("postgresql://u:hunter2@db/", "names no database"),
        ("postgresql:///rooms", "names no host"),
        ("postgresql://u:hunter2@db:port/rooms", "no good port"),
        ("postgresql://u:hunter#2@db/rooms", "write # / ? @ : as %23"),
        ("postgresql://u:hunter2@db/rooms?sslmode=always", "sslmode="),
        ("postgresql://u:hunter2@db/rooms?password=hunter2", "nothing else"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_without_its_password(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)) as caught:
        checked(url)
    assert "hunter" not in str(caught.value)


def test_the_password_is_not_shown() -> None:
    assert (
        redacted("postgresql://u:a%40b@db:5432/rooms?sslmode=require")
        == "postgresql://u:***@db:5432/rooms?sslmode=require"
    )
    assert redacted("postgresql://u@db/rooms") == "postgresql://u@db/rooms"
    assert redacted("postgresql://db/rooms") == "postgresql://db/rooms"
