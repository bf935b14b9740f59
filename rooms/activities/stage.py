"""Stage: what the wall shows. By itself the wall shows what is on; a host can set a scene, count down, blank it.

A scene may name its subject, such as one poll. It must be something that everyone sees, and when that ends, as a
question is hidden or a photo deleted, the scene lets go of it. ``Room`` asks the other activities about it. A panic
(``Order``) goes over all of this and changes nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field
from typing_extensions import TypedDict

from protocols.errors import Code, Refused
from protocols.limits import COUNTDOWN_MAXIMUM_MS, COUNTDOWN_TOLD_MS
from protocols.messages import STAFF, Audience, Budget, Command, Id, Passing, Record
from protocols.text import Title
from rooms.activity import Activity, Context, Proposed

SceneName = Literal["auto", "cover", "chat", "question", "poll", "photos", "winner", "countdown"]
Scene = tuple[SceneName, str | None]

# The scenes that show things of other activities, which say whether there is one (``Activity.on_wall``).
OF_THINGS: Final = frozenset({"question", "poll", "photos", "winner"})
# Those that may be set before there is anything: they ask for it.
INVITING: Final = frozenset({"photos"})
AUTO: Final[Scene] = ("auto", None)


class StageCommand(Command):
    """About what the wall shows."""

    roles = STAFF
    budget = Budget.CONTROL


class StageSet(StageCommand):
    """Set the wall's scene: one that stays, or ``auto``. Without a subject it shows its latest thing.

    A wall that was blank shows again, unless ``blank`` keeps it so.
    """

    type = "stage.set"

    scene: SceneName
    subject: Id | None = None
    blank: bool = False


class StageBlank(StageCommand):
    """Show nothing on the wall; what was set is kept."""

    type = "stage.blank"


class StageUnblank(StageCommand):
    """Show again what was set."""

    type = "stage.unblank"


class CountdownStart(StageCommand):
    """Count down on the wall, from now; one that runs begins anew."""

    type = "countdown.start"

    duration_ms: Annotated[int, Field(ge=1_000, le=COUNTDOWN_MAXIMUM_MS)]
    text: Title | None = None


class CountdownExtend(StageCommand):
    """Give it more time; the scene stays."""

    type = "countdown.extend"

    by_ms: Annotated[int, Field(ge=1_000, le=COUNTDOWN_MAXIMUM_MS)]


class CountdownStop(StageCommand):
    """End it before its time."""

    type = "countdown.stop"


@dataclass(frozen=True, slots=True)
class StageChanged(Passing):
    """The wall's scene from now on, whole."""

    type: ClassVar[str] = "stage.changed"

    scene: SceneName
    subject: str | None
    blank: bool


@dataclass(frozen=True, slots=True)
class StageBlanked(Passing):
    """The wall shows nothing."""

    type: ClassVar[str] = "stage.blanked"


@dataclass(frozen=True, slots=True)
class StageUnblanked(Passing):
    """The wall shows its scene again."""

    type: ClassVar[str] = "stage.unblanked"


@dataclass(frozen=True, slots=True)
class CountdownStarted(Passing):
    """The wall counts down to ``ends_at``."""

    type: ClassVar[str] = "countdown.started"

    text: str | None
    duration_ms: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class CountdownExtended(Passing):
    """It has more time; ``duration_ms`` from its start."""

    type: ClassVar[str] = "countdown.extended"

    duration_ms: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class CountdownStopped(Passing):
    """It leaves the wall: a host stopped it, or it ended a moment ago. The scene is that from before it."""

    type: ClassVar[str] = "countdown.stopped"

    scene: SceneName
    subject: str | None


class CountdownView(TypedDict):
    """A countdown on its way to ``ends_at``, and shortly after it."""

    text: str | None
    duration_ms: int
    ends_at: int


class StageView(TypedDict):
    """The scene that is set, or ``auto``. While ``blank``, walls show nothing, whatever it says."""

    scene: SceneName
    subject: str | None
    blank: bool
    countdown: CountdownView | None


class Stage(Activity):
    """The scene, the one before a countdown, the countdown, and whether all that is hidden."""

    name = "stage"
    commands = (StageSet, StageBlank, StageUnblank, CountdownStart, CountdownExtend, CountdownStop)
    events = (StageChanged, StageBlanked, StageUnblanked, CountdownStarted, CountdownExtended, CountdownStopped)
    view_shape = StageView

    def __init__(self) -> None:
        self._scene: Scene = AUTO
        self._before: Scene = AUTO
        self._blank = False
        self._countdown: CountdownStarted | None = None

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """What would change nothing leads to nothing."""
        match command:
            case StageSet():
                return self._set(command, context)
            case StageBlank():
                return [] if self._blank else [Proposed(StageBlanked())]
            case StageUnblank():
                return [Proposed(StageUnblanked())] if self._blank else []
            case CountdownStart(duration_ms=duration, text=text):
                return [Proposed(CountdownStarted(text, duration, context.at + duration))]
            case CountdownExtend(by_ms=more):
                return self._extended(more, context.at)
            case CountdownStop():
                return self._stopped()
        raise Refused(Code.UNKNOWN_COMMAND)

    def _set(self, command: StageSet, context: Context) -> list[Proposed]:
        scene, subject = command.scene, command.subject
        if subject is not None and scene not in OF_THINGS:
            raise Refused(Code.INVALID, "This scene is not about any one thing.")
        if scene == "countdown" and self._countdown is None:
            raise Refused(Code.NOT_FOUND, "Nothing counts down; start a countdown.")
        if scene in OF_THINGS and not context.on_wall(scene, subject):
            if subject is not None:
                raise Refused(Code.NOT_FOUND, "It is not there, or not everyone may see it.")
            if scene not in INVITING:
                raise Refused(Code.NOT_FOUND, "There is nothing yet that this scene could show.")
        if (self._scene, self._blank) == ((scene, subject), command.blank):
            return []
        return [Proposed(StageChanged(scene, subject, command.blank))]

    def _extended(self, more: int, at: int) -> list[Proposed]:
        running = self._countdown
        if running is None or running.ends_at <= at:
            raise Refused(Code.NOT_FOUND, "Nothing counts down; start a countdown.")
        more = min(more, at + COUNTDOWN_MAXIMUM_MS - running.ends_at)
        return [Proposed(CountdownExtended(running.duration_ms + more, running.ends_at + more))] if more > 0 else []

    def _stopped(self) -> list[Proposed]:
        if self._countdown is None:
            return []
        return [Proposed(CountdownStopped(*(self._before if self._scene[0] == "countdown" else self._scene)))]

    def apply(self, record: Record) -> None:
        """The latest word holds."""
        match record.data:
            case StageChanged(scene=scene, subject=subject, blank=blank):
                self._turn_to((scene, subject))
                self._blank = blank
            case StageBlanked() | StageUnblanked() as event:
                self._blank = isinstance(event, StageBlanked)
            case CountdownStarted() as event:
                self._countdown, self._blank = event, False
                self._turn_to(("countdown", None))
            case CountdownExtended() as event if self._countdown is not None:
                self._countdown = CountdownStarted(self._countdown.text, event.duration_ms, event.ends_at)
            case CountdownStopped(scene=scene, subject=subject):
                self._countdown = None
                self._scene, self._before = (scene, subject), AUTO

    def _turn_to(self, scene: Scene) -> None:
        if scene[0] != "countdown":
            self._before = AUTO
        elif self._scene[0] != "countdown":
            self._before = self._scene
        self._scene = scene

    def settle(self, on_wall: Callable[[str, str | None], bool]) -> None:
        """Let go of subjects that not everyone sees any more; called after every record of the room."""
        # Nearly always there is none, and a record of a busy room should cost nothing here.
        if self._scene[1] is not None:
            self._scene = _settled(self._scene, on_wall)
        if self._before[1] is not None:
            self._before = _settled(self._before, on_wall)

    def due(self) -> int | None:
        """A while after the countdown's end, which everybody should have seen."""
        return None if self._countdown is None else self._countdown.ends_at + COUNTDOWN_TOLD_MS

    def elapse(self, context: Context) -> Iterable[Proposed]:
        """The countdown leaves the wall."""
        due = self.due()
        return self._stopped() if due is not None and due <= context.at else []

    def wind_up(self, context: Context) -> Iterable[Proposed]:
        """Nothing counts down any more."""
        return self._stopped()

    def view(self, audience: Audience) -> dict[str, Any]:
        """The same for all: a wall is for everyone to see."""
        scene, subject = self._scene
        countdown = None if self._countdown is None else self._countdown.dump()
        return {"scene": scene, "subject": subject, "blank": self._blank, "countdown": countdown}

    def dump(self) -> dict[str, Any]:
        """The view, and the scene from before the countdown."""
        return self.view(Audience.HOSTS) | {"before": list(self._before)}

    def clear(self, names: Mapping[str, str]) -> None:
        """The wall shows by itself what is on."""
        self._begin_again()

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self._scene = (state["scene"], state["subject"])
        self._before = (state["before"][0], state["before"][1])
        self._blank = state["blank"]
        self._countdown = None if state["countdown"] is None else CountdownStarted(**state["countdown"])


def _settled(scene: Scene, on_wall: Callable[[str, str | None], bool]) -> Scene:
    name, subject = scene
    if on_wall(name, subject):
        return scene
    return (name, None) if name in INVITING else AUTO
