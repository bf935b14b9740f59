"""The room's own life: created, open or closed, configured; and a person's erasure from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from typing_extensions import TypedDict

from protocols.errors import Code, Refused
from protocols.messages import STAFF, Audience, Budget, Command, Id, Lasting, Record, Role, UserId
from protocols.text import Title
from rooms.activity import ROOM, Activity, Context, Proposed
from rooms.settings import DEFAULTS, PlainSettings, RoomSettings

Status = Literal["open", "closed"]


class RoomCreate(Command):
    """Make the room; it can be open at once."""

    type = "room.create"
    roles = frozenset({Role.HOST})
    budget = Budget.CONTROL

    title: Title
    settings: RoomSettings | None = None
    status: Status = "open"
    shop: Id | None = None


class RoomOpen(Command):
    """Let attendees take part (again)."""

    type = "room.open"
    roles = STAFF
    budget = Budget.CONTROL


class RoomClose(Command):
    """End taking part; reading goes on. What runs ends with it: open polls are closed, and stay so."""

    type = "room.close"
    roles = STAFF
    budget = Budget.CONTROL


class RoomRehearse(Command):
    """Rehearse from now on: everything works, and all that people do goes again with ``room.clear``.

    Only before the show, while nobody has said or done anything here.
    """

    type = "room.rehearse"
    roles = frozenset({Role.HOST})
    budget = Budget.CONTROL


class RoomClear(Command):
    """End the rehearsal: what was said, asked, sent, cast and won in it is gone; what was prepared is a draft again.

    Settings stay, and the run-sheet, the words that are filtered, roles, and what was decided on people.
    """

    type = "room.clear"
    roles = frozenset({Role.HOST})
    budget = Budget.CONTROL


class RoomConfigure(Command):
    """Change the title, or the settings that are given."""

    type = "room.configure"
    roles = frozenset({Role.HOST})
    budget = Budget.CONTROL

    title: Title | None = None
    settings: RoomSettings | None = None


class PersonErase(Command):
    """Erase what a person wrote in this room; their ballots stay under a pseudonym."""

    type = "person.erase"
    roles = frozenset({Role.HOST})
    budget = Budget.CONTROL

    user: UserId


class RoomRetire(Command):
    """Forget what is older than the room's retention; ``upto`` is the last record before that time.

    No word of the wire: only the room itself asks for it, so no activity lists it.
    """

    type = "room.retire"
    roles = frozenset({ROOM.role})
    budget = Budget.NONE

    before: int
    upto: int


@dataclass(frozen=True, slots=True)
class RoomCreated(Lasting):
    """The room was made, for a shop or for the house; version 1 knew of no shops."""

    type: ClassVar[str] = "room.created"
    version: ClassVar[int] = 2

    title: str
    settings: PlainSettings
    status: Status
    shop: str | None = None


@dataclass(frozen=True, slots=True)
class RoomOpened(Lasting):
    """Attendees may take part."""

    type: ClassVar[str] = "room.opened"


@dataclass(frozen=True, slots=True)
class RoomClosed(Lasting):
    """Attendees may only read."""

    type: ClassVar[str] = "room.closed"


@dataclass(frozen=True, slots=True)
class RoomConfigured(Lasting):
    """Title and settings as they are from now on, whole."""

    type: ClassVar[str] = "room.configured"

    title: str
    settings: PlainSettings


@dataclass(frozen=True, slots=True)
class RoomRehearsalStarted(Lasting):
    """What happens from here on is a rehearsal."""

    type: ClassVar[str] = "room.rehearsal_started"


@dataclass(frozen=True, slots=True)
class RoomCleared(Lasting):
    """The rehearsal is over and forgotten: show the room anew from a join without a position.

    ``names`` says under which ids things that were begun are drafts again.
    """

    type: ClassVar[str] = "room.cleared"

    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class PersonErased(Lasting):
    """A person's words are gone, wherever they stood: show the room anew from a join without a position."""

    type: ClassVar[str] = "person.erased"

    pseudonym: str


@dataclass(frozen=True, slots=True)
class RoomRetired(Lasting):
    """What is older than ``before`` is gone: messages by when they were first sent, also on top and in the bin, and
    polls by when they were closed. ``upto`` is the last record of that age."""

    type: ClassVar[str] = "room.retired"

    before: int
    upto: int


class RoomView(TypedDict):
    """The room's own state; ``rehearsal``: what happens now will be cleared."""

    title: str
    status: Status
    rehearsal: bool
    settings: RoomSettings
    created_at: int


class Lifecycle(Activity):
    """Title, settings, open or closed."""

    name = "room"
    commands = (RoomCreate, RoomOpen, RoomClose, RoomRehearse, RoomClear, RoomConfigure, PersonErase)
    events = (
        RoomCreated,
        RoomOpened,
        RoomClosed,
        RoomRehearsalStarted,
        RoomCleared,
        RoomConfigured,
        PersonErased,
        RoomRetired,
    )
    view_shape = RoomView

    def __init__(self) -> None:
        self.title = ""
        self.status: Status = "closed"
        self.settings = DEFAULTS
        self.created_at = 0
        self.created_by: str | None = None
        self.shop: str | None = None
        self.rehearses_since = 0  # the seq at which the rehearsal began; 0 if there is none
        self.cleared_at = 0  # the seq at which the last one was cleared

    @property
    def created(self) -> bool:
        """Whether there is a room at all."""
        return self.created_at > 0

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """Nothing follows from opening what is open or setting what is set."""
        match command:
            case RoomCreate():
                if self.created:
                    raise Refused(Code.CONFLICT, "There is a room of this name.")
                settings = DEFAULTS.changed(command.settings) if command.settings else DEFAULTS
                return [Proposed(RoomCreated(command.title, settings.model_dump(), command.status, command.shop))]
            case RoomOpen():
                return [] if self.status == "open" else [Proposed(RoomOpened())]
            case RoomClose():
                return [] if self.status == "closed" else [Proposed(RoomClosed())]
            case RoomConfigure():
                settings = self.settings.changed(command.settings) if command.settings else self.settings
                title = command.title or self.title
                if (title, settings) == (self.title, self.settings):
                    return []
                return [Proposed(RoomConfigured(title, settings.model_dump()))]
        raise Refused(Code.UNKNOWN_COMMAND)

    def apply(self, record: Record) -> None:
        """Settings that this software does not know are left out, those that it misses get their default."""
        match record.data:
            case RoomCreated() as event:
                self.title, self.status = event.title, event.status
                self.settings = _settings(event.settings)
                self.created_at = record.at
                self.created_by = record.by.id if record.by else None
                self.shop = event.shop
            case RoomOpened():
                self.status = "open"
            case RoomClosed():
                self.status = "closed"
            case RoomRehearsalStarted():
                self.rehearses_since = record.seq
            case RoomCleared():
                self.rehearses_since, self.cleared_at = 0, record.seq
            case RoomConfigured() as event:
                self.title, self.settings = event.title, _settings(event.settings)

    def view(self, audience: Audience) -> dict[str, Any]:
        """The same for all."""
        return {
            "title": self.title,
            "status": self.status,
            "rehearsal": self.rehearses_since > 0,
            "settings": self.settings.model_dump(),
            "created_at": self.created_at,
        }

    def dump(self) -> dict[str, Any]:
        """The view, who made the room, for which shop, and where its rehearsals stand in the log."""
        return self.view(Audience.HOSTS) | {
            "created_by": self.created_by,
            "shop": self.shop,
            "rehearses_since": self.rehearses_since,
            "cleared_at": self.cleared_at,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self.title, self.status = state["title"], state["status"]
        self.settings = _settings(state["settings"])
        self.created_at, self.created_by = state["created_at"], state["created_by"]
        # A snapshot from before there were shops has none.
        self.shop = state.get("shop")
        # Nor one from before there were rehearsals any of them.
        self.rehearses_since, self.cleared_at = state.get("rehearses_since", 0), state.get("cleared_at", 0)

    def clear(self, names: Mapping[str, str]) -> None:
        """What it is called and its settings stay."""

    def retire(self, before: int) -> Iterable[int]:
        """The room stays; who made it is forgotten."""
        if self.created_at < before:
            self.created_by = None
        return ()

    def erase(self, user: str, pseudonym: str) -> None:
        """The room stays."""
        if self.created_by == user:
            self.created_by = pseudonym


def _settings(stored: dict[str, Any]) -> RoomSettings:
    return RoomSettings.model_construct(**{key: stored[key] for key in RoomSettings.model_fields if key in stored})
