from server.config import PREFIX, Settings
from server.settings_page import page


def test_every_setting_has_a_row_with_a_meaning() -> None:
    rows = [line.strip("|\n ").split(" | ") for line in page().splitlines() if line.startswith(f"| `{PREFIX}")]

    assert [row[0].strip("`") for row in rows] == [PREFIX + name.upper() for name in Settings.model_fields]
    assert all(len(row) == 3 and row[2].strip() for row in rows)


def test_the_secret_must_be_set_and_is_not_shown() -> None:
    row = next(line for line in page().splitlines() if f"{PREFIX}SECRET`" in line)

    assert "must be set" in row
