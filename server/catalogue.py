"""The events by their type: from what is stored to what is meant.

Unreadable              a record was written by a newer program, or it has not the form it should have
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from protocols.messages import Event
from server.broker.port import BrokerError

Catalogue = Mapping[str, type[Event]]


class Unreadable(BrokerError):
    """A record cannot be read: its type or version is not known here, or its form is wrong."""


@dataclass(frozen=True, slots=True)
class Foreign(Event):
    """An event that a newer program wrote: it can be passed on as it is, and not be understood."""

    type: ClassVar[str] = "foreign"
    plain: dict[str, Any]

    def dump(self) -> dict[str, Any]:
        """The plain fields, as they came."""
        return self.plain


def event_of(kind: str, version: int, data: dict[str, Any], catalogue: Catalogue, *, foreign: bool = False) -> Event:
    """The event of that type from its plain fields; ``foreign``: or a Foreign, if a newer program wrote it.

    Raises Unreadable.
    """
    event = catalogue.get(kind)
    if foreign and (event is None or version > event.version):
        return Foreign(data)
    if event is None:
        raise Unreadable(f"events of type {kind} are not known here")
    if version > event.version:
        raise Unreadable(f"{kind} has version {version}, known here is {event.version}")
    try:
        return event.load(data)
    except (TypeError, ValueError) as error:
        raise Unreadable(f"the fields of a {kind} do not fit") from error
