"""The contract of an activity: what a room can do, one file each in ``rooms/activities``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from protocols.messages import Audience, By, Command, Event, Record, Role
from rooms.settings import DEFAULTS, RoomSettings

# The room itself: who acts when a timer ends, or when records are old enough to go. Such events are recorded with
# ``by`` None. No token can name it: a person has a name.
ROOM: Final = By("room", "", Role.BOT)


@dataclass(frozen=True, slots=True)
class Work:
    """Something that a person made, which others may judge: whose it is, and whether everyone sees it now."""

    by: By
    shown: bool


def _nobody(_thing: str) -> Iterable[By] | None:
    return None


def _anybody(_by: By) -> bool:
    return True


def _nothing(_thing: str) -> Work | None:
    return None


def _nowhere(_scene: str, _thing: str | None) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision may know beside the room: who asks, the room's time, fresh ids. No clock, no luck of its own.

    ``bound``      the person is a known member, not only a browser
    ``signed_up``  the person has signed up for this event
    ``vouched``    the server itself gives the command, in the person's name: what it says was found, not claimed
    ``suspect``    what is said should be seen by staff first: a word filter or a check outside says so
    ``settings``   filled in by the room
    ``stream_sites``  whence streams may come, as an operator lists them: ``rooms.stream_address``
    ``partakers``  who took part in something of the room's: ``Activity.partakers``; filled in by the room
    ``attends``    whether somebody may still take part: not banned, nor of the staff; filled in by the room
    ``work``       what is known of something that a person made: ``Activity.work``; filled in by the room
    ``on_wall``    whether a scene of the wall has this thing to show: ``Activity.on_wall``; filled in by the room
    """

    by: By
    at: int
    new_id: Callable[[], str]
    bound: bool = False
    signed_up: bool = False
    suspect: bool = False
    settings: RoomSettings = DEFAULTS
    vouched: bool = False
    partakers: Callable[[str], Iterable[By] | None] = _nobody
    attends: Callable[[By], bool] = _anybody
    work: Callable[[str], Work | None] = _nothing
    on_wall: Callable[[str, str | None], bool] = _nowhere
    stream_sites: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Proposed:
    """An event that a decision wishes to append; ``erases`` lists seqs that become stubs with it.

    ``by`` is given where the words are another's than the sender's: what a host restores is still its author's. With
    ROOM they are nobody's.
    """

    event: Event
    audience: Audience = Audience.EVERYONE
    erases: tuple[int, ...] = ()
    by: By | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """Volatile state to tell an audience: no seq, the newest of a ``key`` replaces those before it."""

    type: str
    key: str
    data: dict[str, Any]


class Activity(ABC):
    """State and rules of one thing that people do in a room.

    ``decide`` never changes state and raises ``Refused``; ``apply`` never fails and takes stubs
    (``record.data is None``); the same records always give the same state, stubs included: what was
    applied and erased later must equal what was applied as a stub.
    """

    name: ClassVar[str]
    commands: ClassVar[Sequence[type[Command]]] = ()
    events: ClassVar[Sequence[type[Event]]] = ()
    # The wall's scene that shows things of this activity.
    scene: ClassVar[str | None] = None

    # For the schema: what ``view`` and ``mine`` give, and the data of each type of tick, as TypedDicts.
    view_shape: ClassVar[type]
    mine_shape: ClassVar[type | None] = None
    tick_shapes: ClassVar[Mapping[str, type]] = MappingProxyType({})

    @abstractmethod
    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """The events that the command leads to; empty if nothing changes."""

    @abstractmethod
    def apply(self, record: Record) -> None:
        """Take in one record of this activity's types."""

    @abstractmethod
    def view(self, audience: Audience) -> dict[str, Any]:
        """The state as everyone, or as hosts, may see it."""

    @abstractmethod
    def dump(self) -> dict[str, Any]:
        """The whole state as plain values, for a snapshot."""

    @abstractmethod
    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""

    def mine(self, user: str) -> dict[str, Any] | None:
        """What concerns this person alone, or None."""
        return None

    def outlasts(self, user: str) -> bool:
        """Whether something of this person stays when all their old records go, as a ballot in an open poll does.

        It must be the same in a replay, where records of this person that were erased since are stubs already.
        """
        return self.mine(user) is not None

    def begun(self) -> Iterable[str]:
        """The things that are drafts no more; ``clear`` gives them other names."""
        return ()

    @abstractmethod
    def clear(self, names: Mapping[str, str]) -> None:
        """Forget a rehearsal: what people did is gone, and what was prepared is as it was before it began.

        ``names`` has a fresh id for each thing that ``begun`` gave: what is sent late for the old one counts nowhere.
        The records of a rehearsal are stubs afterwards, ``emptied``: what stays here must be the same whether they
        were applied whole or as stubs.
        """

    def _begin_again(self) -> None:
        """As if nothing had been."""
        self.load(type(self)().dump())

    def due(self) -> int | None:
        """The room time at which ``elapse`` has something to say, or None."""
        return None

    def elapse(self, context: Context) -> Iterable[Proposed]:
        """The events that are due at ``context.at``."""
        return ()

    def wind_up(self, context: Context) -> Iterable[Proposed]:
        """The events that end what is running, because the room is being closed."""
        return ()

    def ticks(self, audience: Audience) -> Iterable[Tick]:
        """Volatile state worth telling now; whoever sends it leaves out what has not changed."""
        return ()

    def partakers(self, thing: str) -> Iterable[By] | None:
        """Who took part in this thing of the activity's, such as a poll; None if it has none of that name."""
        return None

    def work(self, thing: str) -> Work | None:
        """What is known of this thing that a person made, such as a photo; None if it has none of that name."""
        return None

    def on_wall(self, thing: str | None) -> bool:
        """Whether its scene can show this thing to everyone; with None, whether it has anything at all to show.

        In a replay, where things may be erased that were there then, it must not say yes where it said no.
        """
        return False

    def follow(self, names: Mapping[str, str]) -> None:
        """Things of other activities bear other names from here on: old name -> new name."""
        return

    def about(self, user: str) -> tuple[int, ...]:
        """The seqs of the records that say something of this person and were written by others.

        They become stubs when the person is erased; ``erase`` forgets what they said.
        """
        return ()

    def retire(self, before: int) -> Iterable[int]:
        """Forget what is older than ``before``; give the seqs of the records that hold its words.

        It is done to a copy first, to learn those seqs and whether anything changes, then to the room. The records
        are stubs afterwards: what is forgotten here must be the same whether they were applied whole or as stubs.
        """
        return ()

    def erase(self, user: str, pseudonym: str) -> None:
        """Forget a person: drop what they wrote, keep ballots under the pseudonym.

        On top of a snapshot the pseudonym may already have what the person did after it: then both are one person's.
        """
        return
