"""A list of words and whether a text holds one of them, in time that does not depend on the list."""

from __future__ import annotations

import unicodedata
from collections import deque
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
    """Words to look for, all of them in one pass over a text (Aho and Corasick's automaton).

    A word of an alphabet has to begin and end where words do: ``spam`` is found in ``s.p.a.m``, ``spam2`` and
    ``加spam吧``, and not in ``spammer``; ``*spam*`` is found there too. Neither is found in ``his pamphlet``: what only
    appears once spacing is left out stands alone or is none. Chinese words are found everywhere.
    """

    def __init__(self, words: Iterable[str]) -> None:
        # A node is a number; the way on from it by a letter stands under both.
        self._next: dict[tuple[int, str], int] = {}
        self._fallback: list[int] = [0]
        self._found: list[int] = [0]  # the length of the word that ends at this node, or 0
        self._shorter: list[int] = [0]  # the next node, falling back, at which a word ends
        self._stars: dict[int, set[tuple[bool, bool]]] = {}  # whether it may go on, before and after
        ways: list[list[tuple[str, int]]] = [[]]
        for word in words:
            self._plant(listed(word), ways)
        self._join(ways)

    def _plant(self, word: str, ways: list[list[tuple[str, int]]]) -> None:
        letters = word.strip("*")
        node = 0
        for letter in letters:
            onward = self._next.get((node, letter))
            if onward is None:
                onward = self._next[node, letter] = len(ways)
                ways[node].append((letter, onward))
                ways.append([])
                for column in (self._fallback, self._found, self._shorter):
                    column.append(0)
            node = onward
        if node:
            self._found[node] = len(letters)
            self._stars.setdefault(node, set()).add((word.startswith("*"), word.endswith("*")))

    def _join(self, ways: list[list[tuple[str, int]]]) -> None:
        waiting = deque(node for _, node in ways[0])
        while waiting:
            node = waiting.popleft()
            for letter, onward in ways[node]:
                waiting.append(onward)
                back = self._fallback[node]
                while back and (back, letter) not in self._next:
                    back = self._fallback[back]
                back = self._next.get((back, letter), 0)
                self._fallback[onward] = back
                self._shorter[onward] = back if self._found[back] else self._shorter[back]

    def finds(self, text: str) -> bool:
        """Whether the text holds one of the words, however it is spaced or dressed up.

        Falling back never goes further than the text has come: two steps a letter, and one more for each word that
        ends at it, of which there are at most as many as the longest word has letters.
        """
        letters, spaced = folded(text)
        gaps = [0, *accumulate(spaced)]  # how many there are before each letter's place
        node = 0
        for place, letter in enumerate(letters):
            while node and (node, letter) not in self._next:
                node = self._fallback[node]
            node = self._next.get((node, letter), 0)
            ending = node if self._found[node] else self._shorter[node]
            while ending:
                first = place - self._found[ending] + 1
                begins = _apart(letters, spaced, first, first - 1)
                ends = _apart(letters, spaced, place, place + 1)
                whole = gaps[place + 1] == gaps[first + 1]
                if (begins and ends) or (whole and self._goes_on(ending, begins=begins, ends=ends)):
                    return True
                ending = self._shorter[ending]
        return False

    def _goes_on(self, node: int, *, begins: bool, ends: bool) -> bool:
        return any((begins or before) and (ends or after) for before, after in self._stars[node])


def _apart(letters: str, spaced: list[bool], place: int, other: int) -> bool:
    """Whether the letter at ``place`` makes no word with its neighbour at ``other``."""
    kind = _kind(letters[place])
    if not kind or not 0 <= other < len(letters) or spaced[max(place, other)]:
        return True
    return _kind(letters[other]) != kind
