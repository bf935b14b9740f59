"""Addresses of pictures: signed, for one picture and one kind of reader, and good for some hours.

Those that open what only hosts see name whom they were made for, and are good for some minutes: whoever loses the role
loses them at once where the room says so, and in any case soon. Pages ask anew.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple
from urllib.parse import quote

from protocols.errors import Code, Refused

STEP_S: Final = 6 * 3600  # all addresses of one step end together, so that a browser may keep what it has
HOSTS_STEP_S: Final = 300
_SIGNED: Final = 32  # characters


class Reader(StrEnum):
    """Whom an address was made for: it opens what they may see now, not what they could see then."""

    EVERYONE = "everyone"
    HOSTS = "hosts"
    OWN = "own"


class Picture(NamedTuple):
    """One size of a photo."""

    room: str
    photo: str
    size: int


class PictureAddresses:
    """``clock`` gives Unix seconds."""

    def __init__(self, key: bytes, *, clock: Callable[[], float] = time.time) -> None:
        self._key = key
        self._clock = clock

    def now(self) -> int:
        """In seconds."""
        return int(self._clock())

    def until(self, reader: Reader) -> int:
        """When what is made now for such a reader ends, in seconds: in one to two steps."""
        step = HOSTS_STEP_S if reader is Reader.HOSTS else STEP_S
        return (self.now() // step + 2) * step

    def query(self, picture: Picture, reader: Reader, who: str = "") -> str:
        """What follows the "?" of a picture's address; ``who`` is the person that it is for, if it is for hosts."""
        until = self.until(reader)
        whose = f"&who={quote(who, safe='')}" if who else ""
        return f"for={reader}{whose}&until={until}&sign={self._sign(picture, reader, who, until)}"

    def check(self, picture: Picture, reader: Reader, who: str, until: int, sign: str) -> int:
        """For how many seconds it is good still. Raises Refused: forbidden, expired."""
        nobodys = reader is Reader.HOSTS and not who
        if nobodys or not hmac.compare_digest(self._sign(picture, reader, who, until).encode(), sign.encode()):
            raise Refused(Code.FORBIDDEN, "This address was not made here.")
        left = until - self.now()
        if left <= 0:
            raise Refused(Code.EXPIRED, "This address has expired.")
        return left

    def _sign(self, picture: Picture, reader: Reader, who: str, until: int) -> str:
        said = f"{picture.room}\n{picture.photo}\n{picture.size}\n{reader}\n{until}" + (f"\n{who}" if who else "")
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()[:_SIGNED]
