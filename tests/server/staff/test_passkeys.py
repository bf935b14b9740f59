"""Real credentials from an authenticator in software, and what is wrong with others."""

from typing import Any

import pytest

from protocols.errors import Code, Refused
from server.staff.challenges import LIFE_S, Challenges
from server.staff.passkeys import PASSKEYS_EACH, Passkey, Passkeys, Person, Site
from server.staff.roles import StaffRole
from tests.server.staff.authenticator import Authenticator
from tests.server.staff.tables import MemoryStaff

SECRET = "a secret for tests 0123456789 abcdefg"
SITE = Site("live.example", "https://live.example")
MEI = Person("st_mei", "mei", "小美")


class At:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.tables = MemoryStaff()
        self.tables.member("st_mei", StaffRole.STAFF, "s1")
        challenges = Challenges(SECRET, clock=lambda: self.now)
        self.passkeys = Passkeys(self.tables.passkeys, challenges, clock=lambda: self.now)
        self.phone = Authenticator(SITE.origin)

    async def made(self, phone: Authenticator | None = None) -> Passkey:
        handle, options = await self.passkeys.offer(SITE, MEI, purpose="add", subject=MEI.id)
        credential = (phone or self.phone).create(options)
        challenge, subject = await self.passkeys.subject(handle, "add")
        assert subject == MEI.id
        return await self.passkeys.made(SITE, challenge, credential, member_id=MEI.id, label="Phone")

    async def registered(self) -> Passkey:
        made = await self.made()
        await self.passkeys.add(made)
        return made

    async def refused(self, handle: str, credential: dict[str, Any], site: Site = SITE) -> Code:
        with pytest.raises(Refused) as refused:
            await self.passkeys.shown(site, handle, credential)
        return refused.value.code


@pytest.fixture
def at() -> At:
    return At()


async def test_a_passkey_is_made_and_signs_in(at: At) -> None:
    made = await at.registered()
    assert await at.passkeys.of_member("st_mei") == [made]
    handle, options = await at.passkeys.ask(SITE)
    assert options["userVerification"] == "required"
    assert await at.passkeys.shown(SITE, handle, at.phone.get(options)) == "st_mei"
    stored = at.tables.passkeys.rows[made.id]
    assert (stored.sign_count, stored.used_at) == (1, at.now * 1000)


async def test_the_offer_names_who_it_is_for_and_what_is_there(at: At) -> None:
    made = await at.registered()
    _, options = await at.passkeys.offer(SITE, MEI, purpose="add", subject=MEI.id)
    assert options["rp"]["id"] == "live.example"
    assert options["user"]["displayName"] == "小美"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert len(options["excludeCredentials"]) == 1
    assert made.credential == at.phone.keys[0].id


async def test_an_answer_counts_once_and_not_late(at: At) -> None:
    await at.registered()
    handle, options = await at.passkeys.ask(SITE)
    credential = at.phone.get(options)
    await at.passkeys.shown(SITE, handle, credential)
    assert await at.refused(handle, credential) is Code.EXPIRED
    handle, options = await at.passkeys.ask(SITE)
    at.now += LIFE_S
    assert await at.refused(handle, at.phone.get(options)) is Code.EXPIRED


async def test_an_answer_to_another_challenge_is_refused(at: At) -> None:
    await at.registered()
    _, options = await at.passkeys.ask(SITE)
    handle, _ = await at.passkeys.ask(SITE)
    assert await at.refused(handle, at.phone.get(options)) is Code.UNAUTHORIZED


async def test_an_answer_to_another_site_is_refused(at: At) -> None:
    await at.registered()
    handle, options = await at.passkeys.ask(SITE)
    at.phone.origin = "https://live.example.evil"
    assert await at.refused(handle, at.phone.get(options)) is Code.UNAUTHORIZED


async def test_a_touch_alone_is_not_enough(at: At) -> None:
    at.phone.verifies = False
    with pytest.raises(Refused) as refused:
        await at.made()
    assert refused.value.code is Code.INVALID
    at.phone.verifies = True
    await at.registered()
    at.phone.verifies = False
    handle, options = await at.passkeys.ask(SITE)
    assert await at.refused(handle, at.phone.get(options)) is Code.UNAUTHORIZED


async def test_a_copy_of_the_key_is_noticed(at: At) -> None:
    await at.registered()
    handle, options = await at.passkeys.ask(SITE)
    await at.passkeys.shown(SITE, handle, at.phone.get(options, count=9))
    handle, options = await at.passkeys.ask(SITE)
    assert await at.refused(handle, at.phone.get(options, count=5)) is Code.UNAUTHORIZED


async def test_a_key_that_we_do_not_know_and_one_with_anothers_name(at: At) -> None:
    _, options = await at.passkeys.offer(SITE, MEI, purpose="add", subject=MEI.id)
    at.phone.create(options)
    handle, asked = await at.passkeys.ask(SITE)
    assert await at.refused(handle, at.phone.get(asked)) is Code.UNAUTHORIZED

    await at.registered()
    at.phone.keys[-1].user = b"st_olga"
    handle, asked = await at.passkeys.ask(SITE)
    assert await at.refused(handle, at.phone.get(asked)) is Code.UNAUTHORIZED


async def test_a_forged_signature_is_refused(at: At) -> None:
    await at.registered()
    handle, options = await at.passkeys.ask(SITE)
    credential = at.phone.get(options)
    data = credential["response"]["authenticatorData"]
    credential["response"]["authenticatorData"] = data[:-1] + ("A" if data[-1] != "A" else "B")
    assert await at.refused(handle, credential) is Code.UNAUTHORIZED


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"id": 1},
        {"id": "é", "rawId": "é", "type": "public-key", "response": {}},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA"}},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": None},
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {"clientDataJSON": "AA", "attestationObject": "gg", "authenticatorData": "", "signature": "A"},
        },
    ],
)
async def test_nonsense_is_one_clear_refusal(at: At, credential: dict[str, Any]) -> None:
    handle, _ = await at.passkeys.ask(SITE)
    assert await at.refused(handle, credential) is Code.UNAUTHORIZED
    with pytest.raises(Refused) as refused:
        await at.passkeys.made(SITE, b"x" * 32, credential, member_id="st_mei", label="x")
    assert refused.value.code is Code.INVALID


async def test_the_same_one_twice_and_too_many_are_refused(at: At) -> None:
    made = await at.registered()
    with pytest.raises(Refused) as refused:
        await at.passkeys.add(made)
    assert refused.value.code is Code.CONFLICT
    for n in range(PASSKEYS_EACH - 1):
        await at.passkeys.add(Passkey(f"pk_{n}", "st_mei", bytes([n]), b"", 0, "x", 1))
    with pytest.raises(Refused) as refused:
        await at.passkeys.add(Passkey("pk_more", "st_mei", b"more", b"", 0, "x", 1))
    assert refused.value.code is Code.CONFLICT


async def test_the_only_way_in_is_not_removed(at: At) -> None:
    first = await at.registered()
    with pytest.raises(Refused) as refused:
        await at.passkeys.remove("st_mei", first.id)
    assert refused.value.code is Code.CONFLICT
    second = await at.made(Authenticator(SITE.origin))
    await at.passkeys.add(second)
    await at.passkeys.remove("st_mei", first.id)
    for wrong in (("st_mei", first.id), ("st_other", second.id)):
        with pytest.raises(Refused) as refused:
            await at.passkeys.remove(*wrong)
        assert refused.value.code is Code.NOT_FOUND
    await at.tables.accounts.set_password("st_mei", "hash")
    await at.passkeys.remove("st_mei", second.id)
