import hashlib

import pytest

from server import codes


def test_a_code_holds_nothing_that_looks_like_something_else() -> None:
    assert not set("01OIL") & set(codes.ALPHABET)
    for _ in range(50):
        assert set(codes.made(6)) <= set(codes.ALPHABET)
    assert len({codes.made(6) for _ in range(50)}) == 50


def test_a_digest_spells_one_code_and_all_letters_come_up() -> None:
    spelled = [codes.spelled(hashlib.sha256(bytes([n])).digest(), 8) for n in range(200)]
    assert codes.spelled(hashlib.sha256(b"\x00").digest(), 8) == spelled[0]
    assert len(set(spelled)) == 200
    assert all(len(code) == 8 for code in spelled)
    for place in range(8):
        assert len({code[place] for code in spelled}) > 25


@pytest.mark.parametrize("text", ["ABC-DEF", "abcdef", " abc def ", "ＡＢＣ－ｄｅｆ", "a-b-c-d-e-f", "ABC–DEF"])
def test_a_code_is_typed_as_people_type(text: str) -> None:
    assert codes.typed(text, 6) == "ABCDEF"
    assert codes.typed(codes.shown("ABCDEF"), 6) == "ABCDEF"


@pytest.mark.parametrize(
    "text", ["", "ABCDE", "ABCDEFG", "ABCDE0", "ABC/DEF", "码码码码码码", "A" * 500, " " * 500 + "ABCDEF"]
)
def test_what_is_no_code(text: str) -> None:
    assert codes.typed(text, 6) is None
