"""The host's calls: one line with what to do now, such as "share a photo of your model", and the run-sheet of those
that are prepared. What is prepared is for hosts; a call is for everyone, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, ClassVar, Literal, NotRequired

from pydantic import AfterValidator, Field, StringConstraints
from typing_extensions import TypedDict

from protocols.errors import Code, Refused
from protocols.limits import CUE_LENGTH, CUES_KEPT
from protocols.messages import STAFF, Audience, Command, Id, Lasting, Passing, Record
from protocols.text import clean_line
from rooms.activity import Activity, Context, Proposed

Call = Annotated[str, StringConstraints(min_length=1, max_length=CUE_LENGTH), AfterValidator(clean_line)]
# What its button leads to: the chat, sending a photo, asking, the vote, what is given to the first; or nothing.
Does = Literal["none", "chat", "photo", "question", "vote", "first"]


class CuePrepare(Command):
    """Put a call at the end of the run-sheet."""

    type = "cue.prepare"
    roles = STAFF

    text: Call
    does: Does = "none"


class CueCommand(Command):
    """About one call of the run-sheet, or the one that is on."""

    roles = STAFF

    cue: Id


class CueChange(CueCommand):
    """Put a prepared one otherwise; where it is on now, what people see stays."""

    type = "cue.change"

    text: Call
    does: Does = "none"


class CueMove(CueCommand):
    """Give it another place in the run-sheet, counted from 0; beyond the end is the end."""

    type = "cue.move"

    place: Annotated[int, Field(ge=0, le=CUES_KEPT)]


class CueDrop(CueCommand):
    """Take it out of the run-sheet."""

    type = "cue.drop"


class CueCall(CueCommand):
    """Call a prepared one, in place of what is on. It may be called again later."""

    type = "cue.call"


class CueSay(Command):
    """Call something that was not prepared."""

    type = "cue.say"
    roles = STAFF

    text: Call
    does: Does = "none"


class CueWithdraw(CueCommand):
    """End the call that is on."""

    type = "cue.withdraw"


@dataclass(frozen=True, slots=True)
class CuePrepared(Lasting):
    """It stands at the end of the run-sheet, for hosts."""

    type: ClassVar[str] = "cue.prepared"

    cue: str
    text: str
    does: Does


@dataclass(frozen=True, slots=True)
class CueChanged(Lasting):
    """It is put otherwise, for hosts."""

    type: ClassVar[str] = "cue.changed"

    cue: str
    text: str
    does: Does


@dataclass(frozen=True, slots=True)
class CueMoved(Lasting):
    """It has another place, for hosts."""

    type: ClassVar[str] = "cue.moved"

    cue: str
    place: int


@dataclass(frozen=True, slots=True)
class CueDropped(Lasting):
    """It is out of the run-sheet, for hosts."""

    type: ClassVar[str] = "cue.dropped"

    cue: str


@dataclass(frozen=True, slots=True)
class CueCalled(Passing):
    """Everyone is called to do this; whole, because they hear of it for the first time."""

    type: ClassVar[str] = "cue.called"

    cue: str
    text: str
    does: Does


@dataclass(frozen=True, slots=True)
class CueWithdrawn(Passing):
    """The call is over."""

    type: ClassVar[str] = "cue.withdrawn"

    cue: str


class CueView(TypedDict):
    """The call that is on since ``at``."""

    cue: str
    text: str
    does: Does
    at: int


class PreparedCue(TypedDict):
    """A call in the run-sheet; ``called_at`` is when it was last on, or null."""

    cue: str
    text: str
    does: Does
    called_at: int | None


class CuesView(TypedDict):
    """The call that is on, and for hosts the run-sheet in its order."""

    on: CueView | None
    sheet: NotRequired[list[PreparedCue]]


@dataclass(frozen=True, slots=True)
class Cue:
    """A call; ``at`` is when it was last on, or None."""

    cue: str
    text: str
    does: Does
    at: int | None = None


class Cues(Activity):
    """The call that is on, and the run-sheet."""

    name = "cues"
    commands = (CuePrepare, CueChange, CueMove, CueDrop, CueCall, CueSay, CueWithdraw)
    events = (CuePrepared, CueChanged, CueMoved, CueDropped, CueCalled, CueWithdrawn)
    view_shape = CuesView

    def __init__(self) -> None:
        self._on: Cue | None = None
        self._sheet: list[Cue] = []

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """What would change nothing leads to nothing."""
        match command:
            case CuePrepare(text=text, does=does):
                if len(self._sheet) >= CUES_KEPT:
                    raise Refused(Code.CONFLICT, f"A run-sheet has at most {CUES_KEPT} calls; remove some first.")
                return [Proposed(CuePrepared(context.new_id(), text, does), Audience.HOSTS)]
            case CueSay(text=text, does=does):
                return [Proposed(CueCalled(context.new_id(), text, does))]
            case CueWithdraw(cue=wanted):
                on = self._on is not None and self._on.cue == wanted
                return [Proposed(CueWithdrawn(wanted))] if on else []
            case CueCommand():
                return self._about(command, self._place(command.cue))
        raise Refused(Code.UNKNOWN_COMMAND)

    def _place(self, wanted: str) -> int:
        for place, each in enumerate(self._sheet):
            if each.cue == wanted:
                return place
        raise Refused(Code.NOT_FOUND, "This call is not in the run-sheet.")

    def _about(self, command: CueCommand, place: int) -> list[Proposed]:
        found = self._sheet[place]
        match command:
            case CueCall():
                if self._on is not None and (self._on.cue, self._on.text) == (found.cue, found.text):
                    return []  # another host was as quick
                return [Proposed(CueCalled(found.cue, found.text, found.does))]
            case CueChange(text=text, does=does):
                if (text, does) == (found.text, found.does):
                    return []
                return [Proposed(CueChanged(found.cue, text, does), Audience.HOSTS)]
            case CueMove(place=wanted):
                to = min(wanted, len(self._sheet) - 1)
                return [] if to == place else [Proposed(CueMoved(found.cue, to), Audience.HOSTS)]
            case CueDrop():
                return [Proposed(CueDropped(found.cue), Audience.HOSTS)]
        raise Refused(Code.UNKNOWN_COMMAND)

    def apply(self, record: Record) -> None:
        """What is not here any more is passed over."""
        match record.data:
            case CuePrepared(cue=name, text=text, does=does):
                self._sheet.append(Cue(name, text, does))
            case CueChanged(cue=name, text=text, does=does):
                self._sheet = [
                    replace(each, text=text, does=does) if each.cue == name else each for each in self._sheet
                ]
            case CueMoved(cue=name, place=place):
                moved = [each for each in self._sheet if each.cue == name]
                self._sheet = [each for each in self._sheet if each.cue != name]
                self._sheet[place:place] = moved
            case CueDropped(cue=name):
                self._sheet = [each for each in self._sheet if each.cue != name]
            case CueCalled(cue=name, text=text, does=does):
                self._on = Cue(name, text, does, record.at)
                self._sheet = [replace(each, at=record.at) if each.cue == name else each for each in self._sheet]
            case CueWithdrawn():
                self._on = None

    def wind_up(self, context: Context) -> Iterable[Proposed]:
        """Nobody is called any more."""
        return [Proposed(CueWithdrawn(self._on.cue))] if self._on else []

    def view(self, audience: Audience) -> dict[str, Any]:
        """Hosts see the run-sheet."""
        view: dict[str, Any] = {"on": asdict(self._on) if self._on else None}
        if audience is Audience.HOSTS:
            view["sheet"] = [
                {"cue": each.cue, "text": each.text, "does": each.does, "called_at": each.at} for each in self._sheet
            ]
        return view

    def dump(self) -> dict[str, Any]:
        """The call that is on, and the run-sheet."""
        return {"on": asdict(self._on) if self._on else None, "sheet": [asdict(each) for each in self._sheet]}

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self._on = Cue(**state["on"]) if state["on"] else None
        self._sheet = [Cue(**each) for each in state["sheet"]]

    def clear(self, names: Mapping[str, str]) -> None:
        """The run-sheet is at its beginning, and nobody is called."""
        self._on = None
        self._sheet = [replace(each, at=None) for each in self._sheet]

    def retire(self, before: int) -> Iterable[int]:
        """What was called goes with its age; what is prepared is in use, however old."""
        self._sheet = [each for each in self._sheet if each.at is None or each.at >= before]
        if self._on is not None and self._on.at is not None and self._on.at < before:
            self._on = None
        return ()
