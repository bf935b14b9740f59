from pathlib import Path

import httpx
from pydantic import SecretStr

from server.config import Settings
from server.http.services import Watched
from server.http.watch import build_watch
from server.metrics import Metrics


def client(tmp_path: Path, watched: Watched) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(build_watch(watched)), base_url="http://worker")


def watched(tmp_path: Path, why: dict[str, str | None], **more: object) -> Watched:
    settings = Settings(data=tmp_path, secret=SecretStr("a secret for tests 0123456789 abcdefg"), **more)
    return Watched(
        settings=settings,
        metrics=Metrics(),
        checks={"log": lambda: why["log"]},
        cautions={"blobs": lambda: why["blobs"]},
    )


async def test_it_says_how_it_is_and_nothing_else(tmp_path: Path) -> None:
    why: dict[str, str | None] = {"log": None, "blobs": "the blob store refuses us"}
    async with client(tmp_path, watched(tmp_path, why)) as asked:
        assert (await asked.get("/livez")).status_code == 200
        answer = await asked.get("/readyz")
        assert (answer.status_code, answer.json()["degraded"]) == (200, {"blobs": "the blob store refuses us"})
        why["log"] = "the log does not answer"
        answer = await asked.get("/readyz")
        assert (answer.status_code, answer.json()["reasons"]) == (503, {"log": "the log does not answer"})
        assert b"process_open_fds" in (await asked.get("/metrics")).content
        for path in ("/", "/docs", "/openapi.json", "/api/v1/rooms", "/socket.io/?EIO=4&transport=polling"):
            assert (await asked.get(path)).status_code == 404


async def test_metrics_may_ask_for_their_token(tmp_path: Path) -> None:
    token = "token-0123456789"
    async with client(tmp_path, watched(tmp_path, {}, metrics_token=SecretStr(token))) as asked:
        assert (await asked.get("/metrics")).status_code == 401
        answer = await asked.get("/metrics", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 200
