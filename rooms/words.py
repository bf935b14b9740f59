"""A list of words and whether a text holds one of them, in time that does not depend on the list."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import accumulate
from typing import Final

# Written between letters to hide a word, or only for looks: blanks, control and format characters, marks on letters,
# punctuation, and the signs that stand like punctuation. Emoji and currencies are read.
_SPACING: Final = ("Z", "P", "Sk", "Sm", "Cc")
_UNSEEN: Final = ("Cf", "Mn", "Me", "Cn", "Cs", "Co")
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and symbols that show nothing

# Letters of alphabets whose words stand apart; what comes after them, such as Thai or Chinese, is written in one line.
_APART: Final = "\u0e00"

# What hardly any shop wants to read on its wall, whatever it sells.
_COMMON: Final = """
傻逼 傻屄 煞笔 操你妈 草泥马 去你妈 你妈逼 妈的智障 狗日的 王八蛋 婊子
加微信 加我微信 兼职刷单 代开发票 办证刻章 网上赌博 约炮 裸聊
*fuck* *asshole* *bullshit* *bitch* *nigger* *faggot*
"""
COMMON: Final = tuple(_COMMON.split())


def folded(text: str) -> tuple[str, list[bool]]:
    """The text as it is compared, and for each of its characters whether spacing was left out before it.

    One form for full-width, half-width and composed letters, no case, nothing that is not seen.
    """
    letters: list[str] = []
    spaced: list[bool] = []
    gap = True
    for char in unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()):
        category = unicodedata.category(char)
        if category.startswith(_UNSEEN) or char in _BLANK:
            continue
        if category.startswith(_SPACING):
            gap = True
            continue
        letters.append(char)
        spaced.append(gap)
        gap = False
    return "".join(letters), spaced


def listed(word: str) -> str:
    """An entry of a list in the form in which two of them are compared: folded, a star where it may go on.

    A star says nothing beside a letter that stands in no word, as Chinese ones do, so it is left out there.
    """
    letters = folded(word)[0]
    if not letters:
        return ""
    plain = unicodedata.normalize("NFKC", word).strip()
    before = "*" if plain.startswith("*") and _kind(letters[0]) else ""
    after = "*" if plain.endswith("*") and _kind(letters[-1]) else ""
    return before + letters + after


def _kind(letter: str) -> int:
    """What a letter makes a word with: other letters, other digits, or (0) nothing."""
    if letter >= _APART:
        return 0
    return 1 if letter.isalpha() else 2 * letter.isdigit()


class WordList:
    """Words to look for. One more costs what it is long, so a list may change while people talk.

    A word of an alphabet has to begin and end where words do: ``spam`` is found in ``s.p.a.m``, ``spam2`` and
    ``加spam吧``, and not in ``spammer``; ``*spam*`` is found there too. Neither is found in ``his pamphlet``: what only
    appears once spacing is left out stands alone or is none. Chinese words are found everywhere.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._stars: dict[
            str, set[tuple[bool, bool]]
        ] = {}  # a word's letters -> whether it may go on, before and after
        self._lengths: dict[str, list[int]] = {}  # how words begin, one letter or two -> how long these are
        for word in words:
            self.plant(listed(word))

    def plant(self, entry: str) -> None:
        """Look for this one too; as ``listed`` gives it."""
        letters = entry.strip("*")
        if not letters:
            return
        self._stars.setdefault(letters, set()).add((entry.startswith("*"), entry.endswith("*")))
        lengths = self._lengths.setdefault(letters[:2], [])
        if len(letters) not in lengths:
            lengths.append(len(letters))

    def finds(self, text: str) -> bool:
        """Whether the text holds one of the words, however it is spaced or dressed up.

        At each letter it looks at most once for each length that words have: as long as the longest word, however
        many there are.
        """
        letters, spaced = folded(text)
        gaps = [0, *accumulate(spaced)]  # how many there are before each letter's place
        for place, letter in enumerate(letters):
            for length in self._lengths.get(letter, ()):
                if self._stands(letters, spaced, gaps, place, length):
                    return True
            for length in self._lengths.get(letters[place : place + 2], ()) if place + 1 < len(letters) else ():
                if self._stands(letters, spaced, gaps, place, length):
                    return True
        return False

    def _stands(self, letters: str, spaced: list[bool], gaps: list[int], first: int, length: int) -> bool:
        word = letters[first : first + length]
        if word not in self._stars:
            return False
        last = first + len(word) - 1
        begins = _apart(letters, spaced, first, first - 1)
        ends = _apart(letters, spaced, last, last + 1)
        whole = gaps[last + 1] == gaps[first + 1]
        return (begins and ends) or (whole and self._goes_on(word, begins=begins, ends=ends))

    def _goes_on(self, word: str, *, begins: bool, ends: bool) -> bool:
        return any((begins or before) and (ends or after) for before, after in self._stars[word])


def _apart(letters: str, spaced: list[bool], place: int, other: int) -> bool:
    """Whether the letter at ``place`` makes no word with its neighbour at ``other``."""
    kind = _kind(letters[place])
    if not kind or not 0 <= other < len(letters) or spaced[max(place, other)]:
        return True
    return _kind(letters[other]) != kind
