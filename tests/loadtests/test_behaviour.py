from __future__ import annotations

import asyncio
from typing import Any

from loadtests.behaviour import ConnectRefused, Place, settle


def test_a_place_before_the_first_join_is_not_sent() -> None:
    assert Place().wire() is None
    assert Place("e", 0).wire() == {"epoch": "e", "seq": 0}


async def test_an_answer_that_was_given_up_stays_so() -> None:
    answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    settle(answer, {"ok": True})
    settle(answer, {"ok": False})
    assert answer.result() == {"ok": True}


def test_a_refusal_says_its_code() -> None:
    refused = ConnectRefused("expired", "The token has expired.")
    assert refused.code == "expired"
    assert str(refused) == "expired: The token has expired."
