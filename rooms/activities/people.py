"""The people of a room: who was put out, banned, muted or warned, and who has another role than their token says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Final, Literal, cast

from pydantic import Field

from protocols.errors import Code, Refused
from protocols.limits import BANS_KEPT, MUTE_MAXIMUM_MS, MUTES_KEPT, ROLES_KEPT, WARNINGS_KEPT
from protocols.messages import ACCOUNT, STAFF, Audience, Budget, By, Command, Concerning, Lasting, Record, Role, UserId
from protocols.text import Name
from protocols.wire import RoleName
from rooms.activity import Activity, Context, Proposed
from rooms.person import Muting, PeopleMine, PeopleView, Standing

# Walls and bots are machines: what they are stands in their token.
CHANGEABLE: Final = frozenset({Role.HOST, Role.MODERATOR, Role.ATTENDEE})


class PersonCommand(Command):
    """About one person; ``name`` is what they are called in the hosts' lists."""

    roles = STAFF
    budget = Budget.CONTROL

    user: UserId
    name: Name | None = None


class PersonKick(PersonCommand):
    """Put somebody out; they may come in again."""

    type = "person.kick"


class PersonBan(PersonCommand):
    """Put somebody out for good, until it is lifted."""

    type = "person.ban"


class PersonUnban(PersonCommand):
    """Let somebody in again."""

    type = "person.unban"


class PersonMute(PersonCommand):
    """Let somebody read and vote but not write, for ``for_ms`` or until it is undone; staff writes all the same."""

    type = "person.mute"

    for_ms: Annotated[int, Field(ge=1_000, le=MUTE_MAXIMUM_MS)] | None = None


class PersonUnmute(PersonCommand):
    """Let somebody write again."""

    type = "person.unmute"


class PersonWarn(PersonCommand):
    """Tell somebody alone that they should mind how they behave; again tells them again."""

    type = "person.warn"


class PersonUnwarn(PersonCommand):
    """Take a warning back."""

    type = "person.unwarn"


class PersonRole(PersonCommand):
    """Give somebody another role than they came with; ``attendee`` takes it back."""

    type = "person.role"
    roles = frozenset({Role.HOST})

    role: Literal["host", "moderator", "attendee"]


@dataclass(frozen=True, slots=True)
class PersonKicked(Concerning):
    """Somebody was put out; ``by`` says who did it."""

    type: ClassVar[str] = "person.kicked"

    user: str
    name: str


@dataclass(frozen=True, slots=True)
class PersonBanned(Concerning):
    """Somebody is out until it is lifted. What a moderator bans does not hold for hosts."""

    type: ClassVar[str] = "person.banned"

    user: str
    name: str


@dataclass(frozen=True, slots=True)
class PersonUnbanned(Concerning):
    """Somebody may come in again."""

    type: ClassVar[str] = "person.unbanned"

    user: str


@dataclass(frozen=True, slots=True)
class PersonMuted(Concerning):
    """Somebody may not write before ``until``, or until it is undone; they are told so."""

    type: ClassVar[str] = "person.muted"

    user: str
    name: str
    until: int | None

    def told_alone(self, by: By | None) -> str | None:
        """Whom it is about."""
        return self.user


@dataclass(frozen=True, slots=True)
class PersonUnmuted(Concerning):
    """Somebody may write again; ``by`` is null when their time was over."""

    type: ClassVar[str] = "person.unmuted"

    user: str

    def told_alone(self, by: By | None) -> str | None:
        """Whom it is about."""
        return self.user


@dataclass(frozen=True, slots=True)
class PersonWarned(Concerning):
    """Somebody was warned; they are told so."""

    type: ClassVar[str] = "person.warned"

    user: str
    name: str

    def told_alone(self, by: By | None) -> str | None:
        """Whom it is about."""
        return self.user


@dataclass(frozen=True, slots=True)
class PersonUnwarned(Concerning):
    """A warning was taken back."""

    type: ClassVar[str] = "person.unwarned"

    user: str

    def told_alone(self, by: By | None) -> str | None:
        """Whom it is about."""
        return self.user


@dataclass(frozen=True, slots=True)
class PersonRoleChanged(Concerning):
    """Somebody has this role from now on, whatever their token says."""

    type: ClassVar[str] = "person.role_changed"

    user: str
    name: str
    role: RoleName


@dataclass(frozen=True, slots=True)
class PersonUnlisted(Lasting):
    """The lists forget somebody who is being erased: what was said of them goes, and what holds for them with it."""

    type: ClassVar[str] = "person.unlisted"


Decision = (
    PersonKicked
    | PersonBanned
    | PersonUnbanned
    | PersonMuted
    | PersonUnmuted
    | PersonWarned
    | PersonUnwarned
    | PersonRoleChanged
)


class People(Activity):
    """Bans, mutes, warnings and roles by person, and which records say something of whom, for these can be erased."""

    name = "people"
    commands = (PersonKick, PersonBan, PersonUnban, PersonMute, PersonUnmute, PersonWarn, PersonUnwarn, PersonRole)
    events = (
        PersonKicked,
        PersonBanned,
        PersonUnbanned,
        PersonMuted,
        PersonUnmuted,
        PersonWarned,
        PersonUnwarned,
        PersonRoleChanged,
        PersonUnlisted,
    )
    view_shape = PeopleView
    mine_shape = PeopleMine

    def __init__(self) -> None:
        self._bans: dict[str, Standing] = {}
        self._roles: dict[str, Standing] = {}
        self._mutes: dict[str, Muting] = {}
        self._warnings: dict[str, Standing] = {}
        self._cases: dict[str, list[tuple[int, int]]] = {}  # person -> (seq, at) of what was said of them

    def heard(self, by: By) -> By:
        """The speaker as this room knows them. Raises Refused: banned."""
        given = self._roles.get(by.id)
        if given is not None and given.role is not None and by.role in CHANGEABLE and by.via is None:
            by = replace(by, role=given.role)
        ban = self._bans.get(by.id)
        if ban is not None and (ban.firm or by.role is not Role.HOST):
            raise Refused(Code.BANNED)
        return by

    def hear_out(self, by: By, at: int) -> None:
        """Raises Refused if this person may not write now: muted."""
        mute = self._mutes.get(by.id)
        if mute is not None and (mute.until is None or mute.until > at):
            left = None if mute.until is None else mute.until - at
            raise Refused(Code.MUTED, retry_after_ms=left)

    def changed_at(self, user: str) -> int:
        """The seq at which this person's role was last changed; 0 if it never was."""
        given = self._roles.get(user)
        return 0 if given is None else given.seq

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """Nobody decides on themselves, on accounts, or on those above them."""
        if not isinstance(command, PersonCommand):
            raise Refused(Code.UNKNOWN_COMMAND)
        user, name = command.user, command.name or ""
        self._permit(command, context.by)
        match command:
            case PersonKick():
                return _told(PersonKicked(user, name))
            case PersonBan():
                return self._ban(user, name, context.by)
            case PersonUnban():
                return _told(PersonUnbanned(user)) if user in self._bans else []
            case PersonUnmute():
                return _told(PersonUnmuted(user)) if user in self._mutes else []
            case PersonMute(for_ms=for_ms):
                return self._mute(user, name, None if for_ms is None else context.at + for_ms)
            case PersonWarn():
                if user not in self._warnings:
                    _fits(self._warnings, WARNINGS_KEPT)
                return _told(PersonWarned(user, name))
            case PersonUnwarn():
                return _told(PersonUnwarned(user)) if user in self._warnings else []
            case PersonRole(role=role):
                given = self._roles.get(user)
                if given is not None and given.role == role:
                    return []
                if given is None:
                    _fits(self._roles, ROLES_KEPT)
                return _told(PersonRoleChanged(user, name, role))
        raise Refused(Code.UNKNOWN_COMMAND)

    def _ban(self, user: str, name: str, by: By) -> list[Proposed]:
        ban = self._bans.get(user)
        # A host's holds for hosts too: it goes over a moderator's, which does not.
        if ban is not None and (ban.firm or by.role is not Role.HOST):
            return []
        if ban is None:
            _fits(self._bans, BANS_KEPT)
        return _told(PersonBanned(user, name))

    def _mute(self, user: str, name: str, until: int | None) -> list[Proposed]:
        mute = self._mutes.get(user)
        if mute is not None and mute.until == until:
            return []
        if mute is None:
            _fits(self._mutes, MUTES_KEPT)
        return _told(PersonMuted(user, name, until))

    def _permit(self, command: PersonCommand, by: By) -> None:
        user = command.user
        if user == by.id:
            raise Refused(Code.FORBIDDEN, "Nobody decides on themselves.")
        if user.startswith(ACCOUNT):
            raise Refused(Code.FORBIDDEN, "What accounts of staff may do is decided where staff is.")
        given = self._roles.get(user)
        if by.role is not Role.HOST and given is not None and given.role is Role.HOST:
            raise Refused(Code.FORBIDDEN, "A moderator does not decide on a host.")
        if isinstance(command, PersonRole) and ":" in user:
            raise Refused(Code.FORBIDDEN, "Whoever a bot speaks for is an attendee.")

    def apply(self, record: Record) -> None:
        """A stub says nothing of anybody."""
        data = record.data
        if isinstance(data, PersonUnlisted):
            self.unlist(record.erases)
        if not isinstance(data, Decision):
            return
        user = data.user
        self._cases.setdefault(user, []).append((record.seq, record.at))
        firm = record.by is not None and record.by.role is Role.HOST
        match data:
            case PersonBanned(name=name):
                # The latest last, whether or not an earlier one is a stub by now.
                self._bans.pop(user, None)
                self._bans[user] = Standing(user, name, None, record.seq, record.at, record.by, firm)
            case PersonUnbanned():
                self._bans.pop(user, None)
            case PersonMuted(name=name, until=until):
                # The latest last.
                self._mutes.pop(user, None)
                self._mutes[user] = Muting(user, name, None, record.seq, record.at, record.by, firm, until)
            case PersonUnmuted():
                self._mutes.pop(user, None)
            case PersonWarned(name=name):
                # The latest last.
                self._warnings.pop(user, None)
                self._warnings[user] = Standing(user, name, None, record.seq, record.at, record.by, firm)
            case PersonUnwarned():
                self._warnings.pop(user, None)
            case PersonRoleChanged(name=name, role=role):
                # The latest last.
                self._roles.pop(user, None)
                self._roles[user] = Standing(user, name, Role(role), record.seq, record.at, record.by, firm)

    def decided(self, since: int) -> set[int]:
        """The seqs of all that was said of those of whom something holds, or was said up to ``since``."""
        holding = {user for standings in self._lists() for user in standings}
        return {
            seq for user, cases in self._cases.items() if user in holding or cases[0][0] <= since for seq, _at in cases
        }

    def unlist(self, seqs: Iterable[int]) -> None:
        """Forget what these records said. On top of a snapshot what ended it may be a stub by now, as they are."""
        erased = set(seqs)
        for standings in self._lists():
            for user in [user for user, each in standings.items() if each.seq in erased]:
                del standings[user]
        for user in list(self._cases):
            self._keep(user, [case for case in self._cases[user] if case[0] not in erased])

    def _lists(self) -> tuple[dict[str, Standing], ...]:
        # A mute is put into its own list alone.
        return (self._bans, self._roles, self._warnings, cast(dict[str, Standing], self._mutes))

    def _keep(self, user: str, cases: list[tuple[int, int]]) -> None:
        if cases:
            self._cases[user] = cases
        else:
            del self._cases[user]

    def about(self, user: str) -> tuple[int, ...]:
        """The seqs of the records that say something of this person, whoever wrote them."""
        return tuple(seq for seq, _at in self._cases.get(user, ()))

    def view(self, audience: Audience) -> dict[str, Any]:
        """Everybody else has no business with it."""
        if audience is not Audience.HOSTS:
            return {}
        return {
            "banned": [each.as_wire() for each in self._bans.values()],
            "muted": [each.as_wire() for each in self._mutes.values()],
            "warned": [each.as_wire() for each in self._warnings.values()],
            "roles": [each.as_wire() for each in self._roles.values()],
        }

    def mine(self, user: str) -> dict[str, Any] | None:
        """Whether one may not write, and until when; whether one was warned, and when."""
        mute, warning = self._mutes.get(user), self._warnings.get(user)
        mine: dict[str, Any] = {} if mute is None else {"muted": {"until": mute.until}}
        if warning is not None:
            mine["warned"] = {"at": warning.at}
        return mine or None

    def outlasts(self, user: str) -> bool:
        """What is said of somebody stands in the records of others."""
        return False

    def due(self) -> int | None:
        """When the next may write again."""
        return min((each.until for each in self._mutes.values() if each.until is not None), default=None)

    def elapse(self, context: Context) -> Iterable[Proposed]:
        """Their time is over."""
        over = [each.user for each in self._mutes.values() if each.until is not None and each.until <= context.at]
        return [proposed for user in over for proposed in _told(PersonUnmuted(user))]

    def dump(self) -> dict[str, Any]:
        """Bans, mutes, roles, warnings, and which records say something of whom."""
        return {
            "bans": [each.dump() for each in self._bans.values()],
            "roles": [each.dump() for each in self._roles.values()],
            "mutes": [each.dump() for each in self._mutes.values()],
            "warnings": [each.dump() for each in self._warnings.values()],
            "cases": {user: [list(case) for case in cases] for user, cases in self._cases.items()},
        }

    def clear(self, names: Mapping[str, str]) -> None:
        """What was decided on people holds until it is taken back; of the others ``Room`` forgets the records."""

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self._bans = {each["user"]: Standing.of_dump(each) for each in state["bans"]}
        self._roles = {each["user"]: Standing.of_dump(each) for each in state["roles"]}
        # A snapshot from before people could be muted has none.
        self._mutes = {each["user"]: Muting.of_dump(each) for each in state.get("mutes", ())}
        # Nor one from before they could be warned.
        self._warnings = {each["user"]: Standing.of_dump(each) for each in state.get("warnings", ())}
        self._cases = {user: [(seq, at) for seq, at in cases] for user, cases in state["cases"].items()}

    def retire(self, before: int) -> Iterable[int]:
        """What still holds stays as long as it holds, without who did it; what was said of people before goes.

        A warning holds for nothing.
        """
        self._warnings = {user: each for user, each in self._warnings.items() if each.at >= before}
        gone: list[int] = []
        holding: set[int] = set()
        for standings in self._lists():
            for user, each in standings.items():
                holding.add(each.seq)
                if each.at < before:
                    standings[user] = replace(each, by=None)
        for user, cases in list(self._cases.items()):
            old = [seq for seq, at in cases if at < before and seq not in holding]
            gone += old
            self._keep(user, [case for case in cases if case[0] not in old])
        return gone

    def erase(self, user: str, pseudonym: str) -> None:
        """What they decided on others stays; what was decided on them goes with person.unlisted."""
        for standings in self._lists():
            for other, each in standings.items():
                if each.by is not None and each.by.id == user:
                    # As the record has it from now on.
                    standings[other] = replace(each, by=each.by.forgotten(pseudonym))


def _told(event: Concerning) -> list[Proposed]:
    return [Proposed(event, Audience.HOSTS)]


def _fits(standings: Mapping[str, Standing], most: int) -> None:
    if len(standings) >= most:
        raise Refused(Code.CONFLICT, f"A room keeps at most {most} of these; take some back first.")
