"""Order: who may write at all just now, and the one action that quiets a room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from typing_extensions import TypedDict

from protocols.errors import Code, Refused
from protocols.messages import STAFF, Audience, Budget, Command, Lasting, Record
from rooms.activity import Activity, Context, Proposed


class OrderCommand(Command):
    """About everybody who is not staff."""

    roles = STAFF
    budget = Budget.CONTROL


class RoomMute(OrderCommand):
    """Let nobody but staff write or react; votes go on."""

    type = "room.mute"


class RoomUnmute(OrderCommand):
    """Let people write again."""

    type = "room.unmute"


class ChatClose(OrderCommand):
    """Let nobody but staff write in the chat; all else goes on."""

    type = "chat.close"


class ChatOpen(OrderCommand):
    """Let people chat again."""

    type = "chat.open"


class RoomPanic(OrderCommand):
    """Quiet the room at once: the wall is blank, and nobody but staff writes."""

    type = "room.panic"


class RoomCalm(OrderCommand):
    """End the panic: all is again as it was set, before it or since."""

    type = "room.calm"


@dataclass(frozen=True, slots=True)
class RoomMuted(Lasting):
    """Nobody but staff may write."""

    type: ClassVar[str] = "room.muted"


@dataclass(frozen=True, slots=True)
class RoomUnmuted(Lasting):
    """People may write."""

    type: ClassVar[str] = "room.unmuted"


@dataclass(frozen=True, slots=True)
class ChatClosed(Lasting):
    """Nobody but staff may write in the chat."""

    type: ClassVar[str] = "chat.closed"


@dataclass(frozen=True, slots=True)
class ChatOpened(Lasting):
    """People may chat."""

    type: ClassVar[str] = "chat.opened"


@dataclass(frozen=True, slots=True)
class RoomPanicked(Lasting):
    """The wall is blank, and nobody but staff may write, until the room is calmed."""

    type: ClassVar[str] = "room.panicked"


@dataclass(frozen=True, slots=True)
class RoomCalmed(Lasting):
    """What was set before holds again."""

    type: ClassVar[str] = "room.calmed"


class OrderView(TypedDict):
    """What holds for everybody but staff. While ``panicked``, nobody writes and walls are blank, whatever the others
    say: they are what holds again afterwards."""

    muted: bool
    chat_closed: bool
    panicked: bool


class Order(Activity):
    """Two switches, and the panic that goes over them."""

    name = "order"
    commands = (RoomMute, RoomUnmute, ChatClose, ChatOpen, RoomPanic, RoomCalm)
    events = (RoomMuted, RoomUnmuted, ChatClosed, ChatOpened, RoomPanicked, RoomCalmed)
    view_shape = OrderView

    def __init__(self) -> None:
        self._muted = False
        self._chat_closed = False
        self._panicked = False

    def hear_out(self, command: Command) -> None:
        """Raises Refused if only staff writes this now: muted, closed."""
        if self._muted or self._panicked:
            raise Refused(Code.MUTED, "Nobody but staff writes at the moment.")
        if self._chat_closed and command.type == "chat.send":
            raise Refused(Code.CLOSED, "The chat is closed.")

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """What is so already leads to nothing."""
        match command:
            case RoomMute():
                return [] if self._muted else [Proposed(RoomMuted())]
            case RoomUnmute():
                return [Proposed(RoomUnmuted())] if self._muted else []
            case ChatClose():
                return [] if self._chat_closed else [Proposed(ChatClosed())]
            case ChatOpen():
                return [Proposed(ChatOpened())] if self._chat_closed else []
            case RoomPanic():
                return [] if self._panicked else [Proposed(RoomPanicked())]
            case RoomCalm():
                return [Proposed(RoomCalmed())] if self._panicked else []
        raise Refused(Code.UNKNOWN_COMMAND)

    def apply(self, record: Record) -> None:
        """Turn the switch."""
        match record.data:
            case RoomMuted() | RoomUnmuted() as event:
                self._muted = isinstance(event, RoomMuted)
            case ChatClosed() | ChatOpened() as event:
                self._chat_closed = isinstance(event, ChatClosed)
            case RoomPanicked() | RoomCalmed() as event:
                self._panicked = isinstance(event, RoomPanicked)

    def view(self, audience: Audience) -> dict[str, Any]:
        """The same for all: whoever may not write is to know it."""
        return {"muted": self._muted, "chat_closed": self._chat_closed, "panicked": self._panicked}

    def dump(self) -> dict[str, Any]:
        """The view."""
        return self.view(Audience.HOSTS)

    def clear(self, names: Mapping[str, str]) -> None:
        """It is a setting."""

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self._muted, self._chat_closed = state["muted"], state["chat_closed"]
        self._panicked = state["panicked"]
