"""Requests made from the API's own description, good ones and bad ones, against the running server.

Schemathesis runs as a program: what pytest collects by its plugin costs each of its processes five seconds of a core,
and bears one name, so that only one operation would be tried where tests are shared out among processes.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from loadtests.serving import ROOT, Serving
from server.http.callers import COOKIE
from tests.server.http.house import House

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)
# Of each operation, beside those at the edges of what is allowed.
EXAMPLES = 6
# The same requests each time; SCHEMA_SEED=N tries others.
SEED = os.environ.get("SCHEMA_SEED", "1")
CONFIG = ROOT / "tests" / "e2e" / "schemathesis.toml"
# It waits for half a minute where it is asked about a wall that is there.
WAITS = "collect_pairing"
# Any of these may be the last request that is let in: what an answer names is asked about.
LEAVES = ("sign_out", "end_session", "renew_ways_in", "change_staff")


@dataclass
class Api:
    url: str
    key: dict[str, str]
    owner: dict[str, str]
    document: dict[str, Any]

    def tried(self, folder: Path, headers: dict[str, str], *options: str) -> str:
        """What schemathesis says of requests with these headers and options; it has found nothing."""
        as_options = [part for name, value in headers.items() for part in ("--header", f"{name}: {value}")]
        described = folder / "api.json"
        described.write_bytes(orjson.dumps(without_security(self.document)))
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", str(described)),
                *("--url", self.url, "--seed", SEED),
                *("--checks", ",".join(CHECKS), "--max-examples", str(EXAMPLES), "--request-timeout", "30"),
                *("--exclude-operation-id", WAITS, "--continue-on-failure", "--no-color", *as_options, *options),
            ],
            check=False,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.e2e.schema_hooks"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def without_security(document: dict[str, Any]) -> dict[str, Any]:
    """The same requests without leaving credentials out on purpose: those tests send them always."""
    copy = deepcopy(document)
    for path in copy["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
    return copy


def owner(url: str, invitation: str) -> dict[str, str]:
    """The headers of somebody who took an invitation up."""
    joining = {"login": "olga", "name": "Olga", "password": "correct-horse-7"}
    with httpx.Client(base_url=url) as client:
        value = invitation.partition("#invitation=")[2]
        joined = client.post("/api/v1/staff/invitations/accept", json={"invitation": value, **joining})
        assert joined.status_code == 200
        assert (
            client.post("/api/v1/shops", json={"id": "0", "name": "Shop"}, headers={"origin": url}).status_code == 201
        )
        return {"cookie": f"{COOKIE}={client.cookies[COOKIE]}", "origin": url}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    serving = Serving(tmp_path_factory.mktemp("api"), env={"SHOWFLOOR_GUESTS_PER_MINUTE": "1000000"})
    with asyncio.Runner() as runner:
        runner.run(serving.start())
        try:
            printed = runner.run(serving.command("key", "--data", str(serving.data), "--label", "schema"))
            headers = {"authorization": f"Bearer {printed.split()[-1]}"}
            with httpx.Client(base_url=serving.url, headers=headers) as client:
                client.post("/api/v1/rooms", json={"id": "0", "title": "So that some requests find a room"})
                served = client.get("/api/v1/openapi.json").json()
            printed = runner.run(serving.command("staff", "add", "--data", str(serving.data), "--role", "owner"))
            yield Api(serving.url, headers, owner(serving.url, printed.split()[-1]), served)
        finally:
            code = runner.run(serving.terminate())
    assert code == 0
    assert "Traceback" not in serving.output
    assert "request_failed" not in serving.output


def operations(api: Api) -> int:
    return sum(len(path) for path in api.document["paths"].values())


@pytest.mark.timeout(300)
def test_no_request_breaks_the_server_or_its_word(api: Api, tmp_path: Path) -> None:
    said = api.tried(tmp_path, api.key, "--phases", "coverage,fuzzing")
    assert f"Tested: {operations(api) - 1}" in said


@pytest.mark.timeout(300)
def test_nothing_that_staff_sends_breaks_it(api: Api, tmp_path: Path) -> None:
    without = [part for operation in LEAVES for part in ("--exclude-operation-id", operation)]
    said = api.tried(tmp_path, api.owner, "--phases", "fuzzing", *without)
    assert f"Tested: {operations(api) - 1 - len(LEAVES)}" in said


def test_the_owner_is_still_signed_in(api: Api) -> None:
    """Else what was sent by them would have been refused before it was looked at."""
    assert httpx.get(f"{api.url}/api/v1/staff/session", headers=api.owner).status_code == 200


def test_the_description_is_what_the_code_says(api: Api) -> None:
    assert api.document == House(Path("client_web/dist")).document()
