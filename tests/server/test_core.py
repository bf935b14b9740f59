"""What a server, a worker and the command line have in common."""

from pathlib import Path

from pydantic import SecretStr

from server.config import LOG_HOURS, Settings
from server.core import core, lobby_of
from server.store.projector import Projector
from tests.server.running import OWNER


def settings(data: Path, **more: object) -> Settings:
    return Settings(data=data, secret=SecretStr("a secret for tests 0123456789 abcdefg"), **more)


async def test_a_folder_is_one_server_s_and_shares_nothing(tmp_path: Path) -> None:
    async with core(settings(tmp_path)) as made:
        assert (made.neighbours, made.shares) == (None, None)
        assert isinstance(made.projector, Projector)
        assert set(made.checks()) == {"log", "database", "projector"}
        await made.directory.create_room("r", "Room", by=OWNER)
        assert lobby_of(made) is not None
        chores = made.chores()
        assert set(chores) == {"retention", "orphans", "photos"}
        for chore in chores.values():
            chore.close()


async def test_a_blob_store_that_is_set_is_looked_after(tmp_path: Path) -> None:
    async with core(settings(tmp_path / "data", blob_url=SecretStr(f"file://{tmp_path}/blobs"))) as made:
        assert set(made.checks()) == {"log", "database", "projector", "blobs"}
        assert await made.blobs.trouble() is None


async def test_in_a_folder_the_log_stays_whole_unless_a_setting_says_otherwise(tmp_path: Path) -> None:
    assert settings(tmp_path, redis_url=SecretStr("redis://host:6379")).log_kept_hours == LOG_HOURS
    assert settings(tmp_path, redis_url=SecretStr("redis://host:6379"), log_hours=0).log_kept_hours == 0
    async with core(settings(tmp_path, log_hours=1)) as made:
        assert set(made.checks()) == {"log", "database", "projector", "trimming"}
        chores = made.chores()
        assert "trimming" in chores
        for chore in chores.values():
            chore.close()
        assert made.trimming is not None
        assert await made.trimming.look(made.clock.now()) == 0
        assert made.trimming.trouble() is None
