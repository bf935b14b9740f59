from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.messages import Audience, Budget
from rooms.settings import RoomSettings
from server.templates import (
    TEMPLATES_LIMIT,
    Beginning,
    Lang,
    Templates,
    built_in,
    commands_of,
    cue,
    drafts_of,
    poll,
    sheet_of,
)
from tests.rooms.play import ANN, HOST, Play
from tests.server.lobby_tables import MemoryTemplates

LANGS: tuple[Lang, ...] = ("zh", "en")


def view(play: Play) -> list[dict[str, Any]]:
    polls: list[dict[str, Any]] = play.view("polls", Audience.HOSTS)["polls"]
    return polls


def asked(polls: list[dict[str, Any]]) -> list[Any]:
    words = ("question", "kind", "options", "max_choices", "who", "hidden", "duration_ms")
    return [[each[word] for word in words] for each in polls]


def draft(play: Play, polls: Any) -> None:
    for command in commands_of(Beginning(polls), "r1"):
        body = {name: getattr(command, name) for name in command.model_fields_set - {"id", "room"}}
        play.do(HOST, "poll.create", **body)


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_built_in_can_be_played(lang: Lang) -> None:
    templates = built_in(lang)
    assert [each.id for each in templates] == ["live-demo", "build-contest", "give-away"]
    for template in templates:
        play = Play()
        draft(play, template.polls)
        made = view(play)
        assert [each["question"] for each in made] == [each["question"] for each in template.polls]
        assert {each["status"] for each in made} == {"draft"}
        for each in made:
            play.do(HOST, "poll.open", poll=each["poll"])


def test_what_is_built_in_is_the_same_in_both_languages() -> None:
    chinese, english = built_in("zh"), built_in("en")
    assert [each.title for each in chinese] == ["新品直播演示", "拼装大赛", "节日派发"]
    for one, other in zip(chinese, english, strict=True):
        assert one.title != other.title
        assert len(one.polls) == len(other.polls)
        for here, there in zip(one.polls, other.polls, strict=True):
            assert {**here, "question": "", "options": len(here["options"])} == {
                **there,
                "question": "",
                "options": len(there["options"]),
            }


def test_a_room_is_drafted_again_as_it_was() -> None:
    play = Play()
    wanted = [
        poll("A?", "x", "y", seconds=60),
        poll("B?", "x", "y", "z", hidden=True, most=2),
        poll("C?"),
        {**poll("D?", "x", "y", hidden=True), "who": "bound"},
    ]
    draft(play, wanted)
    before = asked(view(play))
    # As a show goes: opened, voted in, shown, closed.
    hidden = {each["poll"]: each["hidden"] for each in view(play)}
    for each in view(play)[:3]:
        play.do(HOST, "poll.open", poll=each["poll"])
        play.do(ANN, "poll.vote", poll=each["poll"], choices=[1])
        play.do(HOST, "poll.reveal", poll=each["poll"])
        play.do(HOST, "poll.close", poll=each["poll"])
    again = Play()
    draft(again, drafts_of(view(play), hidden))
    assert asked(view(again)) == before
    assert {each["status"] for each in view(again)} == {"draft"}
    assert "voters" not in str(drafts_of(view(play), hidden))


def test_drafts_are_one_act_that_no_budget_breaks_in_two() -> None:
    commands = commands_of(Beginning([poll("A?", "x", "y"), poll("B?")]), "r9")
    assert {each.budget for each in commands} == {Budget.NONE}
    assert {each.type for each in commands} == {"poll.create"}
    assert {each.room for each in commands} == {"r9"}
    assert len({each.id for each in commands}) == 2


async def test_a_shops_own_are_found_until_they_are_removed() -> None:
    templates = Templates(MemoryTemplates(), clock=lambda: 5.0)
    begins = Beginning([poll("A?", "x", "y")], [cue("Ask!", "question")])
    kept = await templates.keep("s1", "Ours", RoomSettings(text_length=200), begins)
    assert (kept.created_at, kept.settings["text_length"]) == (5_000, 200)
    assert await templates.get(kept.id, "en") == kept
    assert (await templates.get("live-demo", "en")).title == "New product, live"
    assert list(await templates.of_shops(["s1"])) == [kept]
    assert list(await templates.of_shops(["s2"])) == []
    assert list(await templates.of_shops(None)) == [kept]
    await templates.remove(kept.id)
    with pytest.raises(Refused) as refused:
        await templates.get(kept.id, "zh")
    assert refused.value.code is Code.NOT_FOUND


async def test_a_shop_keeps_so_many() -> None:
    templates = Templates(MemoryTemplates())
    for _ in range(TEMPLATES_LIMIT):
        await templates.keep("s1", "T", RoomSettings(), Beginning())
    with pytest.raises(Refused) as refused:
        await templates.keep("s1", "T", RoomSettings(), Beginning())
    assert refused.value.code is Code.CONFLICT
    await templates.keep("s2", "T", RoomSettings(), Beginning())


@pytest.mark.parametrize("lang", LANGS)
def test_a_run_sheet_is_prepared_again_in_its_order(lang: Lang) -> None:
    for template in built_in(lang):
        play = Play()
        for command in commands_of(Beginning(cues=template.cues), "r1"):
            assert command.budget is Budget.NONE
            play.do(HOST, "cue.prepare", **command.model_dump(include={"text", "does"}))
        sheet = play.view("cues", Audience.HOSTS)["sheet"]
        play.do(HOST, "cue.call", cue=sheet[0]["cue"])
        assert sheet_of(play.view("cues", Audience.HOSTS)["sheet"]) == list(template.cues)
    assert [[each["does"] for each in one.cues] for one in built_in("zh")] == [
        [each["does"] for each in one.cues] for one in built_in("en")
    ]
