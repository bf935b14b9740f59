import pytest

from protocols.errors import Code, Refused
from server.addresses import counted_as
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


def test_a_budget_fills_up_again() -> None:
    clock = Clock()
    budget = AddressBudget(60, clock=clock)
    for _ in range(60):
        budget.take("a")
    with pytest.raises(Refused) as caught:
        budget.take("a")
    assert caught.value.code is Code.RATE_LIMITED
    assert caught.value.retry_after_ms == 1001
    budget.take("b")

    clock.now += 1.001
    budget.take("a")
    with pytest.raises(Refused):
        budget.take("a")
    clock.now += 3600
    for _ in range(60):
        budget.take("a")


def test_addresses_are_bounded_and_the_quiet_one_goes() -> None:
    budget = AddressBudget(1, addresses=2, clock=Clock())
    for address in ("a", "b", "c"):
        budget.take(address)
    assert len(budget._left) == 2
    budget.take("a")
    with pytest.raises(Refused):
        budget.take("c")


def test_those_who_are_refused_do_not_push_others_out() -> None:
    budget = AddressBudget(1, addresses=2, clock=Clock())
    budget.take("a")
    budget.take("b")
    for _ in range(5):
        with pytest.raises(Refused):
            budget.take("a")
    with pytest.raises(Refused):
        budget.take("b")
