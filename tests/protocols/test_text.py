"""What people may write, and which names look alike."""

import sys
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from protocols.text import _OTHERS, MARKS, Name, Text, clean_line, clean_name, clean_text, skeleton

TEXT: TypeAdapter[str] = TypeAdapter(Text)
NAME: TypeAdapter[str] = TypeAdapter(Name)


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "你好,世界!",
        "مرحبا بالعالم",
        "नमस्ते",
        "สวัสดีครับ",
        "Việt Nam",
        "👩‍👩‍👧‍👦 👍🏽 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "two\nlines",
        "<b>&amp;</b>",
        "=1+1",
        "שָׁלוֹם",
        "می‌خواهم",
    ],
)
def test_living_scripts_pass_unchanged(text: str) -> None:
    assert TEXT.validate_python(text) == unicodedata.normalize("NFC", text)


def test_no_mark_is_among_the_letters_that_are_not_looked_at() -> None:
    chars = map(chr, range(sys.maxunicode + 1))
    assert [char for char in chars if unicodedata.category(char) in {"Mn", "Me"} and not _OTHERS.search(char)] == []


def test_text_is_tidied() -> None:
    assert clean_text("  e\u0301\r\nb\tc ") == "é\nb c"
    assert clean_line(" a \n b ") == "a b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "\u200b\u200d",
        "\u3164\u2800",
        "a\x00b",
        "a\x1b[31m",
        "\u202egnp.exe",
        "\u2066a",
        "\ud800",
        "a\ufffe",
        "a\U000e0041",
        "Z" + "\u0300" * (MARKS + 1),
        "好" + "\u0300\u20dd" * MARKS,
        "👍\U000e0041",
        "a\U000e0041\U000e0042",
        "x" * 4001,
    ],
)
def test_what_hides_or_breaks_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TEXT.validate_python(text)


@pytest.mark.parametrize(
    ("given_name", "kept"), [("  小  明 ", "小 明"), ("Ａｎｎ", "Ann"), ("ﬁ", "fi"), ("👩‍👧 妈妈", "👩‍👧 妈妈")]
)
def test_names_are_in_compatibility_form_on_one_line(given_name: str, kept: str) -> None:
    assert NAME.validate_python(given_name) == kept


@pytest.mark.parametrize(
    "name", ["", "  ", "a\u200bb", "a\u200db", "\u200eann", "a\u00adb", "\u3164", "\ue000", "x" * 33]
)
def test_names_hide_nothing(name: str) -> None:
    with pytest.raises(ValidationError):
        NAME.validate_python(name)


def test_a_name_that_grows_is_measured_afterwards() -> None:
    with pytest.raises(PydanticCustomError, match="too long"):
        clean_name("\ufdfa" * 10)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("admin", "Аdmіn"),
        ("admin", "ADM1N"),
        ("admin", "a.d.m.i.n"),
        ("admin", "adrnin"),
        ("host", "h0ѕt"),
        ("host", "ʜost".replace("ʜ", "һ")),
        ("moderator", "mödérâtor"),
        ("管理员", "管理員"),
        ("官方", "官 方"),
        ("客服", "客服"),
        ("Ｌｉｎ", "lin"),
    ],
)
def test_look_alikes_share_a_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("Ann", "Ben"), ("小明", "小红"), ("host", "ghost"), ("王芳", "李芳")])
def test_different_names_do_not(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@given(st.text(max_size=40))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    for clean in (clean_text, clean_line, clean_name):
        try:
            once = clean(text)
        except PydanticCustomError:
            continue
        assert clean(once) == once
        once.encode()  # no lone surrogate is left


@given(st.text(max_size=30))
def test_the_fields_raise_only_their_own_error(text: str) -> None:
    fields: tuple[TypeAdapter[Any], ...] = (TEXT, NAME)
    faults: list[Any] = []
    for field in fields:
        try:
            field.validate_python(text)
        except ValidationError as error:
            faults += error.errors()
    assert all("msg" in fault for fault in faults)
