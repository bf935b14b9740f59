"""Who may do what, and who speaks."""

from __future__ import annotations

from protocols.errors import Code, Refused
from protocols.messages import By, Command, Role


def speaker(command: Command, by: By) -> By:
    """Whose command it is: the sender's, or the person's that a bot speaks for.

    That person is an attendee called ``network:id``, which no token can name, in the bot's shop; giving the speaker
    again changes nothing. Raises Refused (forbidden).
    """
    person = command.on_behalf_of
    if person is None:
        return by
    if by.role is Role.BOT:
        return By(f"{person.via}:{person.id}", person.name, Role.ATTENDEE, via=person.via, shop=by.shop)
    if by.via == person.via and by.id == f"{person.via}:{person.id}":
        return by
    raise Refused(Code.FORBIDDEN, "Only a bot may speak for somebody else.")


def permit(command: Command, by: By) -> None:
    """Raises Refused (forbidden) unless the speaker's role may give this command."""
    if by.role not in command.roles:
        raise Refused(Code.FORBIDDEN)
