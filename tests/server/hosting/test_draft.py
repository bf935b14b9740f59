import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from protocols.errors import Code, Refused
from protocols.messages import Audience, By, Role
from rooms.activities.chat import Chat
from server.hosting.draft import Sender
from tests.server.house import ANN, BOB, HOST, House, house

BOT = Sender(By("bot-1", "Bridge", Role.BOT))


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened


def code(outcome: object) -> Code | None:
    return outcome.code if isinstance(outcome, Refused) else None


async def test_another_body_in_the_same_batch_is_a_conflict(at: House) -> None:
    await at.room()
    outcomes = await asyncio.gather(*(at.outcome("chat.send", id_="x", text=text) for text in ("a", "b", "a")))
    assert [code(outcome) for outcome in outcomes] == [None, Code.ID_CONFLICT, None]
    assert outcomes[0] == outcomes[2]


async def test_refusals_store_nothing(at: House) -> None:
    host = await at.room()
    assert code(await at.outcome("chat.delete", ANN, message="none")) is not None
    assert code(await at.outcome("room.close", ANN)) is Code.FORBIDDEN
    assert host.live.room.seq == 1


async def test_over_budget_is_said_with_a_time(at: House) -> None:
    host = await at.room(person_rate=1, person_burst=2)
    outcomes = [await at.outcome("chat.send", ANN, text=str(n)) for n in range(3)]
    refused = outcomes[2]
    assert isinstance(refused, Refused)
    assert refused.code is Code.RATE_LIMITED
    assert refused.retry_after_ms == 1000
    # What was answered already is no new message.
    assert code(await at.outcome("chat.send", BOB, id_="b", text="hi")) is None
    for _ in range(5):
        assert code(await at.outcome("chat.send", BOB, id_="b", text="hi")) is None
    at.time.pass_ms(1000)
    assert code(await at.outcome("chat.send", ANN, text="again")) is None
    assert host.live.room.seq == 5


async def test_what_was_refused_does_not_count_for_slow_mode(at: House) -> None:
    await at.room(slow_mode_ms=30_000)
    await at.send("words.add", HOST, words=["spam"])
    assert code(await at.outcome("chat.send", ANN, text="spam")) is Code.WORDS
    outcomes = await asyncio.gather(*(at.outcome("chat.send", ANN, text=text) for text in ("ham", "eggs")))
    assert [code(outcome) for outcome in outcomes] == [None, Code.RATE_LIMITED]


async def test_a_bot_speaks_for_a_person(at: House) -> None:
    await at.room()
    person = {"id": "wx1", "name": "Wei", "via": "wecom"}
    await at.send("chat.send", BOT, text="hi", on_behalf_of=person)
    assert at.told[-1][2].by == By("wecom:wx1", "Wei", Role.ATTENDEE, via="wecom")
    assert code(await at.outcome("chat.send", ANN, text="hi", on_behalf_of=person)) is Code.FORBIDDEN


async def test_a_failing_activity_harms_its_sender_only(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    host = await at.room()
    decide = Chat.decide

    def failing(self: Chat, command: object, context: object) -> object:
        if getattr(command, "text", "") == "boom":
            raise RuntimeError
        return decide(self, command, context)  # type: ignore[arg-type]

    monkeypatch.setattr(Chat, "decide", failing)
    outcomes = await asyncio.gather(*(at.outcome("chat.send", ANN, text=text) for text in ("a", "boom", "b")))
    assert [code(outcome) for outcome in outcomes] == [None, Code.INTERNAL, None]
    assert [record.seq for _, _, record in at.told] == [1, 2, 3]
    assert host.live.room.seq == 3


async def test_a_failing_apply_leaves_the_draft_as_it_was(at: House, monkeypatch: pytest.MonkeyPatch) -> None:
    host = await at.room()
    apply = Chat.apply

    def failing(self: Chat, record: object) -> None:
        apply(self, record)  # type: ignore[arg-type]
        if getattr(getattr(record, "data", None), "text", "") == "boom":
            raise RuntimeError

    monkeypatch.setattr(Chat, "apply", failing)
    outcomes = await asyncio.gather(*(at.outcome("chat.send", ANN, text=text) for text in ("a", "boom", "b")))
    assert [code(outcome) for outcome in outcomes] == [None, Code.INTERNAL, None]
    assert b"boom" not in host.live.view(Audience.HOSTS)
    assert [record.data.dump()["text"] for record in (await at.log())[1:] if record.data] == ["a", "b"]


async def test_who_only_asks_is_told_what_holds_and_nothing_is_taken(at: House) -> None:
    host = await at.room(person_rate=1, person_burst=2)
    vouched = replace(ANN, vouched=True)
    for number in range(10):
        assert code(await at.outcome("photo.ask", vouched, id_=f"ask-{number}")) is None
    assert code(await at.outcome("photo.ask", ANN)) is Code.FORBIDDEN, "nobody asks but the server"
    for number in range(2):
        assert code(await at.outcome("chat.send", ANN, id_=f"c{number}", text="hi")) is None
    assert code(await at.outcome("photo.ask", vouched, id_="ask-late")) is Code.RATE_LIMITED
    at.time.pass_ms(1000)
    assert code(await at.outcome("photo.ask", vouched, id_="ask-later")) is None
    assert (host.live.room.seq, host.statistics()["answered"]) == (3, 3)
