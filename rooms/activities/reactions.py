"""Reactions: taps that say "lovely" or "well done". Nothing of them is stored, and nobody is told who tapped.

The node where taps come in counts them (``rooms.taps``); once a second all are told how many there were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from protocols.errors import Code, Refused
from protocols.limits import REACTION_BURST
from protocols.messages import STAFF, Audience, Budget, Command, Record, Role
from rooms.activity import Activity, Context, Proposed
from rooms.taps import KINDS, Kind


class ReactionSend(Command):
    """React, as many times as the person tapped since they last sent. The answer's position is where the room stands:
    nothing of it is stored. The least urgent of all: a busy room sheds these first."""

    type = "reaction.send"
    roles = STAFF | {Role.ATTENDEE}
    budget = Budget.REACTION
    writes = True  # whoever is muted is heard in no other way either
    volatile = True

    kind: Kind
    times: Annotated[int, Field(ge=1, le=REACTION_BURST)] = 1


class ReactionsView(TypedDict):
    """The kinds that there are."""

    kinds: list[Kind]


class Reactions(Activity):
    """Whether somebody may react. What comes of it is no state of the room's."""

    name = "reactions"
    commands = (ReactionSend,)
    view_shape = ReactionsView

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """Nothing follows in the log."""
        if not isinstance(command, ReactionSend):
            raise Refused(Code.UNKNOWN_COMMAND)
        if not context.settings.reactions_open:
            raise Refused(Code.CLOSED, "Reactions are switched off.")
        return []

    def apply(self, record: Record) -> None:
        """There are no records."""

    def view(self, audience: Audience) -> dict[str, Any]:
        """The same for all."""
        return {"kinds": list(KINDS)}

    def dump(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def clear(self, names: Mapping[str, str]) -> None:
        """Nothing of them is kept."""

    def load(self, state: dict[str, Any]) -> None:
        """Nothing."""
