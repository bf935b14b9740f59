"""Announcements: a line from the host that all see until it is withdrawn, one at a time. The log has those before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, StringConstraints
from typing_extensions import TypedDict

from protocols.errors import Code, Refused
from protocols.limits import ANNOUNCEMENT_LENGTH
from protocols.messages import STAFF, Audience, Command, Event, Id, Passing, Record
from protocols.text import clean_text
from protocols.web_link import Link
from rooms.activity import Activity, Context, Proposed

Notice = Annotated[str, StringConstraints(min_length=1, max_length=ANNOUNCEMENT_LENGTH), AfterValidator(clean_text)]


class AnnouncementPost(Command):
    """Tell everyone something, in place of what was announced before."""

    type = "announcement.post"
    roles = STAFF

    text: Notice
    link: Link | None = None


class AnnouncementEdit(Command):
    """Put it otherwise: text and link are from now on what is given here."""

    type = "announcement.edit"
    roles = STAFF

    announcement: Id
    text: Notice
    link: Link | None = None


class AnnouncementWithdraw(Command):
    """Announce it no more."""

    type = "announcement.withdraw"
    roles = STAFF

    announcement: Id


@dataclass(frozen=True, slots=True)
class AnnouncementPosted(Event):
    """Everyone is told this; ``by`` says who wrote it."""

    type: ClassVar[str] = "announcement.posted"

    announcement: str
    text: str
    link: str | None


@dataclass(frozen=True, slots=True)
class AnnouncementEdited(Event):
    """It is put otherwise; whole, for whoever wrote it before may be forgotten."""

    type: ClassVar[str] = "announcement.edited"

    announcement: str
    text: str
    link: str | None
    posted_at: int


@dataclass(frozen=True, slots=True)
class AnnouncementWithdrawn(Passing):
    """Nothing is announced any more."""

    type: ClassVar[str] = "announcement.withdrawn"

    announcement: str


class AnnouncementView(TypedDict):
    """What is announced; ``edited`` since it was posted at ``at``."""

    announcement: str
    text: str
    link: str | None
    at: int
    edited: bool


class AnnouncementsView(TypedDict):
    """What is announced now, if anything."""

    current: AnnouncementView | None


@dataclass(frozen=True, slots=True)
class Announcement:
    """``author`` wrote its words as they are now, at ``written_at``; the record ``held`` has them."""

    announcement: str
    text: str
    link: str | None
    at: int
    author: str
    written_at: int
    held: int


class Announcements(Activity):
    """What is announced now."""

    name = "announcements"
    commands = (AnnouncementPost, AnnouncementEdit, AnnouncementWithdraw)
    events = (AnnouncementPosted, AnnouncementEdited, AnnouncementWithdrawn)
    view_shape = AnnouncementsView

    def __init__(self) -> None:
        self._current: Announcement | None = None

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """Of two who act at once on the same one, the second learns that it is gone."""
        match command:
            case AnnouncementPost(text=text, link=link):
                return [Proposed(AnnouncementPosted(context.new_id(), text, link))]
            case AnnouncementEdit(announcement=wanted, text=text, link=link):
                current = self._find(wanted)
                if (text, link) == (current.text, current.link):
                    return []
                return [Proposed(AnnouncementEdited(wanted, text, link, current.at))]
            case AnnouncementWithdraw(announcement=wanted):
                self._find(wanted)
                return [Proposed(AnnouncementWithdrawn(wanted))]
        raise Refused(Code.UNKNOWN_COMMAND)

    def _find(self, wanted: str) -> Announcement:
        if self._current is None or self._current.announcement != wanted:
            raise Refused(Code.NOT_FOUND, "This is not announced any more.")
        return self._current

    def apply(self, record: Record) -> None:
        """A stub takes the place of what was announced before, as what it replaced did."""
        match record.data:
            case AnnouncementPosted(announcement=name, text=text, link=link) if record.by is not None:
                self._current = Announcement(name, text, link, record.at, record.by.id, record.at, record.seq)
            case AnnouncementEdited(announcement=name, text=text, link=link, posted_at=at) if record.by is not None:
                self._current = Announcement(name, text, link, at, record.by.id, record.at, record.seq)
            case _:
                self._current = None

    def view(self, audience: Audience) -> dict[str, Any]:
        """The same for all; it is the house that speaks."""
        current = self._current
        if current is None:
            return {"current": None}
        told = {"announcement": current.announcement, "text": current.text, "link": current.link, "at": current.at}
        return {"current": told | {"edited": current.written_at > current.at}}

    def dump(self) -> dict[str, Any]:
        """What is announced, and who wrote it."""
        return {"current": asdict(self._current) if self._current else None}

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self._current = Announcement(**state["current"]) if state["current"] else None

    def clear(self, names: Mapping[str, str]) -> None:
        """What is announced."""
        self._begin_again()

    def retire(self, before: int) -> Iterable[int]:
        """It is as old as its words."""
        if self._current is None or self._current.written_at >= before:
            return ()
        held, self._current = self._current.held, None
        return (held,)

    def erase(self, user: str, pseudonym: str) -> None:
        """What they wrote is gone."""
        if self._current is not None and self._current.author == user:
            self._current = None
