"""Requests made from the API's own description, good ones and bad ones, against the running server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error, unsupported_method
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from loadtests.serving import Serving
from server.http.callers import COOKIE
from tests.server.http.house import House

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


def without_security(document: dict[str, Any]) -> dict[str, Any]:
    """The same requests without leaving credentials out on purpose: those tests send them always."""
    copy = deepcopy(document)
    for path in copy["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
    return copy


# pytest wants to know the operations before there is a server.
document = House(Path("client_web/dist")).document()
description = schemathesis.openapi.from_dict(without_security(document))
# By an owner who is signed in; all that a key may not do is among these.
for_staff = description.include(path_regex=r"^/api/v1/(staff|shops|audit|rooms|templates)").exclude(
    # It would be the last request that is let in.
    lambda context: context.operation.method == "delete" and context.operation.path == "/api/v1/staff/session"
)


@dataclass
class Api:
    url: str
    headers: dict[str, str]
    owner: dict[str, str]
    document: dict[str, object]


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


@description.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_breaks_the_server_or_its_word(case: Case[Any], api: Api) -> None:
    case.call_and_validate(base_url=api.url, headers=api.headers, checks=CHECKS)


@for_staff.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_that_staff_sends_breaks_it(case: Case[Any], api: Api) -> None:
    case.call_and_validate(base_url=api.url, headers=api.owner, checks=CHECKS)


def test_the_owner_is_still_signed_in(api: Api) -> None:
    """Else what was sent by them would have been refused before it was looked at."""
    assert httpx.get(f"{api.url}/api/v1/staff/session", headers=api.owner).status_code == 200


def test_the_description_is_the_servers_own(api: Api) -> None:
    assert api.document == document
