"""Addresses of pictures: signed, for one picture and one kind of reader, and good for some hours."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple

from protocols.errors import Code, Refused

STEP_S: Final = 6 * 3600  # all addresses of one step end together, so that a browser may keep what it has
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

    @property
    def until(self) -> int:
        """When what is made now ends, in seconds: in one to two steps."""
        return (int(self._clock()) // STEP_S + 2) * STEP_S

    def query(self, picture: Picture, reader: Reader) -> str:
        """What follows the "?" of a picture's address."""
        until = self.until
        return f"for={reader}&until={until}&sign={self._sign(picture, reader, until)}"

    def check(self, picture: Picture, reader: Reader, until: int, sign: str) -> int:
        """For how many seconds it is good still. Raises Refused: forbidden, expired."""
        if not hmac.compare_digest(self._sign(picture, reader, until).encode(), sign.encode()):
            raise Refused(Code.FORBIDDEN, "This address was not made here.")
        left = until - int(self._clock())
        if left <= 0:
            raise Refused(Code.EXPIRED, "This address has expired.")
        return left

    def _sign(self, picture: Picture, reader: Reader, until: int) -> str:
        said = f"{picture.room}\n{picture.photo}\n{picture.size}\n{reader}\n{until}"
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()[:_SIGNED]
