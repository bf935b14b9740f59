"""Chat: send, delete, restore, pin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, NotRequired

from typing_extensions import TypedDict

from protocols.errors import Code, Refused
from protocols.limits import BIN_KEPT, CHAT_KEPT, CHAT_SHOWN, VIEW_BYTES
from protocols.messages import STAFF, Audience, Budget, By, Command, Event, Id, Lasting, Record
from protocols.text import Text, text_bytes
from protocols.wire import Author
from rooms.activity import Activity, Context, Proposed
from rooms.window import Window


class ChatSend(Command):
    """Say something to the room."""

    type = "chat.send"
    budget = Budget.CHAT

    text: Text


class ChatDelete(Command):
    """Delete a message: staff any of the latest, anybody their own. Only what staff deleted can be restored."""

    type = "chat.delete"

    message: Id


class ChatRestore(Command):
    """Bring back what staff deleted."""

    type = "chat.restore"
    roles = STAFF

    message: Id


class ChatPin(Command):
    """Show this message on top, instead of the one before."""

    type = "chat.pin"
    roles = STAFF

    message: Id


class ChatUnpin(Command):
    """Show no message on top."""

    type = "chat.unpin"
    roles = STAFF


@dataclass(frozen=True, slots=True)
class ChatSent(Event):
    """A message; ``by`` is its author."""

    type: ClassVar[str] = "chat.sent"

    message: str
    text: str


@dataclass(frozen=True, slots=True)
class ChatDeleted(Lasting):
    """The message is gone, also from the history; ``by`` says who deleted it."""

    type: ClassVar[str] = "chat.deleted"

    message: str


@dataclass(frozen=True, slots=True)
class ChatBinned(Event):
    """What staff deleted lies in the hosts' bin; ``by`` is its author."""

    type: ClassVar[str] = "chat.binned"

    message: str
    text: str
    sent_seq: int
    sent_at: int


@dataclass(frozen=True, slots=True)
class ChatUnbinned(Lasting):
    """The bin holds it no more; ``by`` says who restored it."""

    type: ClassVar[str] = "chat.unbinned"

    message: str


@dataclass(frozen=True, slots=True)
class ChatRestored(Event):
    """A message is back in its place, whole; ``by`` is its author."""

    type: ClassVar[str] = "chat.restored"

    message: str
    text: str
    sent_seq: int
    sent_at: int


@dataclass(frozen=True, slots=True)
class ChatPinned(Lasting):
    """The message stands on top."""

    type: ClassVar[str] = "chat.pinned"

    message: str


@dataclass(frozen=True, slots=True)
class ChatUnpinned(Lasting):
    """No message stands on top."""

    type: ClassVar[str] = "chat.unpinned"


class MessageView(TypedDict):
    """A message as it is shown; ``seq`` and ``at`` are those of its first sending."""

    message: str
    seq: int
    at: int
    by: Author
    text: str


class ChatView(TypedDict):
    """The latest messages, oldest first; ``bin`` for hosts only."""

    messages: list[MessageView]
    pinned: MessageView | None
    bin: NotRequired[list[MessageView]]


@dataclass(frozen=True, slots=True)
class Message:
    """A message; ``held`` is the seq of the record that holds its text now."""

    message: str
    seq: int
    at: int
    by: By
    text: str
    held: int

    def as_wire(self) -> dict[str, Any]:
        """Its plain form in a view."""
        return {"message": self.message, "seq": self.seq, "at": self.at, "by": self.by.as_wire(), "text": self.text}

    def dump(self) -> dict[str, Any]:
        """Its plain form in a snapshot."""
        return self.as_wire() | {"held": self.held}

    @classmethod
    def of_dump(cls, state: dict[str, Any]) -> Message:
        """The message that ``dump`` described."""
        by = By.of_wire(state["by"])
        return cls(state["message"], state["seq"], state["at"], by, state["text"], state["held"])


class Chat(Activity):
    """The latest messages, what staff deleted of them, and the one on top."""

    name = "chat"
    commands = (ChatSend, ChatDelete, ChatRestore, ChatPin, ChatUnpin)
    events = (ChatSent, ChatDeleted, ChatBinned, ChatUnbinned, ChatRestored, ChatPinned, ChatUnpinned)
    view_shape = ChatView

    def __init__(self) -> None:
        self._messages: Window[Message] = Window(CHAT_KEPT)  # by the seq of chat.sent
        self._seqs: dict[str, int] = {}  # message -> its place there
        self._bin: Window[Message] = Window(BIN_KEPT)  # by the seq of chat.binned
        self._binned: dict[str, int] = {}
        self._pinned: Message | None = None

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """A deleted message's words leave the log with the step that deletes it."""
        match command:
            case ChatSend():
                if len(command.text) > context.settings.text_length:
                    longest = context.settings.text_length
                    raise Refused(Code.TOO_LARGE, f"A message has at most {longest} characters here.")
                return [Proposed(ChatSent(context.new_id(), command.text))]
            case ChatDelete():
                return self._delete(self._find(command.message), context.by)
            case ChatRestore():
                return self._restore(command.message)
            case ChatPin():
                message = self._find(command.message)
                if self._pinned == message:
                    return []
                # Clients find it by its id among what a view shows.
                if not self._messages.among(message.seq, CHAT_SHOWN):
                    raise Refused(Code.NOT_FOUND, "This message is not among the latest.")
                return [Proposed(ChatPinned(message.message))]
            case ChatUnpin():
                return [Proposed(ChatUnpinned())] if self._pinned else []
        raise Refused(Code.UNKNOWN_COMMAND)

    def _find(self, wanted: str) -> Message:
        message = self._message(wanted)
        if message is None:
            raise Refused(Code.NOT_FOUND, "This message is not among the latest.")
        return message

    def _message(self, wanted: str) -> Message | None:
        if self._pinned is not None and self._pinned.message == wanted:
            return self._pinned
        return self._messages.get(self._seqs.get(wanted, 0))

    def _delete(self, message: Message, by: By) -> list[Proposed]:
        own = by.id == message.by.id
        if not own and by.role not in STAFF:
            raise Refused(Code.FORBIDDEN, "Only staff deletes the messages of others.")
        deleted = Proposed(ChatDeleted(message.message), erases=(message.held,))
        if own:
            return [deleted]
        binned = ChatBinned(message.message, message.text, message.seq, message.at)
        return [deleted, Proposed(binned, Audience.HOSTS, by=message.by)]

    def _restore(self, wanted: str) -> list[Proposed]:
        message = self._bin.get(self._binned.get(wanted, 0))
        if message is None:
            raise Refused(Code.NOT_FOUND, "This message is not in the bin.")
        restored = ChatRestored(message.message, message.text, message.seq, message.at)
        return [
            Proposed(ChatUnbinned(message.message), Audience.HOSTS, erases=(message.held,)),
            Proposed(restored, by=message.by),
        ]

    def apply(self, record: Record) -> None:
        """A stub of chat.sent or chat.binned takes a place, as what it replaced did."""
        if record.type == "chat.sent":
            self._sent(record)
        elif record.type == "chat.binned":
            self._took(record)
        else:
            self._changed(record)

    def _sent(self, record: Record) -> None:
        message = None
        if isinstance(record.data, ChatSent) and record.by is not None:
            event = record.data
            message = Message(event.message, record.seq, record.at, record.by, event.text, record.seq)
            self._seqs[event.message] = record.seq
        left = self._messages.add(record.seq, message)
        if left is not None:
            self._seqs.pop(left.message, None)

    def _took(self, record: Record) -> None:
        message = None
        if isinstance(record.data, ChatBinned) and record.by is not None:
            event = record.data
            message = Message(event.message, event.sent_seq, event.sent_at, record.by, event.text, record.seq)
            self._binned[event.message] = record.seq
        left = self._bin.add(record.seq, message)
        if left is not None:
            self._binned.pop(left.message, None)

    def _changed(self, record: Record) -> None:
        match record.data:
            case ChatDeleted(message=wanted):
                self._messages.blank(self._seqs.pop(wanted, 0))
                if self._pinned is not None and self._pinned.message == wanted:
                    self._pinned = None
            case ChatUnbinned(message=wanted):
                self._bin.blank(self._binned.pop(wanted, 0))
            case ChatRestored() as event if record.by is not None:
                message = Message(event.message, event.sent_seq, event.sent_at, record.by, event.text, record.seq)
                if self._messages.fill(event.sent_seq, message):
                    self._seqs[event.message] = event.sent_seq
            case ChatPinned(message=wanted):
                # None if it was erased since: the room that saw it unpinned it then.
                self._pinned = self._message(wanted)
            case ChatUnpinned():
                self._pinned = None

    def view(self, audience: Audience) -> dict[str, Any]:
        """The bin is for hosts."""
        view: dict[str, Any] = {
            "messages": _shown(self._messages.latest(CHAT_SHOWN)),
            "pinned": self._pinned.as_wire() if self._pinned else None,
        }
        if audience is Audience.HOSTS:
            view["bin"] = _shown(self._bin)
        return view

    def dump(self) -> dict[str, Any]:
        """Places and messages of both windows."""
        return {
            "messages": [message.dump() for message in self._messages],
            "places": self._messages.places(),
            "bin": [[self._binned[message.message], message.dump()] for message in self._bin],
            "bin_places": self._bin.places(),
            "pinned": self._pinned.dump() if self._pinned else None,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        messages = [Message.of_dump(each) for each in state["messages"]]
        self._messages.load(state["places"], {each.seq: each for each in messages})
        self._seqs = {each.message: each.seq for each in messages}
        binned = {seq: Message.of_dump(each) for seq, each in state["bin"]}
        self._bin.load(state["bin_places"], binned)
        self._binned = {each.message: seq for seq, each in binned.items()}
        self._pinned = Message.of_dump(state["pinned"]) if state["pinned"] else None

    def retire(self, before: int) -> Iterable[int]:
        """A message is as old as its first sending, wherever its words are now: in view, on top or in the bin."""
        gone = [each for each in self._messages if each.at < before]
        for message in gone:
            self._messages.blank(self._seqs.pop(message.message))
        binned = [each for each in self._bin if each.at < before]
        for message in binned:
            self._bin.blank(self._binned.pop(message.message))
        if self._pinned is not None and self._pinned.at < before:
            gone.append(self._pinned)
            self._pinned = None
        return {message.held for message in (*gone, *binned)}

    def erase(self, user: str, pseudonym: str) -> None:
        """What they wrote is gone from view, bin and top."""
        for message in [each for each in self._messages if each.by.id == user]:
            self._messages.blank(self._seqs.pop(message.message))
        for message in [each for each in self._bin if each.by.id == user]:
            self._bin.blank(self._binned.pop(message.message))
        if self._pinned is not None and self._pinned.by.id == user:
            self._pinned = None


def _shown(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """The newest of these whose texts a view has room for, oldest first; older ones are in the history."""
    shown: list[dict[str, Any]] = []
    room = VIEW_BYTES
    for message in reversed(list(messages)):
        room -= text_bytes(message.text)
        if room < 0:
            break
        shown.append(message.as_wire())
    shown.reverse()
    return shown
