"""Which activities a room has, and the way from a word on the wire to its command or event."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from pydantic import ValidationError

from protocols.errors import Code, Refused
from protocols.messages import Command, Event
from rooms.activities.announcements import Announcements
from rooms.activities.arrivals import Arrivals
from rooms.activities.chat import Chat
from rooms.activities.cues import Cues
from rooms.activities.draws import Draws
from rooms.activities.first import Firsts
from rooms.activities.order import Order
from rooms.activities.people import People
from rooms.activities.photos import Photos
from rooms.activities.polls import Polls
from rooms.activities.questions import Questions
from rooms.activities.reactions import Reactions
from rooms.activities.room import Lifecycle
from rooms.activities.stage import Stage
from rooms.activities.stream import Stream
from rooms.activities.words import Words
from rooms.activity import Activity

_FIELD: Final = re.compile(r"^[a-z_]{1,32}$")

# What is wrong with a field, in our words: a library's sentence may quote what was sent.
_FAULTS: Final = {
    "missing": "is missing",
    "extra_forbidden": "does not belong here",
    "string_too_long": "is too long",
    "string_too_short": "is empty",
    "too_long": "has too many entries",
    "too_short": "has too few entries",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
}


class Registry:
    """The activities of a room in the order of its view, their commands and events by type."""

    def __init__(self, activities: Sequence[type[Activity]]) -> None:
        self.activities = tuple(activities)
        self.commands: dict[str, type[Command]] = {}
        self.events: dict[str, type[Event]] = {}
        self.homes: dict[str, str] = {}  # the type of a command or event -> the activity's name
        for activity in self.activities:
            for command in activity.commands:
                self._claim(command.type, activity)
                self.commands[command.type] = command
            for event in activity.events:
                self._claim(event.type, activity)
                self.events[event.type] = event

    def _claim(self, word: str, activity: type[Activity]) -> None:
        if word in self.homes:
            raise ValueError(f"{word} belongs to both {self.homes[word]} and {activity.name}")
        self.homes[word] = activity.name

    def command(self, word: str, body: object) -> Command:
        """The command that was sent as ``word`` with ``body``; raises Refused (unknown_command, invalid)."""
        wanted = self.commands.get(word)
        if wanted is None:
            raise Refused(Code.UNKNOWN_COMMAND)
        try:
            return wanted.model_validate(body)
        except ValidationError as error:
            raise Refused(Code.INVALID, explained(error)) from None

    def event(self, word: str, version: int, data: dict[str, Any]) -> Event | None:
        """The event that was stored; None for a type or version that this software does not know."""
        known = self.events.get(word)
        if known is None or version > known.version:
            return None
        return known.load(data)


def explained(error: ValidationError) -> str:
    """One English sentence on the first fault, without what was sent."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in fault["loc"] if isinstance(part, str) and _FIELD.match(part))
    what = fault["msg"] if fault["type"].startswith("text_") else _FAULTS.get(fault["type"])
    if not where:
        return "The fields are not those of this command."
    return f"The field {where} {what or 'is not of the form that it should have'}."


ACTIVITIES: Final = (
    Lifecycle,
    People,
    Arrivals,
    Order,
    Words,
    Chat,
    Polls,
    Questions,
    Photos,
    Firsts,
    Draws,
    Stage,
    Reactions,
    Announcements,
    Cues,
    Stream,
)
REGISTRY: Final = Registry(ACTIVITIES)
