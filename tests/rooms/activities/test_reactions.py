"""Who may react, and that nothing is kept of it."""

from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.messages import Budget
from rooms.activities.reactions import ReactionSend
from rooms.taps import KINDS
from tests.rooms.play import ANN, BOT, HOST, WALL, Play


def test_nothing_is_stored() -> None:
    play = Play()
    before = play.room.dump()
    assert play.do(ANN, "reaction.send", kind="heart", times=3) == []
    assert play.room.dump() == before
    assert play.view("reactions") == {"kinds": list(KINDS)}
    assert ReactionSend.volatile
    assert ReactionSend.budget is Budget.REACTION


def test_staff_and_who_a_bot_speaks_for_may_react_but_no_machine() -> None:
    play = Play()
    play.do(HOST, "reaction.send", kind="clap")
    play.do(BOT, "reaction.send", kind="clap", on_behalf_of={"id": "w1", "name": "Wei", "via": "wecom"})
    for who in (WALL, BOT):
        with pytest.raises(Refused) as refused:
            play.do(who, "reaction.send", kind="clap")
        assert refused.value.code is Code.FORBIDDEN


def test_a_host_switches_them_off_and_on() -> None:
    play = Play()
    play.do(HOST, "room.configure", settings={"reactions_open": False})
    with pytest.raises(Refused) as refused:
        play.do(ANN, "reaction.send", kind="heart")
    assert refused.value.code is Code.CLOSED
    play.do(HOST, "room.configure", settings={"reactions_open": True})
    play.do(ANN, "reaction.send", kind="heart")


@pytest.mark.parametrize("word", ["room.mute", "room.panic"])
def test_they_are_quiet_when_the_room_is(word: str) -> None:
    play = Play()
    play.do(HOST, word)
    with pytest.raises(Refused) as refused:
        play.do(ANN, "reaction.send", kind="heart")
    assert refused.value.code is Code.MUTED


def test_whoever_is_muted_does_not_react() -> None:
    play = Play()
    play.do(ANN, "chat.send", text="hi")
    play.do(HOST, "person.mute", user=ANN.id)
    with pytest.raises(Refused) as refused:
        play.do(ANN, "reaction.send", kind="laugh")
    assert refused.value.code is Code.MUTED


@pytest.mark.parametrize("fields", [{"kind": "boo"}, {"kind": "heart", "times": 0}, {"kind": "heart", "times": 21}, {}])
def test_bad_input_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        Play().do(ANN, "reaction.send", **fields)
    assert refused.value.code is Code.INVALID
