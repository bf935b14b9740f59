from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.staff.accounts import LoginTaken, Member
from server.staff.invitations import Invitation
from server.staff.passkeys import Passkey
from server.staff.roles import StaffRole, Standing
from server.staff.sessions import Session, StaffSession
from server.store.staff import StoredAccounts
from server.store.staff_access import StoredInvitations, StoredPasskeys, StoredSessions
from tests.server.house import House, house

STAFF = Standing(StaffRole.STAFF, frozenset({"s1", "s2"}))
MEI = Member("st_mei", "mei", "Mei", STAFF, 2)
PHONE = Passkey("pk_1", "st_mei", b"one", b"key", 3, "Phone", 4)
INVITED = Invitation("in_1", b"digest", STAFF, "st_olga", 1, 99, name="小森")


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        await StoredAccounts(opened.database).add(MEI)
        yield opened


async def test_sessions(at: House) -> None:
    table = StoredSessions(at.database)
    sessions = [Session(f"ss_{n}", bytes([n]), "st_mei", "Test", 1, n) for n in range(3)]
    for session in sessions:
        await table.add(session)
    assert await table.by_digest(bytes([1])) == StaffSession(sessions[1], MEI)
    assert await table.by_digest(b"none") is None
    assert await table.of_member("st_mei") == sessions[::-1]
    await table.seen("ss_0", 9)
    await table.end(["ss_1", "ss_2"], 50)
    await table.end(["ss_1"], 60)
    assert await table.of_member("st_mei") == [replace(sessions[0], seen_at=9)]
    ended = await table.by_digest(bytes([1]))
    assert ended is not None
    assert ended.session.ended_at == 50
    assert sorted(await table.ended_since(50)) == ["ss_1", "ss_2"]
    assert await table.ended_since(51) == []
    await table.add(replace(sessions[0], id="ss_3", digest=b"new", created_at=2))
    await table.prune("st_zoe", 9)
    await table.prune("st_mei", 2)
    assert [session.id for session in await table.of_member("st_mei")] == ["ss_3"]
    assert await table.ended_since(0) == []


async def test_passkeys(at: House) -> None:
    table = StoredPasskeys(at.database)
    assert await table.add(PHONE)
    assert not await table.add(replace(PHONE, id="pk_other"))
    assert await table.by_credential(b"one") == PHONE
    assert await table.by_credential(b"none") is None
    await table.used("pk_1", 8, 70)
    used = replace(PHONE, sign_count=8, used_at=70)
    assert await table.of_member("st_mei") == [used]


async def test_the_only_way_in_is_not_removed(at: House) -> None:
    table = StoredPasskeys(at.database)
    await table.add(PHONE)
    assert await table.remove("st_mei", "pk_none") is None
    assert await table.remove("st_other", "pk_1") is None
    assert await table.remove("st_mei", "pk_1") is False
    await table.add(replace(PHONE, id="pk_2", credential=b"two"))
    assert await table.remove("st_mei", "pk_1") is True
    assert await table.remove("st_mei", "pk_2") is False
    await StoredAccounts(at.database).set_password("st_mei", "hash")
    assert await table.remove("st_mei", "pk_2") is True
    assert await table.of_member("st_mei") == []


async def test_invitations(at: House) -> None:
    table = StoredInvitations(at.database)
    other = replace(INVITED, id="in_2", digest=b"two", created_at=2, standing=Standing(StaffRole.OWNER), login="tom")
    for invitation in (INVITED, other):
        await table.add(invitation)
    assert await table.by_digest(b"digest") == INVITED
    assert await table.by_digest(b"none") is None
    assert await table.all() == [other, INVITED]
    assert await table.end("in_2", 50)
    assert not await table.end("in_2", 60)
    assert not await table.end("in_none", 60)
    assert await table.all() == [INVITED]
    found = await table.by_digest(b"two")
    assert found is not None
    assert found.ended_at == 50


async def test_invitations_that_ran_out_long_ago_go(at: House) -> None:
    table = StoredInvitations(at.database)
    await table.add(INVITED)
    await table.add(replace(INVITED, id="in_2", digest=b"two", expires_at=98))
    await table.prune(99)
    assert await table.all() == [INVITED]


async def test_those_of_a_member_end_together(at: House) -> None:
    table = StoredInvitations(at.database)
    await table.add(INVITED)
    await table.add(replace(INVITED, id="in_2", digest=b"two", created_by="cli", staff="st_olga"))
    await table.add(replace(INVITED, id="in_3", digest=b"three", created_by="cli"))
    await table.end_of("st_olga", 50)
    assert [each.id for each in await table.all()] == ["in_3"]


async def test_an_invitation_makes_an_account_once(at: House) -> None:
    table, accounts = StoredInvitations(at.database), StoredAccounts(at.database)
    await table.add(INVITED)
    taken = Member("st_sam", "mei", "Sam", STAFF, 5)
    with pytest.raises(LoginTaken):
        await table.use(INVITED, taken, None, 50)
    assert await table.all() == [INVITED], "it can still be used"
    sam = replace(taken, login="sam")
    key = replace(PHONE, staff="st_sam")
    assert await table.use(INVITED, sam, key, 60)
    assert not await table.use(INVITED, replace(sam, id="st_tom", login="tom"), None, 70)
    assert await accounts.get("st_sam") == sam
    assert await accounts.get("st_tom") is None
    assert await StoredPasskeys(at.database).of_member("st_sam") == [key]


async def test_a_new_way_in_replaces_the_earlier_ones(at: House) -> None:
    invitations, passkeys = StoredInvitations(at.database), StoredPasskeys(at.database)
    await passkeys.add(PHONE)
    renewing = replace(INVITED, staff="st_mei", standing=Standing(StaffRole.OWNER))
    await invitations.add(renewing)
    assert await invitations.use(renewing, replace(MEI, password="hash", name="小美"), None, 60)
    found = await StoredAccounts(at.database).get("st_mei")
    assert found == replace(MEI, password="hash", name="小美"), "role and shops stay"
    assert await passkeys.of_member("st_mei") == []
