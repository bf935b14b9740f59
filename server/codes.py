"""Short codes that people read out and type: letters and digits that nobody takes for others."""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

# No 0 and O, no 1, I and L.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
TYPED_LENGTH: Final = 32  # characters that are looked at, with blanks and dashes


def made(length: int) -> str:
    """A code by chance."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def spelled(digest: bytes, length: int) -> str:
    """The code that a digest spells; at least two bytes for each character, so that all are about as likely."""
    number = int.from_bytes(digest)
    code = ""
    for _ in range(length):
        number, place = divmod(number, len(ALPHABET))
        code += ALPHABET[place]
    return code


def shown(code: str) -> str:
    """In two halves: ``ABC-DEF``."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"


def typed(text: str, length: int) -> str | None:
    """The code that somebody typed, in whatever case, width and grouping; None if it can be none."""
    plain = unicodedata.normalize("NFKC", text[:TYPED_LENGTH]).upper()
    code = "".join(char for char in plain if not char.isspace() and char not in "-‐‑–—_.·")
    return code if len(code) == length and set(code) <= set(ALPHABET) else None
