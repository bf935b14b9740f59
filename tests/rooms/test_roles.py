"""Who may do what, and who speaks."""

import pytest

from protocols.errors import Code, Refused
from protocols.messages import By, Command, Role
from rooms.registry import REGISTRY
from rooms.roles import permit, speaker
from tests.rooms.play import ANN, BOT, HOST, MODERATOR, WALL

PERSON = {"id": "zhang", "name": "小张", "via": "wecom"}


def send(**more: object) -> Command:
    return REGISTRY.command("chat.send", {"id": "c", "room": "r1", "text": "hi", **more})


def test_everybody_speaks_for_themselves() -> None:
    for who in (ANN, HOST, BOT):
        assert speaker(send(), who) is who


def test_a_bots_person_cannot_be_named_by_a_token() -> None:
    person = speaker(send(on_behalf_of=PERSON), BOT)
    assert person == By("wecom:zhang", "小张", Role.ATTENDEE, via="wecom")
    assert speaker(send(on_behalf_of=PERSON), person) is person


def test_only_a_bot_speaks_for_others() -> None:
    other = By("wecom:li", "小李", Role.ATTENDEE, via="wecom")
    for who in (ANN, HOST, MODERATOR, WALL, other):
        with pytest.raises(Refused) as refused:
            speaker(send(on_behalf_of=PERSON), who)
        assert refused.value.code is Code.FORBIDDEN


def test_a_bots_person_is_none_who_was_erased() -> None:
    """Or else a bot changes the ballots of those who were, and leaves records that no erasure finds."""
    with pytest.raises(Refused) as refused:
        send(on_behalf_of=PERSON | {"via": "erased"})
    assert refused.value.code is Code.INVALID


@pytest.mark.parametrize(
    ("word", "fields", "may"),
    [
        ("chat.send", {"text": "hi"}, {ANN, BOT, HOST, MODERATOR}),
        ("chat.pin", {"message": "m"}, {HOST, MODERATOR}),
        ("poll.vote", {"poll": "p", "choices": [0]}, {ANN}),
        ("poll.close", {"poll": "p"}, {HOST, MODERATOR}),
        ("room.configure", {}, {HOST}),
        ("person.erase", {"user": "u"}, {HOST}),
    ],
)
def test_roles_are_the_commands_own(word: str, fields: dict[str, object], may: set[By]) -> None:
    command = REGISTRY.command(word, {"id": "c", "room": "r1", **fields})
    for who in (ANN, BOT, HOST, MODERATOR, WALL):
        if who in may:
            permit(command, who)
        else:
            with pytest.raises(Refused, match="forbidden"):
                permit(command, who)
