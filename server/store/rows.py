"""Records as rows of the database, and back."""

from __future__ import annotations

from typing import Any

from protocols.messages import Audience, By, Record, Role
from server.catalogue import Catalogue, event_of


def row_of(room: str, epoch: str, record: Record) -> dict[str, Any]:
    """The columns of ``tables.records``."""
    by = record.by
    return {
        "room": room,
        "seq": record.seq,
        "epoch": epoch,
        "at": record.at,
        "type": record.type,
        "version": record.version,
        "audience": str(record.audience),
        "user": None if by is None else by.id,
        "name": None if by is None else by.name,
        "role": None if by is None else str(by.role),
        "guest": None if by is None else by.guest,
        "via": None if by is None else by.via,
        "shop": None if by is None else by.shop,
        "data": None if record.data is None else record.data.dump(),
        "after_everyone": record.after[0],
        "after_hosts": record.after[1],
        "command": record.command,
        "erases": list(record.erases) or None,
    }


def record_of(row: Any, catalogue: Catalogue) -> Record:
    """The record of a row. Raises Unreadable."""
    by = None
    if row.user is not None:
        by = By(row.user, row.name, Role(row.role), guest=bool(row.guest), via=row.via, shop=row.shop)
    return Record(
        seq=row.seq,
        at=row.at,
        type=row.type,
        version=row.version,
        audience=Audience(row.audience),
        by=by,
        data=None if row.data is None else event_of(row.type, row.version, row.data, catalogue),
        after=(row.after_everyone, row.after_hosts),
        command=row.command,
        erases=tuple(row.erases or ()),
    )
