"""What somebody may hear after something was done to them."""

from __future__ import annotations

from loadtests.victim import Act, Heard, Victim


def victim(act: Act) -> Victim:
    return Victim(["http://x"], "r", "v", act, "polling")


def test_who_is_demoted_may_hear_what_everyone_hears() -> None:
    public, secret = Heard(0.0, "chat.sent", "everyone"), Heard(0.0, "chat.binned", "hosts")
    assert [victim("role").forbidden(each) for each in (public, secret)] == [False, True]
    assert [victim("ban").forbidden(each) for each in (public, secret)] == [True, True]


def test_who_is_kicked_may_come_in_again() -> None:
    who, heard = victim("kick"), Heard(9.0, "chat.sent", "everyone")
    assert who.forbidden(heard)
    who._let_in_at = 5.0
    assert not who.forbidden(heard)
    who._acted_at = 7.0
    assert who.forbidden(heard)
