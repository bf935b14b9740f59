from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from server.config import Settings, SettingsError, demo_secret, unknown_settings

SECRET = "kT4v9QmZ2xL7pR1sW8nB5cY3hJ6dF0gA"


def load(**environ: str) -> Settings:
    return Settings.load({"SHOWFLOOR_SECRET": SECRET, **environ})


def test_the_environment_is_read() -> None:
    settings = load(
        SHOWFLOOR_PORT="9000",
        SHOWFLOOR_DATA="/srv/showfloor",
        SHOWFLOOR_PUBLIC_URL="https://Live.Example/",
        SHOWFLOOR_ALLOWED_ORIGINS="https://a.example, https://b.example:8443",
        SHOWFLOOR_TRUSTED_PROXIES="10.0.0.0/8,127.0.0.1",
        SHOWFLOOR_STREAM_HOSTS="live.example, https://Live.example,*.cdn.example:8443",
        SHOWFLOOR_DEMO="1",
        SHOWFLOOR_LOG_FORMAT="json",
    )
    assert (settings.port, settings.data, settings.demo) == (9000, Path("/srv/showfloor"), True)
    assert settings.public_url == "https://live.example"
    assert settings.allowed_origins == ("https://a.example", "https://b.example:8443")
    assert settings.trusted_proxies == ("10.0.0.0/8", "127.0.0.1/32")
    assert settings.log_format == "json"
    assert settings.stream_hosts == ("https://live.example", "https://*.cdn.example:8443")
    assert settings.stream_sources == (*settings.stream_hosts, "self")
    assert load().stream_sources == ()


def test_the_command_line_wins_and_empty_counts_as_not_set() -> None:
    settings = Settings.load({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_PORT": "9000", "SHOWFLOOR_HOST": ""}, port=1)
    assert (settings.port, settings.host) == (1, "127.0.0.1")


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load().port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "SHOWFLOOR_SECRET is not set"),
        ({"SHOWFLOOR_SECRET": "changeme"}, "SHOWFLOOR_SECRET: is too weak"),
        ({"SHOWFLOOR_SECRET": "a" * 64}, "SHOWFLOOR_SECRET: is too weak"),
        ({"SHOWFLOOR_SECRET": "short", "SHOWFLOOR_DEMO": "1"}, "SHOWFLOOR_SECRET: is too weak"),
        ({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_PORT": "99999"}, "SHOWFLOOR_PORT: "),
        ({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_PORT": "web"}, "SHOWFLOOR_PORT: "),
        ({"SHOWFLOOR_PORT": "web"}, "SHOWFLOOR_PORT: "),
        ({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_PUBLIC_URL": "live.example"}, "SHOWFLOOR_PUBLIC_URL: must look"),
        ({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_PUBLIC_URL": "https://a.b:x"}, "SHOWFLOOR_PUBLIC_URL: "),
        ({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_ALLOWED_ORIGINS": "https://a/b"}, "SHOWFLOOR_ALLOWED_ORIGINS: must"),
        ({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_TRUSTED_PROXIES": "proxy"}, "SHOWFLOOR_TRUSTED_PROXIES: "),
        ({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_STREAM_HOSTS": "http://a.example"}, "SHOWFLOOR_STREAM_HOSTS: must"),
        ({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_STREAM_HOSTS": "a.example; *"}, "SHOWFLOOR_STREAM_HOSTS: must"),
        ({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_LOG_LEVEL": "loud"}, "SHOWFLOOR_LOG_LEVEL: "),
        ({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_DATABASE_URL": "mysql://db/x"}, "SHOWFLOOR_DATABASE_URL: must look"),
        ({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_REDIS_URL": "http://redis"}, "SHOWFLOOR_REDIS_URL: must look"),
        ({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_REDIS_URL": "redis:///0"}, "SHOWFLOOR_REDIS_URL: must look"),
        ({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_BLOB_URL": "http://bucket"}, "SHOWFLOOR_BLOB_URL: must look"),
        ({"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_WORKERS": "apart"}, "SHOWFLOOR_WORKERS: apart needs SHOWFLOOR_REDIS"),
        (
            {"SHOWFLOOR_SECRET": SECRET, "SHOWFLOOR_WORKERS": "apart", "SHOWFLOOR_REDIS_URL": "redis://h"},
            "SHOWFLOOR_WORKERS: apart needs",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(environ: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load(environ)
    text = str(caught.value)
    assert text.startswith(says)
    assert "\n" not in text


@pytest.mark.parametrize("secret", ["0123456789", "x" * 40])
def test_a_weak_secret_is_not_told(secret: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(SHOWFLOOR_SECRET=secret)
    assert secret not in str(caught.value)


def test_what_is_printed_holds_no_secret() -> None:
    settings = load(SHOWFLOOR_METRICS_TOKEN="metrics-token-8817", SHOWFLOOR_DATABASE_URL="postgresql://u:pw-4711@db/x")
    blobs = load(SHOWFLOOR_BLOB_URL="s3://b?key=key-7713&secret=pw-7713")
    assert "7713" not in f"{blobs.printed()} {blobs!r} {blobs}"
    assert blobs.printed()["blob_url"] == "s3://b?key=***&secret=***"
    shared = load(SHOWFLOOR_REDIS_URL="redis+cluster://u:pw-9911@redis:6379")
    assert "pw-9911" not in f"{shared.printed()} {shared!r} {shared}"
    for text in (str(settings.printed()), repr(settings), str(settings)):
        assert SECRET not in text
        assert "metrics-token-8817" not in text
        assert "pw-4711" not in text
    assert settings.printed()["secret"] == "**********"
    assert settings.printed()["database_url"] == "postgresql://u:***@db/x"


def test_the_demo_keeps_a_secret_of_its_own(tmp_path: Path) -> None:
    environ = {"SHOWFLOOR_DEMO": "1", "SHOWFLOOR_DATA": str(tmp_path / "var")}
    first = Settings.load(environ)
    assert Settings.load(environ).secret == first.secret
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o777 == 0o600
    assert Settings.load({**environ, "SHOWFLOOR_DATA": str(tmp_path / "other")}).secret != first.secret


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="SHOWFLOOR_DATA: cannot write"):
        demo_secret(tmp_path / "file" / "var")


def test_slips_of_the_pen_are_found() -> None:
    environ: dict[str, Any] = {"SHOWFLOOR_PROT": "1", "SHOWFLOOR_PORT": "1", "HOME": "/"}
    assert unknown_settings(environ) == ["SHOWFLOOR_PROT"]


def test_the_folder_s_secret_is_used_where_that_is_enough(tmp_path: Path) -> None:
    environ = {"SHOWFLOOR_DATA": str(tmp_path)}
    with pytest.raises(SettingsError, match="SECRET is not set"):
        Settings.load(environ, kept_secret=True)
    kept = demo_secret(tmp_path)
    assert Settings.load(environ, kept_secret=True).secret.get_secret_value() == kept
    assert Settings.load({**environ, "SHOWFLOOR_SECRET": SECRET}, kept_secret=True).secret.get_secret_value() == SECRET
    with pytest.raises(SettingsError, match="SECRET is not set"):
        Settings.load(environ)


@pytest.mark.parametrize("what", ["TEXT", "IMAGE"])
def test_a_check_outside_needs_its_secret_and_a_web_address(what: str) -> None:
    url, secret = f"SHOWFLOOR_{what}_CHECK_URL", f"SHOWFLOOR_{what}_CHECK_SECRET"
    check = {"SHOWFLOOR_SECRET": SECRET, url: "https://check.example/look"}
    with pytest.raises(SettingsError, match=f"{url} and {secret} go together"):
        Settings.load(check)
    with pytest.raises(SettingsError, match="go together"):
        Settings.load({"SHOWFLOOR_SECRET": SECRET, secret: SECRET})
    with pytest.raises(SettingsError, match=f"{what}_CHECK_URL: must look like"):
        Settings.load({**check, url: "check.example", secret: SECRET})
    settings = Settings.load({**check, secret: SECRET})
    assert (settings.text_check_default, settings.image_check_default) == ("hold", "hold")
    assert "check.example" not in str(settings.printed())
