"""The list as it is told: what builds on what shows by the numbers, and nobody joins by a list that ends."""

from __future__ import annotations

import random

import orjson

from server.gateway.roster import Listing
from server.presence import Member, Roster


def roster(*users: str, away: str = "", whole: bool = True) -> Roster:
    people = {user: Member(user, user.title(), "attendee", guest=True, away=user in away.split()) for user in users}
    return Roster(people, len(away.split()), whole)


def test_the_first_look_is_no_change() -> None:
    listing = Listing()
    assert listing.change(roster("ann")) is None
    answer = orjson.loads(listing.answer(roster("ann", "bob"), 1))
    assert answer["people"] == [{"id": "ann", "name": "Ann", "role": "attendee", "guest": True}]
    assert answer["ok"] is True
    assert listing.change(roster("ann")) is None


def test_a_change_tells_who_came_and_went_at_once() -> None:
    listing = Listing()
    number = orjson.loads(listing.answer(roster("ann", "bob", "cem"), 3))["number"]
    change = listing.change(roster("bob", "cem", "dan", "eve", away="cem"))
    assert change is not None
    assert (change["after"], change["number"]) == (number, number + 1)
    assert [each["id"] for each in change["came"]] == ["cem", "dan", "eve"]
    assert change["came"][0]["away"] is True
    assert (change["went"], change["joined"], change["left"], change["away"]) == (["ann"], 2, 1, 1)
    assert orjson.loads(listing.answer(roster(), 0))["number"] == number + 1


def test_nobody_comes_or_goes_by_a_list_that_is_whole_no_more() -> None:
    listing = Listing()
    listing.answer(roster("ann", "bob"), 2)
    change = listing.change(roster("hana", away="ann bob", whole=False))
    assert change is not None
    assert (change["joined"], change["left"], change["whole"]) == (0, 0, False)
    assert change["went"] == ["ann", "bob"]


def test_what_was_told_and_all_changes_are_the_list() -> None:
    luck = random.Random(9)
    listing, users = Listing(), [f"u{n}" for n in range(8)]
    answer = orjson.loads(listing.answer(roster(*users[:3]), 3))
    held, number = {each["id"]: each for each in answer["people"]}, answer["number"]
    for _ in range(200):
        now = roster(*luck.sample(users, 4), away=luck.choice(users))
        change = listing.change(now)
        if change is None:
            continue
        assert change["after"] == number
        number = change["number"]
        held = {user: each for user, each in held.items() if user not in change["went"]}
        held |= {each["id"]: each for each in change["came"]}
        whole = orjson.loads(listing.answer(now, 0))
        assert sorted(whole["people"], key=str) == sorted(held.values(), key=str)
