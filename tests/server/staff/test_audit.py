from dataclasses import dataclass

from protocols.messages import By, Role
from server.staff.audit import KEPT_MS, TARGET_LENGTH, Audit, Reader
from server.staff.roles import StaffRole, Standing
from tests.server.staff.tables import MemoryAudit


@dataclass
class Acting:
    by: By


MEI = Acting(By("st_mei", "小美", Role.HOST))
OLGA = Reader("st_olga", Standing(StaffRole.OWNER))
ZOE = Reader("st_zoe", Standing(StaffRole.STAFF, frozenset({"s2"})))


async def test_acts_are_shown_to_those_whose_shop_it_is_and_to_who_did_them() -> None:
    audit = Audit(MemoryAudit(), clock=lambda: 5.0)
    await audit.note(MEI, "room.created", "r1", shop="s1", details={"copy": True})
    await audit.note(MEI, "shop.created", "s9")
    await audit.note(Acting(By("st_zoe", "Zoe", Role.HOST)), "staff.signed_in", "st_zoe")

    assert [entry.action for entry in await audit.page(OLGA)] == ["staff.signed_in", "shop.created", "room.created"]
    assert [entry.action for entry in await audit.page(ZOE)] == ["staff.signed_in"]
    assert [entry.action for entry in await audit.page(None)] == [entry.action for entry in await audit.page(OLGA)]
    first = (await audit.page(OLGA))[-1]
    assert (first.who, first.name, first.at, first.details) == ("st_mei", "小美", 5000, {"copy": True})


async def test_pages_lead_to_the_beginning() -> None:
    audit = Audit(MemoryAudit())
    for n in range(5):
        await audit.note(MEI, "room.created", f"r{n}", shop="s1")
    last = await audit.page(OLGA, limit=2)
    assert [entry.target for entry in last] == ["r4", "r3"]
    assert [entry.target for entry in await audit.page(OLGA, before=last[-1].id, limit=9)] == ["r2", "r1", "r0"]


async def test_a_long_target_is_cut() -> None:
    table = MemoryAudit()
    await Audit(table).note(MEI, "room.created", "x" * 999)
    assert len(table.rows[0].target) == TARGET_LENGTH


async def test_what_is_old_goes() -> None:
    table, now = MemoryAudit(), 1_800_000_000.0
    audit = Audit(table, clock=lambda: now)
    await audit.note(MEI, "room.created", "r1")
    now += KEPT_MS / 1000
    await audit.note(MEI, "room.created", "r2")
    await audit.prune()
    assert [entry.target for entry in table.rows] == ["r1", "r2"]
    now += 1
    await audit.prune()
    assert [entry.target for entry in table.rows] == ["r2"]
