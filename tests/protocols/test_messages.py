"""Events and records: plain forms, audiences, stubs."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
from pydantic import TypeAdapter, ValidationError

from protocols.limits import KEY_LENGTH
from protocols.messages import PSEUDONYM, Audience, By, Event, Lasting, Record, Role, UserId, audience_of

KEY = b"k" * KEY_LENGTH
GUEST = By("g1", "Ann", Role.ATTENDEE, guest=True, via="wecom")


@dataclass(frozen=True, slots=True)
class Said(Event):
    type: ClassVar[str] = "test.said"
    text: str


@dataclass(frozen=True, slots=True)
class Voted(Lasting):
    type: ClassVar[str] = "test.voted"
    choice: int


def record(event: Event, audience: Audience = Audience.EVERYONE) -> Record:
    return Record(3, 1_000, event.type, event.version, audience, GUEST, event, (1, 2), KEY + b"body" * 4, (1,))


def test_events_have_a_plain_form() -> None:
    assert Said("hi").dump() == {"text": "hi"}
    assert Said.load({"text": "hi"}) == Said("hi")
    with pytest.raises(TypeError):
        Said.load({"text": "hi", "role": "host"})


@pytest.mark.parametrize("by", [GUEST, By("h", "Lin", Role.HOST)])
def test_authors_have_a_plain_form(by: By) -> None:
    assert By.of_wire(by.as_wire()) == by
    assert ("guest" in by.as_wire(), "via" in by.as_wire()) == (by.guest, by.via is not None)


@pytest.mark.parametrize(
    ("audience", "everyone", "hosts"),
    [(Audience.EVERYONE, True, True), (Audience.HOSTS, False, True), (Audience.NOBODY, False, False)],
)
def test_who_is_told(audience: Audience, everyone: bool, hosts: bool) -> None:
    told = record(Said("hi"), audience)
    assert (told.told_to(Audience.EVERYONE), told.told_to(Audience.HOSTS)) == (everyone, hosts)
    assert (told.after_for(Audience.EVERYONE), told.after_for(Audience.HOSTS)) == (1, 2)


def test_only_staff_listens_with_hosts() -> None:
    assert {role for role in Role if audience_of(role) is Audience.HOSTS} == {Role.HOST, Role.MODERATOR}


def test_a_stub_says_nothing_and_keeps_its_place() -> None:
    stub = record(Said("secret")).stub()
    assert (stub.seq, stub.at, stub.type, stub.after, stub.erases) == (3, 1_000, "test.said", (1, 2), (1,))
    assert (stub.data, stub.by) == (None, None)


def test_a_stub_knows_who_sent_which_id_unless_that_person_was_erased() -> None:
    stub = record(Said("secret")).stub()
    assert stub.command == KEY
    assert stub.stub() == stub
    assert record(Said("secret")).stub(f"{PSEUDONYM}x").command is None
    assert stub.stub(f"{PSEUDONYM}x").command is None


def test_a_ballots_stub_keeps_the_choice_under_the_pseudonym() -> None:
    stub = record(Voted(2)).stub(f"{PSEUDONYM}x")
    assert stub.data == Voted(2)
    assert stub.by == By("erased:x", "", Role.ATTENDEE, guest=True)
    assert stub.stub(f"{PSEUDONYM}x") == stub


@pytest.mark.parametrize("user", ["ann", "wecom:zhang", "a" * 64])
def test_people_can_be_named(user: str) -> None:
    assert TypeAdapter(UserId).validate_python(user) == user


@pytest.mark.parametrize("user", ["", "a b", "a:b:c", "WeCom:a", ":a", "a" * 98])
def test_what_is_no_person(user: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(UserId).validate_python(user)
