"""Photos: add, approve, hide, restore, delete. The pictures themselves are files, which the server keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Final, Literal, NotRequired

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from protocols.errors import Code, Refused
from protocols.limits import CAPTION_LENGTH, PHOTO_SIDE, PHOTOS_EACH, PHOTOS_KEPT, PHOTOS_SHOWN
from protocols.messages import STAFF, Audience, Budget, By, Command, Event, Id, Passing, Record
from protocols.text import Text
from protocols.wire import Author
from rooms.activity import Activity, Context, Proposed, Work

Place = Literal["pending", "shown", "hidden"]
Side = Annotated[int, Field(ge=1, le=PHOTO_SIDE)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
Caption = Annotated[Text, Field(max_length=CAPTION_LENGTH)]


class PhotoAdd(Command):
    """Add a photo; given by the server alone, once an upload is whole and decoded."""

    type = "photo.add"
    budget = Budget.CHAT
    writes = True
    waits = True

    photo: Id
    width: Side
    height: Side
    color: Color
    caption: Caption | None = None

    def said(self) -> tuple[str, ...]:
        """What is written under it."""
        return () if self.caption is None else (self.caption,)


class PhotoAsk(Command):
    """Ask whether a photo with this caption may be added; given by the server alone, before it opens a file."""

    type = "photo.ask"
    budget = Budget.CHAT
    writes = True
    waits = True
    asks = True

    caption: Caption | None = None

    def said(self) -> tuple[str, ...]:
        """What is to be written under it."""
        return () if self.caption is None else (self.caption,)


class PhotoApprove(Command):
    """Show a photo that waits for it, or that was hidden."""

    type = "photo.approve"
    roles = STAFF

    photo: Id


class PhotoHold(Command):
    """Have a photo that is shown wait again."""

    type = "photo.hold"
    roles = STAFF

    photo: Id


class PhotoHide(Command):
    """Take a photo away, so that it can be brought back."""

    type = "photo.hide"
    roles = STAFF

    photo: Id


class PhotoRestore(Command):
    """Bring a hidden photo back to where it was: shown, or waiting."""

    type = "photo.restore"
    roles = STAFF

    photo: Id


class PhotoDelete(Command):
    """Delete a photo and its files: staff any, anybody their own."""

    type = "photo.delete"

    photo: Id


@dataclass(frozen=True, slots=True)
class _Content(Event):
    """A photo as it is, and since when; ``by`` is whose it is."""

    own: ClassVar[bool] = True

    photo: str
    width: int
    height: int
    color: str
    caption: str | None
    added_at: int


@dataclass(frozen=True, slots=True)
class PhotoOffered(_Content):
    """A photo waits for approval."""

    type: ClassVar[str] = "photo.offered"


@dataclass(frozen=True, slots=True)
class PhotoPosted(_Content):
    """A photo is shown from now on."""

    type: ClassVar[str] = "photo.posted"


@dataclass(frozen=True, slots=True)
class PhotoBinned(_Content):
    """A photo lies in the hosts' bin; ``waited`` says that it was not shown before."""

    type: ClassVar[str] = "photo.binned"

    waited: bool


@dataclass(frozen=True, slots=True)
class PhotoHidden(Passing):
    """A photo is shown no more; ``by`` says who hid it."""

    type: ClassVar[str] = "photo.hidden"

    photo: str


@dataclass(frozen=True, slots=True)
class PhotoJudged(Passing):
    """Staff decided where somebody's photo goes, which the next record tells in its sender's name; ``by`` says who."""

    type: ClassVar[str] = "photo.judged"

    photo: str
    to: Literal["shown", "pending", "hidden", "deleted"]


@dataclass(frozen=True, slots=True)
class PhotoDeleted(Passing):
    """A photo is gone for good; ``by`` is whose it was, ``staff`` says whether staff deleted it."""

    type: ClassVar[str] = "photo.deleted"
    own: ClassVar[bool] = True

    photo: str
    staff: bool


# The events that hold a photo: it is there while one of them is no stub.
CONTENTS: Final = (PhotoOffered.type, PhotoPosted.type, PhotoBinned.type)


class PhotoView(TypedDict):
    """A photo as it is shown; its pictures are at addresses that the server gives out."""

    photo: str
    at: int
    by: Author
    width: int
    height: int
    color: str
    caption: str | None


class OwnPhoto(TypedDict):
    """A photo of one's own; hidden ones are told as such."""

    photo: str
    place: Place
    at: int
    width: int
    height: int
    color: str
    caption: str | None


class PhotosView(TypedDict):
    """The latest photos, oldest first, and how many there are in all; ``pending`` and ``bin`` for hosts only."""

    photos: list[PhotoView]
    count: int
    pending: NotRequired[list[PhotoView]]
    bin: NotRequired[list[PhotoView]]


class PhotosMine(TypedDict):
    """One's own photos, oldest first."""

    photos: list[OwnPhoto]


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo; ``held`` is the seq of the record that holds it now, ``waited`` as in ``PhotoBinned``."""

    photo: str
    place: Place
    at: int
    by: By
    width: int
    height: int
    color: str
    caption: str | None
    held: int
    waited: bool = False

    def as_wire(self) -> dict[str, Any]:
        """Its plain form in a view."""
        return {"by": self.by.as_wire(), **self._plain()}

    def as_own(self) -> dict[str, Any]:
        """Its plain form for who sent it."""
        return {"place": self.place, **self._plain()}

    def dump(self) -> dict[str, Any]:
        """Its plain form in a snapshot."""
        return self.as_wire() | {"place": self.place, "held": self.held, "waited": self.waited}

    @classmethod
    def of_dump(cls, state: dict[str, Any]) -> Photo:
        """The photo that ``dump`` described."""
        return cls(**{**state, "by": By.of_wire(state["by"])})

    def content(self) -> tuple[str, int, int, str, str | None, int]:
        """The fields of an event that holds it."""
        return self.photo, self.width, self.height, self.color, self.caption, self.at

    def _plain(self) -> dict[str, Any]:
        return {
            "photo": self.photo,
            "at": self.at,
            "width": self.width,
            "height": self.height,
            "color": self.color,
            "caption": self.caption,
        }


class Photos(Activity):
    """The photos of a room: shown, waiting, hidden. There are never more than it takes, so that none falls out."""

    name = "photos"
    scene = "photos"
    commands = (PhotoAsk, PhotoAdd, PhotoApprove, PhotoHold, PhotoHide, PhotoRestore, PhotoDelete)
    events = (PhotoOffered, PhotoPosted, PhotoBinned, PhotoHidden, PhotoJudged, PhotoDeleted)
    view_shape = PhotosView
    mine_shape = PhotosMine

    def __init__(self) -> None:
        self._photos: dict[str, Photo] = {}

    def find(self, photo: str) -> Photo | None:
        """The photo of this id, wherever it is."""
        return self._photos.get(photo)

    def _may_come(self, context: Context) -> None:
        """Raises Refused if none of this person's is added now: forbidden, closed, conflict."""
        if not context.vouched:
            raise Refused(Code.FORBIDDEN, "A photo is added by uploading it.")
        by, staff = context.by, context.by.role in STAFF
        if not (context.settings.photos_open or staff):
            raise Refused(Code.CLOSED, "Photos are closed.")
        if len(self._photos) >= PHOTOS_KEPT:
            raise Refused(Code.CONFLICT, f"There are {PHOTOS_KEPT} photos already; delete some first.")
        if not staff and sum(each.by.id == by.id for each in self._photos.values()) >= PHOTOS_EACH:
            raise Refused(Code.CONFLICT, f"You have {PHOTOS_EACH} photos here already; delete some first.")

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """Wherever a photo goes, the record that held it before is erased in the same step."""
        match command:
            case PhotoAsk():
                self._may_come(context)
                return []
            case PhotoAdd():
                return self._add(command, context)
            case PhotoApprove():
                photo = self._find(command.photo)
                return [] if photo.place == "shown" else [*_judged(photo, "shown", context.by), _posted(photo)]
            case PhotoHold():
                photo = self._find(command.photo)
                if photo.place == "hidden":
                    raise Refused(Code.CONFLICT, "This photo is hidden; restore it.")
                return [] if photo.place == "pending" else [Proposed(PhotoHidden(photo.photo)), _offered(photo)]
            case PhotoHide():
                return self._hide(self._find(command.photo), context.by)
            case PhotoRestore():
                photo = self._find(command.photo)
                if photo.place != "hidden":
                    return []
                if photo.waited:
                    return [*_judged(photo, "pending", context.by), _offered(photo)]
                return [*_judged(photo, "shown", context.by), _posted(photo)]
            case PhotoDelete():
                return self._delete(self._find(command.photo), context.by)
        raise Refused(Code.UNKNOWN_COMMAND)

    def _add(self, command: PhotoAdd, context: Context) -> list[Proposed]:
        self._may_come(context)
        if command.photo in self._photos:
            raise Refused(Code.CONFLICT, "This photo was added already.")
        content = (command.photo, command.width, command.height, command.color, command.caption, context.at)
        if (context.settings.photos_approved or context.suspect) and context.by.role not in STAFF:
            return [Proposed(PhotoOffered(*content), Audience.HOSTS)]
        return [Proposed(PhotoPosted(*content))]

    def _find(self, wanted: str) -> Photo:
        photo = self._photos.get(wanted)
        if photo is None:
            raise Refused(Code.NOT_FOUND, "There is no such photo.")
        return photo

    def _hide(self, photo: Photo, by: By) -> list[Proposed]:
        if photo.place == "hidden":
            return []
        waited = photo.place == "pending"
        event = PhotoBinned(*photo.content(), waited)
        binned = Proposed(event, Audience.HOSTS, erases=(photo.held,), by=photo.by)
        return [*_judged(photo, "hidden", by), binned] if waited else [Proposed(PhotoHidden(photo.photo)), binned]

    def _delete(self, photo: Photo, by: By) -> list[Proposed]:
        if by.id != photo.by.id and by.role not in STAFF:
            # Also of one that they may not know of.
            if photo.place != "shown":
                raise Refused(Code.NOT_FOUND, "There is no such photo.")
            raise Refused(Code.FORBIDDEN, "Only staff deletes the photos of others.")
        audience = Audience.EVERYONE if photo.place == "shown" else Audience.HOSTS
        deleted = PhotoDeleted(photo.photo, by.id != photo.by.id)
        return [*_judged(photo, "deleted", by), Proposed(deleted, audience, erases=(photo.held,), by=photo.by)]

    def apply(self, record: Record) -> None:
        """A stub leaves no photo, as what it replaced leaves none."""
        match record.data:
            case PhotoOffered():
                self._put(record, record.data, "pending")
            case PhotoPosted():
                self._put(record, record.data, "shown")
            case PhotoBinned():
                self._put(record, record.data, "hidden")
            case PhotoHidden(photo=photo) if photo in self._photos:
                self._photos[photo] = replace(self._photos[photo], place="hidden")
            case PhotoDeleted(photo=photo):
                self._photos.pop(photo, None)

    def _put(self, record: Record, data: _Content, place: Place) -> None:
        if record.by is None:
            return
        waited = isinstance(data, PhotoBinned) and data.waited
        content = (data.width, data.height, data.color, data.caption)
        self._photos[data.photo] = Photo(data.photo, place, data.added_at, record.by, *content, record.seq, waited)

    def view(self, audience: Audience) -> dict[str, Any]:
        """What waits and what is hidden is for hosts."""
        shown = self._placed("shown")
        view: dict[str, Any] = {
            "photos": [each.as_wire() for each in shown[-PHOTOS_SHOWN:]],
            "count": len(shown),
        }
        if audience is Audience.HOSTS:
            view["pending"] = [each.as_wire() for each in self._placed("pending")]
            view["bin"] = [each.as_wire() for each in self._placed("hidden")[-PHOTOS_SHOWN:]]
        return view

    def mine(self, user: str) -> dict[str, Any] | None:
        """One's own, wherever they are."""
        # Asked for with every ballot: of the photos of all others not even the order is looked at.
        own = _ordered(each for each in self._photos.values() if each.by.id == user)
        return {"photos": [each.as_own() for each in own]} if own else None

    def outlasts(self, user: str) -> bool:
        """A photo stands in its own record, and goes with it."""
        return False

    def partakers(self, thing: str) -> Iterable[By] | None:
        """Who has a photo here that everyone sees."""
        if thing != self.name:
            return None
        return list({each.by.id: each.by for each in self._placed("shown")}.values())

    def work(self, thing: str) -> Work | None:
        """Whose photo this is."""
        photo = self._photos.get(thing)
        return None if photo is None else Work(photo.by, photo.place == "shown")

    def _placed(self, place: Place) -> list[Photo]:
        return _ordered(each for each in self._photos.values() if each.place == place)

    def on_wall(self, thing: str | None) -> bool:
        """What everyone sees."""
        if thing is None:
            return any(each.place == "shown" for each in self._photos.values())
        photo = self._photos.get(thing)
        return photo is not None and photo.place == "shown"

    def dump(self) -> dict[str, Any]:
        """All photos."""
        return {"photos": [each.dump() for each in _ordered(self._photos.values())]}

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self._photos = {each["photo"]: Photo.of_dump(each) for each in state["photos"]}

    def clear(self, names: Mapping[str, str]) -> None:
        """All of them."""
        self._begin_again()

    def retire(self, before: int) -> Iterable[int]:
        """A photo is as old as its adding, wherever it is now."""
        gone = [each for each in self._photos.values() if each.at < before]
        for photo in gone:
            del self._photos[photo.photo]
        return {photo.held for photo in gone}

    def erase(self, user: str, pseudonym: str) -> None:
        """Theirs are gone."""
        self._photos = {each.photo: each for each in self._photos.values() if each.by.id != user}


def _ordered(photos: Iterable[Photo]) -> list[Photo]:
    return sorted(photos, key=lambda each: (each.at, each.photo))


def _judged(photo: Photo, to: Literal["shown", "pending", "hidden", "deleted"], by: By) -> list[Proposed]:
    """Who did it, for hosts, where what follows bears the name of whose photo it is."""
    return [Proposed(PhotoJudged(photo.photo, to), Audience.HOSTS)] if by.id != photo.by.id else []


def _posted(photo: Photo) -> Proposed:
    return Proposed(PhotoPosted(*photo.content()), erases=(photo.held,), by=photo.by)


def _offered(photo: Photo) -> Proposed:
    return Proposed(PhotoOffered(*photo.content()), Audience.HOSTS, erases=(photo.held,), by=photo.by)
