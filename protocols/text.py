"""Field types for what people write: normal form, no hidden characters, marks bounded, look-alikes told apart."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Final

import orjson
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from protocols.confusables import LOOKS_LIKE
from protocols.limits import NAME_LENGTH, OPTION_LENGTH, QUESTION_LENGTH, TEXT_MAXIMUM, TITLE_LENGTH

MARKS: Final = 5  # combining marks on one letter; no living script needs more, zalgo lives on dozens

# Overrides, embeddings and isolates turn what follows around; annotations, tags and lone surrogates hide or break it.
_REFUSED: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u206a-\u206f\ufff9-\ufffb\ufeff"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0001]"
)
# Tag characters are the flags of England, Scotland and Wales, or else text that nobody sees.
# The tag first: a pattern that begins by looking back is tried at every character.
_TAGS: Final = re.compile("[\U000e0020-\U000e007f](?<![\U0001f3f4\U000e0020-\U000e007f][\U000e0020-\U000e007f])")
# Latin letters, Chinese characters, kana and their punctuation: none of them is a mark, and most texts hold no others.
_OTHERS: Final = re.compile(
    "[^\n -\u02ff\u2010-\u2026\u3001-\u3029\u3041-\u3096\u30a0-\u30ff\u3400-\u9fff\uff01-\uff9d]"
)
_JOINER: Final = "\u200d"
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and symbols that show nothing
_PICTURE: Final = frozenset({"So", "Sk", "Mn"})  # an emoji, its skin tone, its variation selector


def _refuse(code: str, message: str) -> PydanticCustomError:
    # The name of the code is shown to nobody; the message is, so it is a sentence with no input in it.
    return PydanticCustomError(f"text_{code}", message)


def _visible(text: str) -> bool:
    return any(unicodedata.category(char)[0] not in "ZCM" and char not in _BLANK for char in text)


def _check(text: str) -> None:
    if _REFUSED.search(text) or _TAGS.search(text):
        raise _refuse("control", "holds a character that is not allowed")
    if not _visible(text):
        raise _refuse("blank", "holds nothing to read")
    if _OTHERS.search(text):
        _check_marks(text)


def _check_marks(text: str) -> None:
    # Each character is looked at once, however often it stands there.
    marks = {char for char in set(text) if unicodedata.category(char) in {"Mn", "Me"}}
    run = 0
    for char in text if marks else ():
        run = run + 1 if char in marks else 0
        if run > MARKS:
            raise _refuse("marks", "has too many marks on one letter")


def clean_text(text: str) -> str:
    """Text in NFC with line ends as ``\\n`` and no blanks around it; raises PydanticCustomError.

    Plain ASCII, most of what is typed into a chat in Latin letters, costs one pass.
    """
    text = text.replace("\r\n", "\n").replace("\t", " ").strip()
    if text.isascii() and text.replace("\n", " ").isprintable() and text:
        return text
    _check(text)
    return unicodedata.normalize("NFC", text)


def clean_line(text: str) -> str:
    """Text on one line: a title, a question, an option."""
    return clean_text(" ".join(text.split()))


def clean_name(text: str) -> str:
    """A nickname in NFKC on one line: nothing invisible but the joiner inside an emoji; raises PydanticCustomError."""
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    _check(name)
    for at, char in enumerate(name):
        if unicodedata.category(char) not in {"Cf", "Cc", "Co", "Cn"} and char not in _BLANK:
            continue
        before, after = name[at - 1 : at], name[at + 1 : at + 2]
        pictures = before and after and all(unicodedata.category(each) in _PICTURE for each in (before, after))
        if not (char == _JOINER and pictures):
            raise _refuse("hidden", "holds a character that is not allowed in a name")
    if len(name) > NAME_LENGTH:  # NFKC may lengthen
        raise _refuse("long", "is too long")
    return name


def skeleton(name: str) -> str:
    """What a name looks like: names that a hurried reader takes for one another have the same skeleton."""
    shape = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    kept = (char for char in shape if unicodedata.category(char)[0] in "LN" or char in LOOKS_LIKE)
    seen = "".join(LOOKS_LIKE.get(char, char) for char in kept)
    return seen.replace("rn", "m").replace("vv", "w")


def text_bytes(*texts: str) -> int:
    """What these take in an answer: bytes of UTF-8, and of the escapes in JSON."""
    return sum(len(orjson.dumps(text)) for text in texts)


Text = Annotated[str, StringConstraints(min_length=1, max_length=TEXT_MAXIMUM), AfterValidator(clean_text)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=TITLE_LENGTH), AfterValidator(clean_line)]
Question = Annotated[str, StringConstraints(min_length=1, max_length=QUESTION_LENGTH), AfterValidator(clean_line)]
Option = Annotated[str, StringConstraints(min_length=1, max_length=OPTION_LENGTH), AfterValidator(clean_line)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_LENGTH), AfterValidator(clean_name)]
