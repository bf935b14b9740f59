"""What the word filter sees through, what it leaves alone, and that no list and no text make it slow."""

import re
from random import Random
from typing import Any

import pytest

from protocols.limits import TEXT_MAXIMUM, WORD_LENGTH, WORDS_KEPT
from rooms.words import COMMON, WordList, folded, listed


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("spam", "buy SPAM now"),
        ("spam", "ｓｐａｍ"),
        ("ｓｐａｍ", "spam"),
        ("spam", "s p a m"),
        ("spam", "s.p-a_m!"),
        ("spam", "s\u200bp\u200da\u2060m"),
        ("spam", "s\u0336p\u0336a\u0336m\u0336"),
        ("spam", "𝓼𝓹𝓪𝓶"),
        ("spam", "ⓢⓟⓐⓜ"),
        ("straße", "STRASSE"),
        ("*é*", "cafe\u0301s and cafés"),
        ("*spam*", "antispammer"),
        ("＊spam＊", "antispammer"),
        ("spam*", "spammers"),
        ("*spam", "antispam!"),
        ("spam", "spam2"),
        ("vx", "加vx12345"),
        ("加vx", "请加vx:1"),
        ("спам", "это спам."),
        ("spam", "加s p a m吧"),
        ("加微信", "请加 微 信联系"),
        ("加微信", "加\u3164微*信"),
        ("加微信", "加\n微\u3000信"),
        ("ｶﾞ", "ガ"),
        ("🖕", "well 🖕🏽"),
        ("b", "a b c"),
        ("*bc*", "abcd"),
    ],
)
def test_what_is_found(word: str, text: str) -> None:
    assert WordList([word]).finds(text)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("spam", "spa"),
        ("spam", "his pamphlet"),
        ("*spam*", "his pamphlet"),
        ("spam", "spammer"),
        ("spam", "antispam"),
        ("ass", "class assignment, passed"),
        ("spam*", "antispammer"),
        ("*spam", "antispammer"),
        ("спам", "спамер"),
        ("加vx", "加vxyz"),
        ("1314", "21314"),
        ("bc", "abcd"),
        ("spam", "spa men"),
        ("spam", "s-pa"),
        ("加微信", "加微"),
        ("spam", ""),
        ("spam", "..."),
    ],
)
def test_what_is_not(word: str, text: str) -> None:
    assert not WordList([word]).finds(text)


def test_nothing_is_found_by_an_empty_list_nor_by_a_word_that_shows_nothing() -> None:
    assert not WordList([]).finds("anything")
    assert not WordList(["", " ", "\u200b"]).finds("anything")


def test_a_shorter_word_inside_a_longer_one_is_found() -> None:
    words = WordList(["*abcd*", "*bc*", "c e"])
    assert words.finds("xbcx")
    assert words.finds("abcx")
    assert words.finds("a c.e")


def test_a_longer_word_that_does_not_stand_alone_does_not_hide_a_shorter_one_that_does() -> None:
    assert WordList(["atlas", "as"]).finds("xatl as")
    assert not WordList(["atlas"]).finds("xatl as")


@pytest.mark.parametrize("seed", range(5))
def test_it_finds_what_looking_at_every_place_finds(seed: int) -> None:
    luck = Random(seed)
    words = ["".join(luck.choices("天地人", k=luck.randint(1, 5))) for _ in range(4)]
    found = WordList(words)
    for _ in range(300):
        text = "".join(luck.choices("天地人和 ", k=luck.randint(0, 12)))
        assert found.finds(text) is any(word in text.replace(" ", "") for word in words), (words, text)


@pytest.mark.parametrize("seed", range(5))
def test_it_finds_what_stands_alone_or_where_a_star_lets_it(seed: int) -> None:
    luck = Random(seed)
    for _ in range(200):
        letters = "".join(luck.choices("ab", k=luck.randint(1, 3)))
        before, after = luck.choice(["", "*"]), luck.choice(["", "*"])
        text = "".join(luck.choices("ab天1", k=luck.randint(0, 9)))
        edge = "[ab]"
        wanted = ("" if before else f"(?<!{edge})") + letters + ("" if after else f"(?!{edge})")
        assert WordList([before + letters + after]).finds(text) is bool(re.search(wanted, text)), (
            before,
            letters,
            after,
            text,
        )


def test_entries_that_mean_the_same_are_the_same() -> None:
    assert [listed(word) for word in ("Spam", "＊ＳＰＡＭ＊", " *spam", "*加微信*", "加vx*", "***", "\u200b")] == [
        "spam",
        "*spam*",
        "*spam",
        "加微信",
        "加vx*",
        "",
        "",
    ]
    assert WordList(["spam", "*spam*"]).finds("antispammer")


class Counting(dict[Any, Any]):
    """The words, counting each look at one."""

    looks = 0

    def __contains__(self, key: object) -> bool:
        self.looks += 1
        return super().__contains__(key)


def looks(words: list[str], text: str) -> int:
    made = WordList(words)
    counting = made._stars = Counting(made._stars)
    made.finds(text)
    return counting.looks


def hostile() -> list[str]:
    # Each a beginning of the next, or all alike but for the last letter: what makes a naive search go back and back.
    alike = ["a" * (WORD_LENGTH - 1) + chr(0x4E00 + number) for number in range(WORDS_KEPT - WORD_LENGTH)]
    return [*("a" * (length + 1) + "b" for length in range(WORD_LENGTH - 1)), *alike]


@pytest.mark.parametrize(
    "text",
    [
        "a" * TEXT_MAXIMUM,
        ("a" * (WORD_LENGTH - 1) + "c") * (TEXT_MAXIMUM // WORD_LENGTH),
        "ac" * (TEXT_MAXIMUM // 2),
        "\u200ba" * (TEXT_MAXIMUM // 2),
    ],
)
def test_steps_grow_with_the_text_whatever_the_list(text: str) -> None:
    letters = len(folded(text)[0])
    # One for each length, however many words there are.
    assert looks(["ab"], text) <= letters
    assert looks(hostile(), text) <= WORD_LENGTH * letters


def test_a_list_that_grows_finds_what_came_later() -> None:
    words = WordList(["one"])
    words.plant(listed("*tw o*"))
    assert words.finds("network of two")
    assert words.finds("one")


def test_a_text_that_grows_when_it_is_folded_grows_within_bounds() -> None:
    longest = max(len(folded(chr(code))[0]) for code in range(0xF900, 0xFFFF))
    assert longest <= 18


def test_the_words_that_come_with_it_are_what_they_are_compared_as() -> None:
    assert [listed(word) for word in COMMON] == list(COMMON)
    assert len(set(COMMON)) == len(COMMON)
    assert not WordList(COMMON).finds("一起拼乐高城堡吧 class assignment")
