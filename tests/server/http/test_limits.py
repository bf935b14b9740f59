import pytest

from protocols.errors import Code, Refused
from server.addresses import counted_as
from server.counting import CountingHere
from server.http.limits import AddressBudget


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("testclient", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_address_is_counted_by_what_one_person_has(address: str, counted: str) -> None:
    assert counted_as(address) == counted


async def test_a_budget_fills_up_again() -> None:
    clock = Clock()
    budget = AddressBudget(60, "guests", CountingHere(clock=clock))
    for _ in range(60):
        await budget.take("a")
    with pytest.raises(Refused) as caught:
        await budget.take("a")
    assert caught.value.code is Code.RATE_LIMITED
    assert caught.value.retry_after_ms == 1001
    assert budget.refused == 1
    await budget.take("b")

    clock.now += 1.001
    await budget.take("a")
    with pytest.raises(Refused):
        await budget.take("a")
    clock.now += 3600
    for _ in range(60):
        await budget.take("a")
