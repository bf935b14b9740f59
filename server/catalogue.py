"""The events by their type: from what is stored to what is meant.

Unreadable              a record was written by a newer program, or it has not the form it should have
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from protocols.messages import Event
from server.broker.port import BrokerError

Catalogue = Mapping[str, type[Event]]


class Unreadable(BrokerError):
    """A record cannot be read: its type or version is not known here, or its form is wrong."""


def event_of(kind: str, version: int, data: dict[str, Any], catalogue: Catalogue) -> Event:
    """The event of that type from its plain fields. Raises Unreadable."""
    try:
        event = catalogue[kind]
    except KeyError:
        raise Unreadable(f"events of type {kind} are not known here") from None
    if version > event.version:
        raise Unreadable(f"{kind} has version {version}, known here is {event.version}")
    try:
        return event.load(data)
    except (TypeError, ValueError) as error:
        raise Unreadable(f"the fields of a {kind} do not fit") from error
