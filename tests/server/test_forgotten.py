from server.forgotten import Forgotten
from tests.server.lobby_tables import MemoryForgotten

SECRET = "kT4v9QmZ2xL7pR1sW8nB5cY3hJ6dF0gA"


async def test_who_was_erased_is_known_in_that_room_and_named_nowhere() -> None:
    table = MemoryForgotten()
    forgotten = Forgotten(table, SECRET, clock=lambda: 1_800_000_000.0)
    assert not await forgotten.knows("r1", "wecom:zhangsan")
    await forgotten.note("r1", "wecom:zhangsan")
    await forgotten.note("r1", "wecom:zhangsan")
    assert await forgotten.knows("r1", "wecom:zhangsan")
    assert not await forgotten.knows("r2", "wecom:zhangsan")
    assert not await forgotten.knows("r1", "wecom:lisi")
    assert "zhangsan" not in repr(table.rows)
    assert len(table.rows) == 1


async def test_without_the_secret_nobody_finds_out_by_guessing() -> None:
    table = MemoryForgotten()
    await Forgotten(table, SECRET).note("r1", "wecom:zhangsan")
    assert not await Forgotten(table, "another secret for tests 0123456789 abc").knows("r1", "wecom:zhangsan")
