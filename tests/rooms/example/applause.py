"""Applause: everybody claps as often as they like, and the room sees how loud it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from pydantic import Field
from typing_extensions import TypedDict

from protocols.errors import Code, Refused
from protocols.messages import STAFF, Audience, Budget, Command, Lasting, Record
from rooms.activity import Activity, Context, Proposed, Tick

MOST = 50  # claps of one person until the hosts start anew


class ApplauseClap(Command):
    """Clap a few times; what taps gather in a second is sent together."""

    type = "applause.clap"
    budget = Budget.REACTION

    times: Annotated[int, Field(ge=1, le=10)] = 1


class ApplauseReset(Command):
    """Start anew."""

    type = "applause.reset"
    roles = STAFF


@dataclass(frozen=True, slots=True)
class ApplauseClapped(Lasting):
    """Somebody clapped; told to nobody, the level says it."""

    type: ClassVar[str] = "applause.clapped"
    own: ClassVar[bool] = True

    times: int


@dataclass(frozen=True, slots=True)
class ApplauseCleared(Lasting):
    """It is quiet again."""

    type: ClassVar[str] = "applause.cleared"


class ApplauseLevel(TypedDict):
    """How loud it is."""

    room: str
    claps: int


class ApplauseView(TypedDict):
    """How loud it is."""

    claps: int


class ApplauseMine(TypedDict):
    """What one has given."""

    claps: int


class Applause(Activity):
    """Claps by person."""

    name = "applause"
    commands = (ApplauseClap, ApplauseReset)
    events = (ApplauseClapped, ApplauseCleared)
    view_shape = ApplauseView
    mine_shape = ApplauseMine
    tick_shapes = MappingProxyType({"applause.level": ApplauseLevel})

    def __init__(self) -> None:
        self._claps: dict[str, int] = {}

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """Nobody claps for everybody."""
        match command:
            case ApplauseClap(times=times):
                if self._claps.get(context.by.id, 0) + times > MOST:
                    raise Refused(Code.CONFLICT, "Your hands are sore.")
                return [Proposed(ApplauseClapped(times), Audience.NOBODY)]
            case ApplauseReset():
                return [Proposed(ApplauseCleared())] if self._claps else []
        raise Refused(Code.UNKNOWN_COMMAND)

    def apply(self, record: Record) -> None:
        """Count."""
        match record.data:
            case ApplauseClapped(times=times) if record.by is not None:
                self._claps[record.by.id] = self._claps.get(record.by.id, 0) + times
            case ApplauseCleared():
                self._claps.clear()

    def view(self, audience: Audience) -> dict[str, Any]:
        """The same for all."""
        return {"claps": sum(self._claps.values())}

    def mine(self, user: str) -> dict[str, Any] | None:
        """One's own claps."""
        return {"claps": self._claps[user]} if user in self._claps else None

    def ticks(self, audience: Audience) -> Iterable[Tick]:
        """How loud it is; one key, so that the newest replaces those before it."""
        return [Tick("applause.level", "level", {"claps": sum(self._claps.values())})] if self._claps else []

    def dump(self) -> dict[str, Any]:
        """Claps by person."""
        return {"claps": dict(self._claps)}

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self._claps = dict(state["claps"])

    def clear(self, names: Mapping[str, str]) -> None:
        """A rehearsal was not meant."""
        self._begin_again()

    def erase(self, user: str, pseudonym: str) -> None:
        """The claps stay, as the records have them: under the pseudonym."""
        if user in self._claps:
            self._claps[pseudonym] = self._claps.get(pseudonym, 0) + self._claps.pop(user)
