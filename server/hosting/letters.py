"""What nodes write to each other about commands: plain values, so that they travel.

do         (room, number, type, body, sender)     a command for whom the room belongs to
did        (number, epoch, seq)                   it stands there
refused    (number, code, message, retry_after_ms)
elsewhere  (room, number)                         the room is not this node's
free       (room)                                 whoever wants it may take it
ahead      (room, epoch, seq)                     the log has lost its end, up to which it was heard and is stored now

The upper half of a command's number is that of the way on which it was sent. A node that has said "elsewhere" to one
command says so to all that come on the same way, or a later one could overtake it.
"""

from __future__ import annotations

from pydantic import ValidationError

from protocols.errors import Code, Refused
from protocols.messages import By, Command, Position, Role
from rooms.registry import Registry
from server.hosting.draft import Sender
from server.hosting.line import Letter

DO, DID, REFUSED, ELSEWHERE, FREE, AHEAD = "do", "did", "refused", "elsewhere", "free", "ahead"
WAY_BITS = 32  # below those of the way


def numbered(way: int, number: int) -> int:
    """The number of a command on this way."""
    return way << WAY_BITS | number


def way_of(number: int) -> int:
    """The way on which a command came; 0 if its sender knows of none."""
    return number >> WAY_BITS


def do(number: int, command: Command, sender: Sender) -> Letter:
    """A command on its way."""
    by = sender.by
    who: tuple[object, ...] = (by.id, by.name, by.role.value, by.guest, by.via, sender.bound, sender.signed_up)
    if sender.vouched or sender.suspect or by.shop is not None:
        # Only then, so that nodes of the version before can read all others.
        who = (*who, sender.vouched, sender.suspect)
    if by.shop is not None:
        who = (*who, by.shop)
    return DO, command.room, number, command.type, command.model_dump_json(), who


def wanted(letter: Letter, registry: Registry) -> tuple[Command, Sender]:
    """The command of such a letter and who sends it. Raises Refused: unknown_command, invalid."""
    _, _, _, word, body, who = letter
    kind = registry.commands.get(word)
    if kind is None:
        raise Refused(Code.UNKNOWN_COMMAND)
    try:
        command = kind.model_validate_json(body)
    except ValidationError:
        raise Refused(Code.INVALID) from None
    user, name, role, guest, via, bound, signed_up, *rest = who
    vouched, suspect, shop = (*rest, None) if len(rest) == 2 else rest or (False, False, None)
    by = By(user, name, Role(role), guest=guest, via=via, shop=shop)
    return command, Sender(by, bound=bound, signed_up=signed_up, vouched=vouched, suspect=suspect)


def answer(number: int, outcome: Position | Refused) -> Letter:
    """How it went."""
    if isinstance(outcome, Refused):
        return REFUSED, number, outcome.code.value, outcome.message, outcome.retry_after_ms
    return DID, number, outcome.epoch, outcome.seq


def outcome_of(letter: Letter) -> Position | Refused:
    """The same, as it was."""
    _, _, what, *more = letter
    if letter[0] == DID:
        return Position(what, more[0])
    return Refused(Code(what), more[0], retry_after_ms=more[1])
