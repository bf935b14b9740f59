"""A line to another node: letters arrive in order and once, over a channel that may lose and repeat messages.

Sans-I/O: ``message`` gives what to send now, ``heard`` takes what came. A letter is kept until the other side has it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

RESEND_S = 0.5  # without an answer, before letters are sent again
LETTERS_LIMIT = 8192  # letters that the other side does not have yet
LETTERS_BYTES = 16 * 1024 * 1024  # of these
MESSAGE_LETTERS = 256  # in one message
MESSAGE_BYTES = 256 * 1024  # of letters in one message, or one letter: Redis cuts off who is sent too much at once

Letter = Sequence[Any]  # plain values; the first is its kind


class Message(NamedTuple):
    """``line`` and ``first`` number the letters; ``had_line`` and ``had`` say which of the other's are here."""

    line: int
    first: int
    letters: Sequence[Letter]
    had_line: int
    had: int


@dataclass(slots=True)
class _Heard:
    line: int = 0
    next: int = 0


class Line:
    """Both directions between two nodes. Each call of ``number`` gives a higher one than before."""

    def __init__(self, number: Callable[[], int]) -> None:
        self._new_number = number
        self._number = number()
        self._letters: deque[Letter] = deque()
        self._sizes: deque[int] = deque()
        self._weight = 0
        self._base = 0  # the number of the first letter that is kept
        self._sent = 0  # how many of those kept are on their way
        self._sent_at = 0.0
        self._there = _Heard()
        self._owes = False  # the other side does not know yet what is here

    def __len__(self) -> int:
        return len(self._letters)

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to send before something comes or is to be sent again."""
        return self._sent == len(self._letters) and not self._owes

    def put(self, letter: Letter, size: int = 0) -> bool:
        """Take a letter of that many bytes along; False if too many wait."""
        if len(self._letters) >= LETTERS_LIMIT or self._weight + size > LETTERS_BYTES:
            return False
        self._letters.append(letter)
        self._sizes.append(size)
        self._weight += size
        return True

    def message(self, now: float) -> Message | None:
        """What is to be sent now, if anything."""
        if self._sent and now - self._sent_at >= RESEND_S:
            self._sent = 0
        letters = self._next()
        if not letters and not self._owes:
            return None
        first = self._base + self._sent
        if letters:
            self._sent += len(letters)
            self._sent_at = now
        self._owes = False
        return Message(self._number, first, letters, self._there.line, self._there.next)

    def _next(self) -> Sequence[Letter]:
        """Those that were not sent yet, as many as may travel together."""
        letters: list[Letter] = []
        weight = 0
        for at in range(self._sent, min(len(self._letters), self._sent + MESSAGE_LETTERS)):
            weight += self._sizes[at]
            if letters and weight > MESSAGE_BYTES:
                break
            letters.append(self._letters[at])
        return letters

    def unsent(self) -> None:
        """The last message reached nobody: all is to be sent again."""
        self._sent = 0
        self._owes = True

    def owe(self) -> None:
        """The answer was not sent after all."""
        self._owes = True

    def heard(self, message: Message, now: float) -> Sequence[Letter]:
        """The letters of a message that are new, in order."""
        if message.line < self._there.line:
            return ()
        if message.line > self._there.line:
            # The other side has begun anew. What it had from here it may have forgotten; if it says that it has not,
            # this line goes on, or each side would begin anew because the other does, for ever.
            knows = message.had_line == self._number and message.had >= self._base
            if self._base and not knows:
                self._number, self._base = self._new_number(), 0
            self._sent = 0
            self._there = _Heard(message.line)
        self._acknowledged(message, now)
        if not message.letters:
            return ()
        self._owes = True
        skip = self._there.next - message.first
        if skip < 0:
            return ()  # one before it was lost: it comes again
        fresh = message.letters[skip:]
        self._there.next += len(fresh)
        return fresh

    def _acknowledged(self, message: Message, now: float) -> None:
        had = message.had - self._base
        if message.had_line != self._number or had <= 0:
            return
        for _ in range(had):
            self._letters.popleft()
            self._weight -= self._sizes.popleft()
        self._base += had
        self._sent = max(0, self._sent - had)
        self._sent_at = now
