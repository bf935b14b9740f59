"""How a winner of a gift is reached: told to hosts alone, and emptied once it is told anew or taken back."""

from __future__ import annotations

from typing import Annotated, Protocol

from pydantic import AfterValidator, StringConstraints

from protocols.errors import Code, Refused
from protocols.limits import CONTACT_LENGTH
from protocols.messages import Audience, Event
from protocols.text import clean_line
from rooms.activity import Proposed

Contact = Annotated[str, StringConstraints(min_length=1, max_length=CONTACT_LENGTH), AfterValidator(clean_line)]


class Reached(Protocol):
    """Whoever has won: the contact that they gave, and the seq of the record that holds it, or 0."""

    @property
    def contact(self) -> str | None:
        """How they are reached."""

    @property
    def held(self) -> int:
        """Where that was said."""


def claimed(winner: Reached | None, contact: str | None, event: Event) -> list[Proposed]:
    """What a winner's word that they are reached so (None: not at all) leads to: ``event``, unless it is so already."""
    if winner is None:
        raise Refused(Code.FORBIDDEN, "Only a winner can be reached here.")
    if contact == winner.contact:
        return []
    return [Proposed(event, Audience.HOSTS, erases=(winner.held,) if winner.held else ())]
