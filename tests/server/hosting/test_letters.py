"""What nodes write to each other comes out as it went in."""

from dataclasses import replace

import msgpack  # type: ignore[import-untyped]
import pytest

from protocols.errors import Code, Refused
from protocols.messages import By, Position, Role
from rooms.activities.room import RoomCreate
from rooms.registry import REGISTRY
from rooms.settings import RoomSettings
from server.hosting import letters
from server.hosting.draft import Sender
from server.hosting.line import Letter

ANN = Sender(By("ann", "安 🎈", Role.ATTENDEE, guest=True, via="matrix"), bound=True, signed_up=True)


def travelled(letter: Letter) -> Letter:
    return msgpack.unpackb(msgpack.packb(letter))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "command",
    [
        REGISTRY.command("chat.send", {"id": "c1", "room": "r", "text": "谢谢"}),
        REGISTRY.command(
            "chat.send",
            {"id": "c1", "room": "r", "text": "x", "on_behalf_of": {"id": "u", "name": "U", "via": "wecom"}},
        ),
        RoomCreate(id="c", room="r", title="T", settings=RoomSettings(), status="open"),
    ],
)
def test_a_command_and_its_sender(command: RoomCreate) -> None:
    letter = travelled(letters.do(7, command, ANN))
    assert letter[:3] == ["do", "r", 7]
    assert letters.wanted(letter, REGISTRY) == (command, ANN)
    suspect = replace(ANN, suspect=True)
    assert letters.wanted(travelled(letters.do(7, command, suspect)), REGISTRY) == (command, suspect)
    for sender in (replace(ANN, by=replace(ANN.by, shop="east")), replace(suspect, by=replace(ANN.by, shop="east"))):
        assert letters.wanted(travelled(letters.do(7, command, sender)), REGISTRY) == (command, sender)


def test_a_command_of_a_newer_program_is_refused() -> None:
    letter = travelled(letters.do(7, REGISTRY.command("chat.send", {"id": "c", "room": "r", "text": "x"}), ANN))
    with pytest.raises(Refused, match="unknown_command"):
        letters.wanted([*letter[:3], "chat.sing", *letter[4:]], REGISTRY)
    with pytest.raises(Refused, match="invalid"):
        letters.wanted([*letter[:4], '{"id":"c"}', *letter[5:]], REGISTRY)


def test_answers() -> None:
    assert letters.outcome_of(travelled(letters.answer(3, Position("e", 9)))) == Position("e", 9)
    refused = letters.outcome_of(travelled(letters.answer(3, Refused(Code.RATE_LIMITED, retry_after_ms=40))))
    assert isinstance(refused, Refused)
    assert refused.as_wire() == Refused(Code.RATE_LIMITED, retry_after_ms=40).as_wire()
