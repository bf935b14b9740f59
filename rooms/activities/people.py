"""The people of a room: who was put out, who is banned, and who has another role than their token says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Literal, NotRequired

from typing_extensions import TypedDict

from protocols.errors import Code, Refused
from protocols.limits import BANS_KEPT, ROLES_KEPT
from protocols.messages import ACCOUNT, STAFF, Audience, Budget, By, Command, Concerning, Lasting, Record, Role, UserId
from protocols.text import Name
from protocols.wire import Author, RoleName
from rooms.activity import Activity, Context, Proposed

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


class BannedView(TypedDict):
    """Who is banned, since when and by whom; ``by`` is null where that is forgotten."""

    user: str
    name: str
    at: int
    by: Author | None


class RoleView(TypedDict):
    """Who has which role, since when and by whom."""

    user: str
    name: str
    role: RoleName
    at: int
    by: Author | None


class PeopleView(TypedDict):
    """For hosts only: who is banned, and who has another role than they came with, the latest last."""

    banned: NotRequired[list[BannedView]]
    roles: NotRequired[list[RoleView]]


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a person: a ban (``role`` None) or a role. ``firm`` bans hold for hosts too."""

    user: str
    name: str
    role: Role | None
    seq: int
    at: int
    by: By | None
    firm: bool

    def as_wire(self) -> dict[str, Any]:
        """Its plain form in a view."""
        wire: dict[str, Any] = {"user": self.user, "name": self.name, "at": self.at}
        if self.role is not None:
            wire["role"] = self.role.value
        return wire | {"by": None if self.by is None else self.by.as_wire()}

    def dump(self) -> dict[str, Any]:
        """Its plain form in a snapshot."""
        return self.as_wire() | {"seq": self.seq, "firm": self.firm}

    @classmethod
    def of_dump(cls, state: dict[str, Any]) -> Standing:
        """What ``dump`` described."""
        role = Role(state["role"]) if "role" in state else None
        by = None if state["by"] is None else By.of_wire(state["by"])
        return cls(state["user"], state["name"], role, state["seq"], state["at"], by, state["firm"])


class People(Activity):
    """Bans and roles by person, and which records say something of whom, so that these can be erased."""

    name = "people"
    commands = (PersonKick, PersonBan, PersonUnban, PersonRole)
    events = (PersonKicked, PersonBanned, PersonUnbanned, PersonRoleChanged, PersonUnlisted)
    view_shape = PeopleView

    def __init__(self) -> None:
        self._bans: dict[str, Standing] = {}
        self._roles: dict[str, Standing] = {}
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
                ban = self._bans.get(user)
                # A host's holds for hosts too: it goes over a moderator's, which does not.
                if ban is not None and (ban.firm or context.by.role is not Role.HOST):
                    return []
                if ban is None:
                    _fits(self._bans, BANS_KEPT)
                return _told(PersonBanned(user, name))
            case PersonUnban():
                return _told(PersonUnbanned(user)) if user in self._bans else []
            case PersonRole(role=role):
                given = self._roles.get(user)
                if given is not None and given.role == role:
                    return []
                if given is None:
                    _fits(self._roles, ROLES_KEPT)
                return _told(PersonRoleChanged(user, name, role))
        raise Refused(Code.UNKNOWN_COMMAND)

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
        if not isinstance(data, PersonKicked | PersonBanned | PersonUnbanned | PersonRoleChanged):
            return
        user = data.user
        self._cases.setdefault(user, []).append((record.seq, record.at))
        firm = record.by is not None and record.by.role is Role.HOST
        match data:
            case PersonBanned(name=name):
                self._bans[user] = Standing(user, name, None, record.seq, record.at, record.by, firm)
            case PersonUnbanned():
                self._bans.pop(user, None)
            case PersonRoleChanged(name=name, role=role):
                # The latest last.
                self._roles.pop(user, None)
                self._roles[user] = Standing(user, name, Role(role), record.seq, record.at, record.by, firm)

    def unlist(self, seqs: Iterable[int]) -> None:
        """Forget what these records said. On top of a snapshot what ended it may be a stub by now, as they are."""
        erased = set(seqs)
        for standings in (self._bans, self._roles):
            for user in [user for user, each in standings.items() if each.seq in erased]:
                del standings[user]
        for user in list(self._cases):
            self._keep(user, [case for case in self._cases[user] if case[0] not in erased])

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
            "roles": [each.as_wire() for each in self._roles.values()],
        }

    def dump(self) -> dict[str, Any]:
        """Bans, roles, and which records say something of whom."""
        return {
            "bans": [each.dump() for each in self._bans.values()],
            "roles": [each.dump() for each in self._roles.values()],
            "cases": {user: [list(case) for case in cases] for user, cases in self._cases.items()},
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self._bans = {each["user"]: Standing.of_dump(each) for each in state["bans"]}
        self._roles = {each["user"]: Standing.of_dump(each) for each in state["roles"]}
        self._cases = {user: [(seq, at) for seq, at in cases] for user, cases in state["cases"].items()}

    def retire(self, before: int) -> Iterable[int]:
        """What still holds stays as long as it holds, without who did it; what was said of people before goes."""
        gone: list[int] = []
        holding: set[int] = set()
        for standings in (self._bans, self._roles):
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
        for standings in (self._bans, self._roles):
            for other, each in standings.items():
                if each.by is not None and each.by.id == user:
                    # As the record has it from now on.
                    standings[other] = replace(each, by=By(pseudonym, "", each.by.role, each.by.guest))


def _told(event: Concerning) -> list[Proposed]:
    return [Proposed(event, Audience.HOSTS)]


def _fits(standings: dict[str, Standing], most: int) -> None:
    if len(standings) >= most:
        raise Refused(Code.CONFLICT, f"A room keeps at most {most} of these; take some back first.")
