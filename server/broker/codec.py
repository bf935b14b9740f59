"""Records as msgpack, as they stand in the log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgpack  # type: ignore[import-untyped]

from protocols.messages import Audience, By, Record, Role
from server.broker.port import Answered
from server.catalogue import Catalogue, Unreadable, event_of

_AUDIENCES = tuple(Audience)
_ROLES = tuple(Role)
_AUDIENCE_CODES = {audience: code for code, audience in enumerate(_AUDIENCES)}
_ROLE_CODES = {role: code for code, role in enumerate(_ROLES)}


def encode(records: Iterable[Record]) -> bytes:
    """The records as one blob; ``data`` must hold what msgpack can write."""
    packed: bytes = msgpack.packb([_plain(record) for record in records])
    return packed


def decode(blob: bytes, catalogue: Catalogue, *, foreign: bool = False) -> list[Record]:
    """The records of a blob; ``foreign``: also those of a newer program. Raises Unreadable."""
    return [_record(row, catalogue, foreign=foreign) for row in _rows(blob)]


def answered(blob: bytes) -> list[Answered]:
    """The commands in a blob, without making events of the rest. Raises Unreadable."""
    return [Answered(row[9], row[0], row[1]) for row in _rows(blob) if row[9] is not None]


def _plain(record: Record) -> tuple[object, ...]:
    by = record.by
    return (
        record.seq,
        record.at,
        record.type,
        record.version,
        _AUDIENCE_CODES[record.audience],
        None if by is None else _plain_author(by),
        None if record.data is None else record.data.dump(),
        record.after[0],
        record.after[1],
        record.command,
        record.erases or None,
    )


def _plain_author(by: By) -> tuple[object, ...]:
    plain = (by.id, by.name, _ROLE_CODES[by.role], by.guest, by.via)
    # Only then, so that nearly all is as the version before would have it.
    return plain if by.shop is None else (*plain, by.shop)


def _author(plain: Any) -> By:
    return By(plain[0], plain[1], _ROLES[plain[2]], guest=plain[3], via=plain[4], shop=(*plain, None)[5])


def _rows(blob: bytes) -> list[Any]:
    try:
        rows = msgpack.unpackb(blob, strict_map_key=False)
    except (ValueError, TypeError) as error:
        raise Unreadable("a batch in the log is damaged") from error
    if not isinstance(rows, list):
        raise Unreadable("a batch in the log is damaged")
    return rows


def _record(row: Any, catalogue: Catalogue, *, foreign: bool) -> Record:
    try:
        seq, at, kind, version, audience, by, data, everyone, hosts, command, erases = row
        return Record(
            seq=seq,
            at=at,
            type=kind,
            version=version,
            audience=_AUDIENCES[audience],
            by=None if by is None else _author(by),
            data=None if data is None else event_of(kind, version, data, catalogue, foreign=foreign),
            after=(everyone, hosts),
            command=command,
            erases=() if erases is None else tuple(erases),
        )
    except (ValueError, TypeError, IndexError) as error:
        raise Unreadable("a record in the log has not the form it should have") from error
