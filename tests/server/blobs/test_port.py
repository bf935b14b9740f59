import pytest

from server.blobs.port import NAME_MOST, checked, checked_prefix


def test_names_are_paths_of_plain_words() -> None:
    for name in ("a", "photos/r1/4f2a.webp", "A-1_2.x/b", "x" * NAME_MOST):
        assert checked(name) == name
    assert checked_prefix("") == ""
    assert checked_prefix("photos/r1/") == "photos/r1/"


@pytest.mark.parametrize("prefix", ["photos", "/", "photos//", "../", ".part/"])
def test_prefixes_end_with_a_slash(prefix: str) -> None:
    with pytest.raises(ValueError, match=r"prefix|name"):
        checked_prefix(prefix)
