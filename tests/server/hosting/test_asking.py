from __future__ import annotations

from collections.abc import Callable

import pytest

from protocols.errors import Code, Refused
from protocols.messages import Command, Position
from rooms.registry import REGISTRY
from server.hosting.asking import ask
from server.hosting.draft import Sender
from tests.server.house import ANN

COMMAND = REGISTRY.command("chat.send", {"id": "c", "room": "r", "text": "hi"})


class Answering:
    """Answers at once, and once more than it may."""

    def __init__(self, outcome: Position | Refused) -> None:
        self.outcome = outcome

    def submit(self, command: Command, sender: Sender, answer: Callable[[Position | Refused], None], /) -> None:
        answer(self.outcome)
        answer(Refused(Code.INTERNAL))


async def test_an_ack_is_given_and_a_refusal_raised() -> None:
    assert await ask(Answering(Position("e", 1)), COMMAND, ANN) == Position("e", 1)
    with pytest.raises(Refused) as refused:
        await ask(Answering(Refused(Code.CLOSED)), COMMAND, ANN)
    assert refused.value.code is Code.CLOSED
