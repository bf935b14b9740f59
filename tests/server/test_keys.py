import hashlib

import pytest

from protocols.errors import Code, Refused
from server.keys import ApiKeys
from tests.server.stores import MemoryKeys


@pytest.fixture
def table() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def keys(table: MemoryKeys) -> ApiKeys:
    return ApiKeys(table, clock=lambda: 1000.0)


async def refused(keys: ApiKeys, key: str) -> Code:
    with pytest.raises(Refused) as caught:
        await keys.verify(key)
    return caught.value.code


async def test_a_key_is_known_again_and_kept_as_a_digest_only(keys: ApiKeys, table: MemoryKeys) -> None:
    key = await keys.create("till")
    stored = await keys.verify(key)
    assert (stored.label, stored.created_at) == ("till", 1_000_000)
    assert stored.digest == hashlib.sha256(key.encode()).digest()
    assert key.split("_")[2] not in repr(table.rows)


async def test_what_is_no_key_is_refused(keys: ApiKeys) -> None:
    key = await keys.create("till")
    other = await keys.create("other")
    mixed = "_".join([*key.split("_")[:2], other.split("_")[2]])
    for wrong in (key[:-1], key + "0", mixed, "sfk_", "sfk__", "sfk_x_y", "", "x" * 500, "sfk_é_é", "a_b_c"):
        assert await refused(keys, wrong) is Code.UNAUTHORIZED


async def test_a_withdrawn_key_is_refused(keys: ApiKeys) -> None:
    key = await keys.create("till")
    await keys.revoke(key.split("_")[1])
    assert await refused(keys, key) is Code.REVOKED
    with pytest.raises(Refused) as caught:
        await keys.revoke("unknown")
    assert caught.value.code is Code.NOT_FOUND
