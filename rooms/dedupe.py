"""Which commands were answered in the last minutes, so that sending again is safe."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b

from protocols.errors import Code, Refused
from protocols.limits import DEDUPE_WINDOW_MS, KEY_LENGTH


def fingerprint(user: str, command: str, body: bytes) -> bytes:
    """The digest that a record bears: who sent which id, then what it said (the bytes as they came in)."""
    key = blake2b(f"{user}\n{command}".encode(), digest_size=KEY_LENGTH).digest()
    return key + blake2b(body, digest_size=KEY_LENGTH).digest()


class Dedupe:
    """Digests of commands with the seq they were answered with, in two tables that rotate.

    A command is remembered for at least the window and at most twice as long; ids are a person's own. Of a command
    whose record was erased the key alone may be known: then any body gets the answer.
    """

    def __init__(self, window_ms: int = DEDUPE_WINDOW_MS) -> None:
        self._window = window_ms
        self._young: dict[bytes, tuple[bytes, int]] = {}
        self._old: dict[bytes, tuple[bytes, int]] = {}
        self._turned: int | None = None

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def find(self, command: bytes, now: int) -> int | None:
        """The seq that this command was answered with, or None; raises Refused (id_conflict) for another body."""
        self._turn(now)
        key = command[:KEY_LENGTH]
        found = self._young.get(key) or self._old.get(key)
        if found is None:
            return None
        body, seq = found
        if body and body != command[KEY_LENGTH:]:
            raise Refused(Code.ID_CONFLICT)
        return seq

    def note(self, command: bytes, seq: int, now: int) -> None:
        """Remember the answer to a command; ``now`` may be an earlier time when a log is read again in order."""
        self._turn(now)
        self._young[command[:KEY_LENGTH]] = (command[KEY_LENGTH:], seq)

    def answered_with(self, seqs: Collection[int]) -> list[tuple[bytes, int]]:
        """The commands that were answered with these seqs: (digest, seq)."""
        return [
            (key + body, seq) for table in (self._old, self._young) for key, (body, seq) in table.items() if seq in seqs
        ]

    def _turn(self, now: int) -> None:
        if self._turned is None:
            self._turned = now
        passed = now - self._turned
        if passed < self._window:
            return
        self._old = self._young if passed < 2 * self._window else {}
        self._young = {}
        self._turned = now
