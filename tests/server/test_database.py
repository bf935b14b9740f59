from pathlib import Path

import pytest
from pydantic import SecretStr

from server.config import Settings, SettingsError
from server.database import address_of, alone, bring_up_to_date, database_of, files_of, usable

SECRET = SecretStr("a secret for tests 0123456789 abcdefg")


def settings(folder: Path, url: str | None = None) -> Settings:
    return Settings(data=folder, secret=SECRET, database_url=None if url is None else SecretStr(url))


async def test_without_an_address_it_is_in_the_data_folder(tmp_path: Path) -> None:
    database = database_of(settings(tmp_path))
    try:
        await bring_up_to_date(settings(tmp_path), database)
    finally:
        await database.close()
    assert database.embedded
    assert (tmp_path / "rooms.sqlite").exists()
    assert files_of(settings(tmp_path), "log.sqlite") == ("log.sqlite", "rooms.sqlite")
    async with alone(settings(tmp_path), shared=False):
        assert address_of({}) is None


async def test_with_an_address_it_is_there(tmp_path: Path) -> None:
    url = "postgres://ann:pw@db.example/rooms"
    database = database_of(settings(tmp_path, url))
    await database.close()
    assert database.url == "postgresql+asyncpg://ann:pw@db.example/rooms"
    assert files_of(settings(tmp_path, url), "log.sqlite") == ("log.sqlite",)
    assert address_of({"SHOWFLOOR_DATABASE_URL": url}) == database.url


def test_what_is_wrong_is_said_by_the_setting_s_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SHOWFLOOR_DATABASE_URL: must look like"):
        address_of({"SHOWFLOOR_DATABASE_URL": "mysql://db/rooms"})
    with (
        pytest.raises(SettingsError, match=r"SHOWFLOOR_DATABASE_URL: nobody answers at db\.example:5432"),
        usable(settings(tmp_path, "postgresql://db.example/rooms")),
    ):
        raise ConnectionRefusedError
    with pytest.raises(SettingsError, match="SHOWFLOOR_DATA: cannot use"), usable(settings(tmp_path)):
        raise PermissionError(13, "Permission denied")
