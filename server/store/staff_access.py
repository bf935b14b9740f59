"""Sessions, passkeys and invitations of staff in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.staff.accounts import Member
from server.staff.invitations import Invitation
from server.staff.passkeys import Passkey
from server.staff.roles import StaffRole, Standing
from server.staff.sessions import Session, StaffSession
from server.store.database import Database
from server.store.staff import add_member, member_of, places_of
from server.store.tables import invitations, passkeys, staff, staff_sessions


class StoredSessions:
    """A ``SessionTable``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, session: Session) -> None:
        """Store a new session."""
        async with self._database.writing(durable=True) as connection:
            await connection.execute(
                insert(staff_sessions).values(
                    id=session.id,
                    digest=session.digest,
                    staff=session.staff,
                    agent=session.agent,
                    created_at=session.created_at,
                    seen_at=session.seen_at,
                    ended_at=session.ended_at,
                )
            )

    async def by_digest(self, digest: bytes) -> StaffSession | None:
        """The session of this digest and its account, also when ended or disabled."""
        async with self._database.reading() as connection:
            read = select(staff_sessions).where(staff_sessions.c.digest == digest)
            row = (await connection.execute(read)).one_or_none()
            if row is None:
                return None
            own = (await connection.execute(select(staff).where(staff.c.id == row.staff))).one()
            return StaffSession(_session(row), member_of(own, await places_of(connection, own.id)))

    async def of_member(self, member_id: str) -> Sequence[Session]:
        """The sessions of an account that were not ended, the one used last first."""
        read = (
            select(staff_sessions)
            .where(staff_sessions.c.staff == member_id, staff_sessions.c.ended_at.is_(None))
            .order_by(staff_sessions.c.seen_at.desc(), staff_sessions.c.id)
        )
        async with self._database.reading() as connection:
            return [_session(row) for row in await connection.execute(read)]

    async def seen(self, session_id: str, at: int) -> None:
        """Note that it was used."""
        async with self._database.writing() as connection:
            await connection.execute(update(staff_sessions).where(staff_sessions.c.id == session_id).values(seen_at=at))

    async def end(self, session_ids: Sequence[str], at: int) -> None:
        """Mark as ended; the first time stands."""
        live = staff_sessions.c.id.in_(session_ids) & staff_sessions.c.ended_at.is_(None)
        async with self._database.writing(durable=True) as connection:
            await connection.execute(update(staff_sessions).where(live).values(ended_at=at))

    async def ended_since(self, at: int) -> Sequence[str]:
        """The ids of sessions ended at or after ``at``."""
        async with self._database.reading() as connection:
            read = select(staff_sessions.c.id).where(staff_sessions.c.ended_at >= at)
            return list((await connection.execute(read)).scalars())

    async def prune(self, member_id: str, before: int) -> None:
        """Remove those of an account that began before this instant."""
        old = (staff_sessions.c.staff == member_id) & (staff_sessions.c.created_at < before)
        async with self._database.writing() as connection:
            await connection.execute(delete(staff_sessions).where(old))


class StoredPasskeys:
    """A ``PasskeyTable``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, passkey: Passkey) -> bool:
        """Store a new passkey; False if there is one of this credential."""
        try:
            async with self._database.writing(durable=True) as connection:
                await _add_passkey(connection, passkey)
        except IntegrityError:
            return False
        return True

    async def of_member(self, member_id: str) -> Sequence[Passkey]:
        """The passkeys of an account, the oldest first."""
        read = select(passkeys).where(passkeys.c.staff == member_id).order_by(passkeys.c.created_at, passkeys.c.id)
        async with self._database.reading() as connection:
            return [_passkey(row) for row in await connection.execute(read)]

    async def by_credential(self, credential: bytes) -> Passkey | None:
        """The passkey of this credential."""
        async with self._database.reading() as connection:
            read = select(passkeys).where(passkeys.c.credential == credential)
            row = (await connection.execute(read)).one_or_none()
        return None if row is None else _passkey(row)

    async def used(self, passkey_id: str, sign_count: int, at: int) -> None:
        """Note that somebody signed in by it."""
        change = update(passkeys).where(passkeys.c.id == passkey_id).values(sign_count=sign_count, used_at=at)
        async with self._database.writing(durable=True) as connection:
            await connection.execute(change)

    async def remove(self, member_id: str, passkey_id: str) -> bool | None:
        """Remove it; None if there is none, False if it is the only way into this account."""
        mine = passkeys.c.staff == member_id
        async with self._database.writing(durable=True) as connection:
            # The account's row is locked, so that two passkeys are not both removed as the last but one.
            read = select(staff.c.password).where(staff.c.id == member_id).with_for_update()
            password = (await connection.execute(read)).scalar()
            count = (await connection.execute(select(func.count()).select_from(passkeys).where(mine))).scalar_one()
            one = mine & (passkeys.c.id == passkey_id)
            if (await connection.execute(select(passkeys.c.id).where(one))).first() is None:
                return None
            if password is None and count == 1:
                return False
            await connection.execute(delete(passkeys).where(one))
        return True


class StoredInvitations:
    """An ``InvitationTable``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, invitation: Invitation) -> None:
        """Store a new invitation."""
        async with self._database.writing(durable=True) as connection:
            await connection.execute(
                insert(invitations).values(
                    id=invitation.id,
                    digest=invitation.digest,
                    role=str(invitation.standing.role),
                    shops=sorted(invitation.standing.shops),
                    login=invitation.login,
                    name=invitation.name,
                    staff=invitation.staff,
                    created_by=invitation.created_by,
                    created_at=invitation.created_at,
                    expires_at=invitation.expires_at,
                    ended_at=invitation.ended_at,
                )
            )

    async def by_digest(self, digest: bytes) -> Invitation | None:
        """The invitation of this digest, also one that has ended."""
        async with self._database.reading() as connection:
            read = select(invitations).where(invitations.c.digest == digest)
            row = (await connection.execute(read)).one_or_none()
        return None if row is None else _invitation(row)

    async def all(self) -> Sequence[Invitation]:
        """Those that have not ended, the newest first; some may have run out."""
        live = select(invitations).where(invitations.c.ended_at.is_(None))
        async with self._database.reading() as connection:
            rows = await connection.execute(live.order_by(invitations.c.created_at.desc(), invitations.c.id))
            return [_invitation(row) for row in rows]

    async def prune(self, before: int) -> None:
        """Remove those that ran out before this instant."""
        async with self._database.writing() as connection:
            await connection.execute(delete(invitations).where(invitations.c.expires_at < before))

    async def end(self, invitation_id: str, at: int) -> bool:
        """Mark as ended; False if it was already."""
        async with self._database.writing(durable=True) as connection:
            return await _end(connection, invitation_id, at)

    async def end_of(self, member_id: str, at: int) -> None:
        """Mark as ended what this member made, and what was made for them."""
        theirs = or_(invitations.c.created_by == member_id, invitations.c.staff == member_id)
        change = update(invitations).where(theirs, invitations.c.ended_at.is_(None)).values(ended_at=at)
        async with self._database.writing(durable=True) as connection:
            await connection.execute(change)

    async def use(self, invitation: Invitation, member: Member, passkey: Passkey | None, at: int) -> bool:
        """In one step: end it, and store the account with its ways in, or replace those of one that is there.

        False if it has ended already. Raises LoginTaken; then it can still be used.
        """
        async with self._database.writing(durable=True) as connection:
            if not await _end(connection, invitation.id, at):
                return False
            if invitation.staff is None:
                await add_member(connection, member)
            else:
                values = {"password": member.password, "name": member.name}
                await connection.execute(update(staff).where(staff.c.id == invitation.staff).values(values))
                await connection.execute(delete(passkeys).where(passkeys.c.staff == invitation.staff))
            if passkey is not None:
                await _add_passkey(connection, passkey)
        return True


async def _end(connection: AsyncConnection, invitation_id: str, at: int) -> bool:
    live = (invitations.c.id == invitation_id) & invitations.c.ended_at.is_(None)
    return (await connection.execute(update(invitations).where(live).values(ended_at=at))).rowcount > 0


async def _add_passkey(connection: AsyncConnection, passkey: Passkey) -> None:
    await connection.execute(
        insert(passkeys).values(
            id=passkey.id,
            staff=passkey.staff,
            credential=passkey.credential,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
            label=passkey.label,
            created_at=passkey.created_at,
            used_at=passkey.used_at,
        )
    )


def _passkey(row: Any) -> Passkey:
    return Passkey(
        row.id, row.staff, row.credential, row.public_key, row.sign_count, row.label, row.created_at, row.used_at
    )


def _invitation(row: Any) -> Invitation:
    return Invitation(
        id=row.id,
        digest=row.digest,
        standing=Standing(StaffRole(row.role), frozenset(row.shops)),
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        login=row.login,
        name=row.name,
        staff=row.staff,
        ended_at=row.ended_at,
    )


def _session(row: Any) -> Session:
    return Session(row.id, row.digest, row.staff, row.agent, row.created_at, row.seen_at, row.ended_at)
