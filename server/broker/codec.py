"""Records as msgpack, as they stand in the log.

Unreadable              a record was written by a newer program, or its bytes are not what we wrote
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgpack  # type: ignore[import-untyped]

from protocols.messages import Audience, By, Event, Record, Role
from server.broker.port import Answered, BrokerError

Catalogue = Mapping[str, type[Event]]

_AUDIENCES = tuple(Audience)
_ROLES = tuple(Role)
_AUDIENCE_CODES = {audience: code for code, audience in enumerate(_AUDIENCES)}
_ROLE_CODES = {role: code for code, role in enumerate(_ROLES)}


class Unreadable(BrokerError):
    """A record cannot be read: its type or version is not known here, or the bytes are damaged."""


def encode(records: Iterable[Record]) -> bytes:
    """The records as one blob; ``data`` must hold what msgpack can write."""
    packed: bytes = msgpack.packb([_plain(record) for record in records])
    return packed


def decode(blob: bytes, catalogue: Catalogue) -> list[Record]:
    """The records of a blob. Raises Unreadable."""
    return [_record(row, catalogue) for row in _rows(blob)]


def answered(blob: bytes) -> list[Answered]:
    """The commands in a blob, without making events of the rest. Raises Unreadable."""
    return [Answered(row[9], row[0], row[1]) for row in _rows(blob) if row[9] is not None]


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


def stubbed(records: Sequence[Record], erased: Mapping[int, str | None]) -> list[Record]:
    """The records with those whose seq is in ``erased`` (seq -> pseudonym) as stubs."""
    return [record.stub(erased[record.seq]) if record.seq in erased else record for record in records]


def erasures(records: Iterable[Record]) -> dict[int, str | None]:
    """What the records erase: seq -> the pseudonym that its stub bears, None if it bears no name."""
    erased: dict[int, str | None] = {}
    for record in records:
        if record.erases:
            erased.update(dict.fromkeys(record.erases, record.pseudonym))
    return erased


def _plain(record: Record) -> tuple[object, ...]:
    by = record.by
    return (
        record.seq,
        record.at,
        record.type,
        record.version,
        _AUDIENCE_CODES[record.audience],
        None if by is None else (by.id, by.name, _ROLE_CODES[by.role], by.guest, by.via),
        None if record.data is None else record.data.dump(),
        record.after[0],
        record.after[1],
        record.command,
        record.erases or None,
    )


def _rows(blob: bytes) -> list[Any]:
    try:
        rows = msgpack.unpackb(blob, strict_map_key=False)
    except (ValueError, TypeError) as error:
        raise Unreadable("a batch in the log is damaged") from error
    if not isinstance(rows, list):
        raise Unreadable("a batch in the log is damaged")
    return rows


def _record(row: Any, catalogue: Catalogue) -> Record:
    try:
        seq, at, kind, version, audience, by, data, everyone, hosts, command, erases = row
        return Record(
            seq=seq,
            at=at,
            type=kind,
            version=version,
            audience=_AUDIENCES[audience],
            by=None if by is None else By(by[0], by[1], _ROLES[by[2]], guest=by[3], via=by[4]),
            data=None if data is None else event_of(kind, version, data, catalogue),
            after=(everyone, hosts),
            command=command,
            erases=() if erases is None else tuple(erases),
        )
    except (ValueError, TypeError, IndexError) as error:
        raise Unreadable("a record in the log has not the form it should have") from error
