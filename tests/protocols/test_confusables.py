"""The table of look-alikes."""

import unicodedata

from protocols.confusables import LOOKS_LIKE


def test_a_letter_is_read_in_one_way() -> None:
    """What a letter stands for stands for itself, or else skeletons would depend on how often one folds."""
    for read_as in LOOKS_LIKE.values():
        assert LOOKS_LIKE[read_as] == read_as


def test_its_letters_are_met_after_folding() -> None:
    """Those that casefold or a compatibility form changes would never be looked up."""
    for letter in LOOKS_LIKE:
        folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", letter).casefold())
        assert folded == letter, f"{letter!r} is {folded!r} by then"
