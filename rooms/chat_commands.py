"""What people may wish of the chat."""

from __future__ import annotations

from protocols.messages import STAFF, Budget, Command, Id
from protocols.text import Text


class ChatSend(Command):
    """Say something to the room."""

    type = "chat.send"
    budget = Budget.CHAT
    writes = True
    waits = True
    slowed = True

    text: Text

    def said(self) -> tuple[str, ...]:
        """The message."""
        return (self.text,)


class ChatDelete(Command):
    """Delete a message: staff any of the latest, anybody their own. Only what staff deleted can be restored."""

    type = "chat.delete"

    message: Id


class ChatRestore(Command):
    """Bring back what staff deleted."""

    type = "chat.restore"
    roles = STAFF

    message: Id


class ChatApprove(Command):
    """Let a message through that waits: everyone sees it from now on."""

    type = "chat.approve"
    roles = STAFF

    message: Id


class ChatReject(Command):
    """Put a message that waits into the bin."""

    type = "chat.reject"
    roles = STAFF

    message: Id


class ChatHold(Command):
    """Let a message wait (again): one that was let through, or one in the bin."""

    type = "chat.hold"
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
