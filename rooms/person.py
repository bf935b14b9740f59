"""What holds for a person of a room, and how it is shown: banned, muted, warned, with another role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NotRequired

from typing_extensions import TypedDict

from protocols.messages import By, Role
from protocols.wire import Author, RoleName


class BannedView(TypedDict):
    """Who is banned, since when and by whom; ``by`` is null where that is forgotten."""

    user: str
    name: str
    at: int
    by: Author | None


class RoleView(TypedDict):
    """Who has which role, since when and by whom."""

    user: str
    name: str
    role: RoleName
    at: int
    by: Author | None


class MutedView(TypedDict):
    """Who may not write, since when, by whom, and until when if that is set."""

    user: str
    name: str
    at: int
    by: Author | None
    until: int | None


class WarnedView(TypedDict):
    """Who was warned, when and by whom; the latest time."""

    user: str
    name: str
    at: int
    by: Author | None


class MutedMine(TypedDict):
    """Until when one may not write; null: until it is undone."""

    until: int | None


class WarnedMine(TypedDict):
    """When one was warned, the latest time."""

    at: int


class PeopleMine(TypedDict):
    """What was decided on oneself; by whom is for hosts."""

    muted: NotRequired[MutedMine]
    warned: NotRequired[WarnedMine]


class PeopleView(TypedDict):
    """For hosts only: who is banned, muted, warned, or has another role than they came with; the latest last."""

    banned: NotRequired[list[BannedView]]
    muted: NotRequired[list[MutedView]]
    warned: NotRequired[list[WarnedView]]
    roles: NotRequired[list[RoleView]]


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a person: a role, or without one a ban or warning. ``firm`` bans hold for hosts too."""

    user: str
    name: str
    role: Role | None
    seq: int
    at: int
    by: By | None
    firm: bool

    def as_wire(self) -> dict[str, Any]:
        """Its plain form in a view."""
        wire: dict[str, Any] = {"user": self.user, "name": self.name, "at": self.at}
        if self.role is not None:
            wire["role"] = self.role.value
        return wire | {"by": None if self.by is None else self.by.as_wire()}

    def dump(self) -> dict[str, Any]:
        """Its plain form in a snapshot."""
        return self.as_wire() | {"seq": self.seq, "firm": self.firm}

    @classmethod
    def of_dump(cls, state: dict[str, Any]) -> Standing:
        """What ``dump`` described."""
        role = Role(state["role"]) if "role" in state else None
        by = None if state["by"] is None else By.of_wire(state["by"])
        return cls(state["user"], state["name"], role, state["seq"], state["at"], by, state["firm"])


@dataclass(frozen=True, slots=True)
class Muting(Standing):
    """That a person may not write; ``until`` None: until it is undone."""

    until: int | None = None

    def as_wire(self) -> dict[str, Any]:
        """Its plain form in a view."""
        return Standing.as_wire(self) | {"until": self.until}

    @classmethod
    def of_dump(cls, state: dict[str, Any]) -> Muting:
        """What ``dump`` described."""
        by = None if state["by"] is None else By.of_wire(state["by"])
        firm, until = state["firm"], state["until"]
        return cls(state["user"], state["name"], None, state["seq"], state["at"], by, firm, until)
