"""What staff may do: rules without I/O.

    owner       all shops, and all staff
    manager     the rooms and the staff of their shops
    staff       the rooms of their shops

Everybody sees what belongs to a shop of theirs, and nothing of another. What belongs to no shop is the owners'.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from protocols.errors import Code, Refused


class StaffRole(StrEnum):
    """What an account is; the same in all shops that it belongs to."""

    OWNER = "owner"
    MANAGER = "manager"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Standing:
    """A role, and the shops in which it counts. Owners have no list: all shops are theirs."""

    role: StaffRole
    shops: frozenset[str] = frozenset()

    @property
    def everywhere(self) -> bool:
        """Whether all shops are theirs, those to come too."""
        return self.role is StaffRole.OWNER

    def sees(self, shop: str | None) -> bool:
        """Whether what belongs to this shop, or to none, is theirs to see; its rooms are theirs to run."""
        return self.everywhere or (shop is not None and shop in self.shops)

    def manages(self, other: Standing) -> bool:
        """Whether they may give or take this standing: not above their own, and only in shops of theirs."""
        if self.role is StaffRole.OWNER:
            return True
        below = self.role is StaffRole.MANAGER and other.role is not StaffRole.OWNER
        return below and bool(other.shops) and other.shops <= self.shops

    def loses(self, after: Standing) -> bool:
        """Whether ``after`` sees less than this does."""
        return not after.everywhere and (self.everywhere or not self.shops <= after.shops)


def standing(role: StaffRole, shops: Collection[str]) -> Standing:
    """A standing that makes sense. Raises Refused: invalid (a manager or staff without a shop)."""
    if role is StaffRole.OWNER:
        return Standing(role)
    if not shops:
        raise Refused(Code.INVALID, "shops: needs at least one, for all but owners")
    return Standing(role, frozenset(shops))


def managing(own: Standing, other: Standing) -> None:
    """Raises Refused: forbidden, unless they may give or take this standing."""
    if not own.manages(other):
        raise Refused(Code.FORBIDDEN, "Only for those of your own shops, and not above your own role.")
