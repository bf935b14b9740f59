"""Chat: send, delete, restore, pin; and what waits for staff to let it through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NotRequired

from typing_extensions import TypedDict

from protocols.errors import Code, Refused
from protocols.limits import BIN_KEPT, CHAT_KEPT, CHAT_SHOWN, HELD_BYTES, HELD_EACH, HELD_KEPT, REFUSED_OWN, VIEW_BYTES
from protocols.messages import STAFF, Audience, By, Command, Event, Passing, Record
from protocols.text import text_bytes
from protocols.wire import Author
from rooms.activity import Activity, Context, Proposed
from rooms.chat_commands import (
    ChatApprove,
    ChatDelete,
    ChatHold,
    ChatPin,
    ChatReject,
    ChatRestore,
    ChatSend,
    ChatUnpin,
)
from rooms.window import Window


@dataclass(frozen=True, slots=True)
class ChatSent(Event):
    """A message; ``by`` is its author."""

    type: ClassVar[str] = "chat.sent"

    message: str
    text: str


@dataclass(frozen=True, slots=True)
class ChatHeld(Event):
    """A message waits for staff; ``by`` is its author, who alone is told of it beside the hosts."""

    type: ClassVar[str] = "chat.held"
    own: ClassVar[bool] = True

    message: str
    text: str


@dataclass(frozen=True, slots=True)
class ChatSettled(Passing):
    """A message waits no longer; ``by`` is its author."""

    type: ClassVar[str] = "chat.settled"
    own: ClassVar[bool] = True

    message: str


@dataclass(frozen=True, slots=True)
class ChatApproved(Passing):
    """Staff let the message through; ``by`` says who."""

    type: ClassVar[str] = "chat.approved"

    message: str


@dataclass(frozen=True, slots=True)
class ChatRejected(Passing):
    """Staff put the message into the bin instead of letting it through; ``by`` says who."""

    type: ClassVar[str] = "chat.rejected"

    message: str


@dataclass(frozen=True, slots=True)
class ChatDeleted(Passing):
    """The message is gone, also from the history; ``by`` says who deleted it."""

    type: ClassVar[str] = "chat.deleted"

    message: str


@dataclass(frozen=True, slots=True)
class ChatBinned(Event):
    """What staff deleted lies in the hosts' bin; ``by`` is its author. ``sent_seq`` 0: nobody else ever saw it."""

    type: ClassVar[str] = "chat.binned"
    own: ClassVar[bool] = True

    message: str
    text: str
    sent_seq: int
    sent_at: int


@dataclass(frozen=True, slots=True)
class ChatUnbinned(Passing):
    """The bin holds it no more; ``by`` says who restored it."""

    type: ClassVar[str] = "chat.unbinned"

    message: str


@dataclass(frozen=True, slots=True)
class ChatRestored(Event):
    """A message is back in its place, whole; ``by`` is its author."""

    type: ClassVar[str] = "chat.restored"
    own: ClassVar[bool] = True

    message: str
    text: str
    sent_seq: int
    sent_at: int


@dataclass(frozen=True, slots=True)
class ChatPinned(Passing):
    """The message stands on top."""

    type: ClassVar[str] = "chat.pinned"

    message: str


@dataclass(frozen=True, slots=True)
class ChatUnpinned(Passing):
    """No message stands on top."""

    type: ClassVar[str] = "chat.unpinned"


class MessageView(TypedDict):
    """A message as it is shown; ``seq`` and ``at`` are those of its first sending."""

    message: str
    seq: int
    at: int
    by: Author
    text: str


class HeldView(TypedDict):
    """A message of one's own that waits; ``seq`` is that of the event that holds it."""

    message: str
    seq: int
    at: int
    text: str


class RefusedView(TypedDict):
    """A message of one's own that staff put into the bin; ``seen`` says whether others had seen it before."""

    message: str
    at: int
    text: str
    seen: bool


class ChatMine(TypedDict):
    """One's own messages that wait for staff, and the latest that staff refused or deleted; oldest first."""

    held: list[HeldView]
    refused: list[RefusedView]


class ChatView(TypedDict):
    """The latest messages, oldest first; ``bin`` and ``held``, the messages that wait, for hosts only."""

    messages: list[MessageView]
    pinned: MessageView | None
    bin: NotRequired[list[MessageView]]
    held: NotRequired[list[MessageView]]


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
    """The latest messages, what staff deleted of them, the one on top, and those that wait."""

    name = "chat"
    commands = (ChatSend, ChatDelete, ChatRestore, ChatApprove, ChatReject, ChatHold, ChatPin, ChatUnpin)
    events = (
        ChatSent,
        ChatHeld,
        ChatSettled,
        ChatApproved,
        ChatRejected,
        ChatDeleted,
        ChatBinned,
        ChatUnbinned,
        ChatRestored,
        ChatPinned,
        ChatUnpinned,
    )
    view_shape = ChatView
    mine_shape = ChatMine

    def __init__(self) -> None:
        self._messages: Window[Message] = Window(CHAT_KEPT)  # by the seq of chat.sent
        self._seqs: dict[str, int] = {}  # message -> its place there
        self._bin: Window[Message] = Window(BIN_KEPT)  # by the seq of chat.binned
        self._binned: dict[str, int] = {}
        self._pinned: Message | None = None
        self._held: dict[str, Message] = {}

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """A deleted message's words leave the log with the step that deletes it."""
        match command:
            case ChatSend():
                return self._send(command.text, context)
            case ChatDelete():
                return self._delete(command.message, context.by)
            case ChatApprove() | ChatReject():
                return self._settle(self._waiting(command.message), approved=isinstance(command, ChatApprove))
            case ChatHold():
                return self._hold(command.message)
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

    def _send(self, text: str, context: Context) -> list[Proposed]:
        longest = context.settings.text_length
        if len(text) > longest:
            raise Refused(Code.TOO_LARGE, f"A message has at most {longest} characters here.")
        if context.by.role not in STAFF and (context.suspect or context.settings.approve_chat):
            if sum(each.by.id == context.by.id for each in self._held.values()) >= HELD_EACH:
                raise Refused(Code.OVERLOADED, "Your messages before this one wait for staff.", retry_after_ms=5_000)
            self._fits(text)
            return [Proposed(ChatHeld(context.new_id(), text), Audience.HOSTS)]
        return [Proposed(ChatSent(context.new_id(), text))]

    def _fits(self, text: str) -> None:
        held = [each.text for each in self._held.values()]
        if len(held) >= HELD_KEPT or text_bytes(text, *held) > HELD_BYTES:
            raise Refused(Code.OVERLOADED, "Too many messages wait for staff.", retry_after_ms=5_000)

    def _waiting(self, wanted: str) -> Message:
        message = self._held.get(wanted)
        if message is None:
            raise Refused(Code.NOT_FOUND, "This message does not wait.")
        return message

    def _settle(self, message: Message, *, approved: bool) -> list[Proposed]:
        wanted, text, by = message.message, message.text, message.by
        decided = ChatApproved(wanted) if approved else ChatRejected(wanted)
        binned = Proposed(ChatBinned(wanted, text, 0, message.at), Audience.HOSTS, by=by)
        return [
            Proposed(decided, Audience.HOSTS, erases=(message.held,)),
            Proposed(ChatSettled(wanted), Audience.HOSTS, by=by),
            Proposed(ChatSent(wanted, text), by=by) if approved else binned,
        ]

    def _hold(self, wanted: str) -> list[Proposed]:
        message = self._bin.get(self._binned.get(wanted, 0))
        if message is not None:
            gone = Proposed(ChatUnbinned(wanted), Audience.HOSTS, erases=(message.held,))
        else:
            message = self._find(wanted)
            gone = Proposed(ChatDeleted(wanted), erases=(message.held,))
        self._fits(message.text)
        return [gone, Proposed(ChatHeld(wanted, message.text), Audience.HOSTS, by=message.by)]

    def _find(self, wanted: str) -> Message:
        message = self._message(wanted)
        if message is None:
            raise Refused(Code.NOT_FOUND, "This message is not among the latest.")
        return message

    def _message(self, wanted: str) -> Message | None:
        if self._pinned is not None and self._pinned.message == wanted:
            return self._pinned
        return self._messages.get(self._seqs.get(wanted, 0))

    def _delete(self, wanted: str, by: By) -> list[Proposed]:
        waiting = self._held.get(wanted)
        # Whoever may not know that it is there is not told so.
        if waiting is not None and by.id == waiting.by.id:
            return [Proposed(ChatSettled(wanted), Audience.HOSTS, erases=(waiting.held,))]
        if waiting is not None and by.role in STAFF:
            return self._settle(waiting, approved=False)
        message = self._find(wanted)
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
        # What nobody saw has no place to go back to.
        gone = Proposed(ChatUnbinned(message.message), Audience.HOSTS, erases=(message.held,))
        if not message.seq:
            settled = Proposed(ChatSettled(message.message), Audience.HOSTS, by=message.by)
            return [gone, settled, Proposed(ChatSent(message.message, message.text), by=message.by)]
        again = ChatRestored(message.message, message.text, message.seq, message.at)
        return [gone, Proposed(again, by=message.by)]

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
            case ChatHeld(message=wanted, text=text) if record.by is not None:
                self._held[wanted] = Message(wanted, record.seq, record.at, record.by, text, record.seq)
            case ChatSettled(message=wanted):
                self._held.pop(wanted, None)
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
        """Bin and queue are for hosts."""
        view: dict[str, Any] = {
            "messages": _shown(self._messages.latest(CHAT_SHOWN)),
            "pinned": self._pinned.as_wire() if self._pinned else None,
        }
        if audience is Audience.HOSTS:
            view["bin"] = _shown(self._bin)
            view["held"] = [each.as_wire() for each in self._held.values()]
        return view

    def mine(self, user: str) -> dict[str, Any] | None:
        """One's own messages that wait, and those that staff refused or deleted."""
        held = [each for each in self._held.values() if each.by.id == user]
        binned = [each for each in self._bin if each.by.id == user][-REFUSED_OWN:]
        if not held and not binned:
            return None
        return {
            "held": [{"message": each.message, "seq": each.seq, "at": each.at, "text": each.text} for each in held],
            "refused": [
                {"message": each.message, "at": each.at, "text": each.text, "seen": each.seq > 0} for each in binned
            ],
        }

    def outlasts(self, user: str) -> bool:
        """What waits, and what was refused, stands in its own record, and goes with it."""
        return False

    def dump(self) -> dict[str, Any]:
        """Places and messages of both windows, and what waits."""
        return {
            "messages": [message.dump() for message in self._messages],
            "places": self._messages.places(),
            "bin": [[self._binned[message.message], message.dump()] for message in self._bin],
            "bin_places": self._bin.places(),
            "pinned": self._pinned.dump() if self._pinned else None,
            "held": [each.dump() for each in self._held.values()],
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
        # A snapshot from before messages could wait has none.
        held = [Message.of_dump(each) for each in state.get("held", ())]
        self._held = {each.message: each for each in held}

    def clear(self, names: Mapping[str, str]) -> None:
        """Everything that was said."""
        self._begin_again()

    def retire(self, before: int) -> Iterable[int]:
        """A message is as old as its first sending, wherever its words are now: shown, on top, in the bin, waiting."""
        gone = [each for each in self._messages if each.at < before]
        for message in gone:
            self._messages.blank(self._seqs.pop(message.message))
        binned = [each for each in self._bin if each.at < before]
        for message in binned:
            self._bin.blank(self._binned.pop(message.message))
        if self._pinned is not None and self._pinned.at < before:
            gone.append(self._pinned)
            self._pinned = None
        waited = [each for each in self._held.values() if each.at < before]
        for message in waited:
            del self._held[message.message]
        return {message.held for message in (*gone, *binned, *waited)}

    def erase(self, user: str, pseudonym: str) -> None:
        """What they wrote is gone from view, bin, queue and top."""
        for message in [each for each in self._messages if each.by.id == user]:
            self._messages.blank(self._seqs.pop(message.message))
        for message in [each for each in self._bin if each.by.id == user]:
            self._bin.blank(self._binned.pop(message.message))
        self._held = {wanted: each for wanted, each in self._held.items() if each.by.id != user}
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
