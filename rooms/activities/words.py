"""Words that a room does not want to read: its hosts' own list, which nobody else is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, NotRequired

from pydantic import AfterValidator, Field, StringConstraints
from typing_extensions import TypedDict

from protocols.errors import Code, Refused
from protocols.limits import WORD_LENGTH, WORDS_AT_ONCE, WORDS_BYTES, WORDS_KEPT
from protocols.messages import STAFF, Audience, Command, Lasting, Record
from protocols.text import clean_line, text_bytes
from rooms.activity import Activity, Context, Proposed
from rooms.words import COMMON, WordList, listed

Word = Annotated[str, StringConstraints(min_length=1, max_length=WORD_LENGTH), AfterValidator(clean_line)]
SomeWords = Annotated[list[Word], Field(min_length=1, max_length=WORDS_AT_ONCE)]


class WordsAdd(Command):
    """Filter these words too; those that are on the list already are passed over.

    A word of an alphabet is found as a word; ``*word*`` also inside longer ones, ``word*`` where one begins with it.
    """

    type = "words.add"
    roles = STAFF

    words: SomeWords


class WordsRemove(Command):
    """Filter these words no longer; those that are not on the list are passed over."""

    type = "words.remove"
    roles = STAFF

    words: SomeWords


class WordsClear(Command):
    """Empty the list."""

    type = "words.clear"
    roles = STAFF


@dataclass(frozen=True, slots=True)
class WordsAdded(Lasting):
    """These are filtered from now on."""

    type: ClassVar[str] = "words.added"

    words: list[str]


@dataclass(frozen=True, slots=True)
class WordsRemoved(Lasting):
    """These are filtered no longer."""

    type: ClassVar[str] = "words.removed"

    words: list[str]


@dataclass(frozen=True, slots=True)
class WordsCleared(Lasting):
    """The list is empty."""

    type: ClassVar[str] = "words.cleared"


class WordsView(TypedDict):
    """The list, for hosts only, in the order in which it was made."""

    words: NotRequired[list[str]]


@cache
def _common() -> WordList:
    return WordList(COMMON)


class Words(Activity):
    """The list, and what is found by it."""

    name = "words"
    commands = (WordsAdd, WordsRemove, WordsClear)
    events = (WordsAdded, WordsRemoved, WordsCleared)
    view_shape = WordsView

    def __init__(self) -> None:
        self._words: dict[str, str] = {}  # as it is compared -> as it was written
        self._bytes = 0
        self._list: WordList | None = None  # made when it is first needed; most copies of a room look for nothing

    def fault(self, name: str, said: Sequence[str], *, common: bool) -> str | None:
        """What is wrong with what this person wrote, as a sentence that does not tell the word; or None."""
        lists = [_common()] if common else []
        if self._words:
            if self._list is None:
                self._list = WordList()
                self._seek(self._words)
            lists.append(self._list)
        for each in lists:
            if any(each.finds(text) for text in said):
                return "The text holds a word that this room does not allow."
            if each.finds(name):
                return "Your name holds a word that this room does not allow."
        return None

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """What would change nothing leads to nothing."""
        match command:
            case WordsAdd(words=words):
                return self._add(words)
            case WordsRemove(words=words):
                there = [word for word in words if listed(word) in self._words]
                return [Proposed(WordsRemoved(there), Audience.HOSTS)] if there else []
            case WordsClear():
                return [Proposed(WordsCleared(), Audience.HOSTS)] if self._words else []
        raise Refused(Code.UNKNOWN_COMMAND)

    def _add(self, words: Sequence[str]) -> list[Proposed]:
        fresh: dict[str, str] = {}
        for word in words:
            looks = listed(word)
            letters = looks.strip("*")
            if not letters or (len(letters) == 1 and letters.isascii()):
                raise Refused(Code.INVALID, "The field words holds an entry that would be found everywhere or nowhere.")
            if looks not in self._words:
                fresh.setdefault(looks, word)
        if len(self._words) + len(fresh) > WORDS_KEPT or self._bytes + text_bytes(*fresh.values()) > WORDS_BYTES:
            most = f"{WORDS_KEPT} words of {WORDS_BYTES // 1024} kB in all"
            raise Refused(Code.CONFLICT, f"A room keeps at most {most}; take some back first.")
        return [Proposed(WordsAdded(list(fresh.values())), Audience.HOSTS)] if fresh else []

    def apply(self, record: Record) -> None:
        """What comes of it is looked for from the next message on."""
        match record.data:
            case WordsAdded(words=words):
                fresh = {listed(word): word for word in words}
                self._words |= fresh
                self._bytes += text_bytes(*words)
                self._seek(fresh)
            case WordsRemoved(words=words):
                for word in words:
                    self._words.pop(listed(word), None)
                self._changed()
            case WordsCleared():
                self._words = {}
                self._changed()

    def _seek(self, entries: Iterable[str]) -> None:
        if self._list is not None:
            for entry in entries:
                self._list.plant(entry)

    def _changed(self) -> None:
        self._list = None
        self._bytes = text_bytes(*self._words.values())

    def view(self, audience: Audience) -> dict[str, Any]:
        """Whoever knew the list would know how to write around it."""
        return {"words": list(self._words.values())} if audience is Audience.HOSTS else {}

    def dump(self) -> dict[str, Any]:
        """The list."""
        return {"words": list(self._words.values())}

    def clear(self, names: Mapping[str, str]) -> None:
        """The list is prepared."""

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self._words = {listed(word): word for word in state["words"]}
        self._changed()
