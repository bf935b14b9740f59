import ssl

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy.exc import OperationalError

from protocols.limits import DAY_MS
from server.store import postgres
from server.store.postgres import NO_ROOM, marks, why

URL = "postgresql+asyncpg://ann:secret-pw@db.example:6432/rooms"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (asyncpg.InvalidPasswordError("password authentication failed"), "refuses the user ann"),
        (asyncpg.InvalidCatalogNameError('database "rooms" does not exist'), "has no database rooms"),
        (asyncpg.CannotConnectNowError("the database system is starting up"), "is starting or stopping"),
        (asyncpg.TooManyConnectionsError("sorry"), "max_connections"),
        (asyncpg.InsufficientPrivilegeError("permission denied for schema public"), "may not make tables"),
        (TimeoutError(), "does not answer"),
        (ConnectionError('PostgreSQL server at "db" rejected SSL upgrade'), "does not speak TLS"),
        (ssl.SSLCertVerificationError("self-signed certificate"), "not trusted"),
        (ConnectionRefusedError(111, "Connect call failed"), "nobody answers at db.example:6432"),
        (OperationalError("INSERT", {}, Exception("odd\nand long")), "cannot be used: odd"),
    ],
)
def test_why_it_cannot_be_used_is_one_line_without_the_password(error: Exception, says: str) -> None:
    text = why(error, URL)
    assert says in text
    assert "\n" not in text
    assert "secret-pw" not in text


def test_waits_are_bounded_unless_somebody_is_patient() -> None:
    settings = postgres.engine_options()["connect_args"]["server_settings"]
    assert all(int(settings[f"{name}_timeout"]) > 0 for name in ("statement", "lock", "idle_in_transaction_session"))
    assert postgres.engine_options()["connect_args"]["command_timeout"] > 0
    patient = postgres.engine_options(patient=True)["connect_args"]
    assert patient["server_settings"]["statement_timeout"] == "0"
    assert patient["command_timeout"] is None


def test_who_asks_has_it_done_now_and_what_became_old_goes_at_the_end_of_the_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.time_ns", lambda: (3 * DAY_MS + 7) * 1_000_000)
    assert [(row["room"], row["due_at"]) for row in marks(["b", "a", "b"], soon=True)] == [
        ("a", 3 * DAY_MS + 7),
        ("b", 3 * DAY_MS + 7),
    ]
    assert [row["due_at"] for row in marks([NO_ROOM], soon=False)] == [4 * DAY_MS]


def test_rows_are_one_parameter() -> None:
    given = postgres.in_one([{"id": "a", "digest": b"\x00\xff", "data": {"text": "谢谢"}, "none": None}])
    assert given == {"rows": '[{"id":"a","digest":"\\\\x00ff","data":{"text":"谢谢"},"none":null}]'}
