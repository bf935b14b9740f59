"""Templates: what a room begins with: its settings, the drafts of its polls, its run-sheet. Some are built in, some a
shop's own."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from protocols.errors import Code, Refused
from protocols.limits import CUES_KEPT, POLLS_KEPT
from protocols.messages import Budget
from rooms.activities.cues import CuePrepare, Does
from rooms.poll_commands import PollCreate
from rooms.settings import RoomSettings

TEMPLATES_LIMIT: Final = 100  # of one shop

Lang = Literal["zh", "en"]
Poll = Mapping[str, Any]  # the fields of poll.create beside id and room
Cue = Mapping[str, Any]  # likewise of cue.prepare


@dataclass(frozen=True, slots=True)
class Template:
    """A template; ``shop`` is None for those that are built in, ``created_at`` in ms."""

    id: str
    shop: str | None
    title: str
    polls: Sequence[Poll]
    settings: Mapping[str, Any] = field(default_factory=dict)
    created_at: int = 0
    cues: Sequence[Cue] = ()


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new room begins with beside its settings."""

    polls: Sequence[Poll] = ()
    cues: Sequence[Cue] = ()


class DraftedPoll(PollCreate):
    """A poll that a new room begins with: all of them together are one act, which no budget breaks in two."""

    budget = Budget.NONE


class PreparedCue(CuePrepare):
    """A call of the run-sheet that it begins with, likewise."""

    budget = Budget.NONE


class TemplateTable(Protocol):
    """Where the shops' own templates are kept."""

    async def add(self, template: Template, most: int) -> bool:
        """Store a new one; False if its shop has ``most`` already."""

    async def get(self, template_id: str) -> Template | None:
        """The template of this id."""

    async def of_shops(self, shops: Collection[str] | None, most: int) -> Sequence[Template]:
        """Those of these shops, or of all, the newest first; at most so many."""

    async def remove(self, template_id: str) -> None:
        """Remove it; again changes nothing."""


def poll(question: str, *options: str, hidden: bool = False, seconds: int = 0, most: int = 1) -> Poll:
    """The draft of a poll; without options a rating, with ``most`` above 1 several choices."""
    drafted: dict[str, Any] = {"question": question, "kind": "single", "options": list(options), "hidden": hidden}
    if not options:
        drafted["kind"] = "rating"
    elif most > 1:
        drafted |= {"kind": "multi", "max_choices": most}
    if seconds:
        drafted["duration_ms"] = seconds * 1000
    return drafted


def drafts_of(view: Sequence[Mapping[str, Any]], first_hidden: Mapping[str, bool]) -> list[Poll]:
    """The polls of a room as drafts: what was asked, and nothing of what came of it.

    ``first_hidden`` says which were drafted with a hidden result: by now it may have been shown. Votes on photos are
    left out: the photos are that room's.
    """
    drafts: list[Poll] = []
    for each in view[:POLLS_KEPT]:
        if any(each["photos"]):
            continue
        draft = {name: each[name] for name in ("question", "kind", "who")} | {"options": list(each["options"])}
        draft["hidden"] = first_hidden.get(each["poll"], each["hidden"])
        if each["kind"] == "multi":
            draft["max_choices"] = each["max_choices"]
        if each["duration_ms"] is not None:
            draft["duration_ms"] = each["duration_ms"]
        drafts.append(draft)
    return drafts


def sheet_of(view: Sequence[Mapping[str, Any]]) -> list[Cue]:
    """The run-sheet of a room as it was prepared, whatever was called of it."""
    return [{"text": each["text"], "does": each["does"]} for each in view[:CUES_KEPT]]


def commands_of(begins: Beginning, room: str) -> list[DraftedPoll | PreparedCue]:
    """The commands that draft these polls in a new room, and prepare its run-sheet, in order."""
    polls = [
        DraftedPoll.model_validate({**each, "id": f"template-{place}", "room": room})
        for place, each in enumerate(begins.polls, start=1)
    ]
    cues = [
        PreparedCue.model_validate({**each, "id": f"template-cue-{place}", "room": room})
        for place, each in enumerate(begins.cues, start=1)
    ]
    return [*polls, *cues]


def built_in(lang: Lang) -> list[Template]:
    """The templates that everybody has."""
    return [Template(name, None, title, polls, cues=cues) for name, title, polls, cues in _BUILT_IN[lang]]


class Templates:
    """Finds, keeps and removes templates. ``clock`` gives Unix seconds."""

    def __init__(self, table: TemplateTable, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    async def of_shops(self, shops: Collection[str] | None) -> Sequence[Template]:
        """The shops' own, the newest first; without shops, those of all."""
        return await self._table.of_shops(shops, TEMPLATES_LIMIT * (1 if shops is None else max(1, len(shops))))

    async def get(self, template_id: str, lang: Lang) -> Template:
        """A template of this id, built in or kept. Raises Refused: not_found."""
        found = next((each for each in built_in(lang) if each.id == template_id), None)
        found = found or await self._table.get(template_id)
        if found is None:
            raise Refused(Code.NOT_FOUND, "There is no such template.")
        return found

    async def keep(self, shop: str, title: str, settings: RoomSettings, begins: Beginning) -> Template:
        """Keep one for a shop. Raises Refused: conflict (too many)."""
        name, now = f"tp_{secrets.token_hex(8)}", int(self._clock() * 1000)
        template = Template(name, shop, title, begins.polls, settings.model_dump(), now, begins.cues)
        if not await self._table.add(template, TEMPLATES_LIMIT):
            raise Refused(Code.CONFLICT, f"A shop has at most {TEMPLATES_LIMIT} templates; remove one first.")
        return template

    async def remove(self, template_id: str) -> None:
        """Remove one that a shop kept."""
        await self._table.remove(template_id)


def cue(text: str, does: Does = "none") -> Cue:
    """A call of a run-sheet."""
    return {"text": text, "does": does}


_BUILT_IN: Final[Mapping[Lang, Sequence[tuple[str, str, Sequence[Poll], Sequence[Cue]]]]] = {
    "zh": (
        (
            "live-demo",
            "新品直播演示",
            (
                poll("第一眼，你最喜欢哪一款？", "第一款", "第二款", "第三款", seconds=60),
                poll("你最想先看哪一部分？", "开箱", "拼装过程", "怎么玩", "价格和优惠", seconds=60),
                poll("你会买给谁？", "自己", "孩子", "朋友", "再想想", seconds=60),
                poll("给今天的演示打个分"),
            ),
            (
                cue("欢迎来到直播间，说说你从哪里来", "chat"),
                cue("提问时间，想知道什么都可以问", "question"),
                cue("给今天的演示打个分", "vote"),
            ),
        ),
        (
            "build-contest",
            "拼装大赛",
            (
                poll("谁会最先拼完？", "一号选手", "二号选手", "三号选手", seconds=90),
                poll("最佳创意奖投给谁？", "一号作品", "二号作品", "三号作品", hidden=True, seconds=120),
                poll(
                    "人气奖投给谁？（最多两个）", "一号作品", "二号作品", "三号作品", hidden=True, seconds=120, most=2
                ),
                poll("给今天的比赛打个分"),
            ),
            (
                cue("比赛开始，给选手加油", "chat"),
                cue("晒晒你拼好的作品", "photo"),
                cue("来给喜欢的作品投一票", "vote"),
            ),
        ),
        (
            "give-away",
            "节日派发",
            (
                poll("今天先送哪一份礼物？", "一号礼物", "二号礼物", "三号礼物", seconds=60),
                poll("你从哪里来参加？", "店里", "直播间", "群里", seconds=60),
                poll("下一次派发放在什么时候？", "周五晚上", "周六下午", "周日下午", seconds=60),
            ),
            (
                cue("礼物马上就到，准备好", "first"),
                cue("晒晒你收到的礼物", "photo"),
            ),
        ),
    ),
    "en": (
        (
            "live-demo",
            "New product, live",
            (
                poll("At first sight, which one do you like best?", "The first", "The second", "The third", seconds=60),
                poll(
                    "What shall we look at first?",
                    "Unboxing",
                    "Building it",
                    "Playing with it",
                    "Price and offers",
                    seconds=60,
                ),
                poll("Who would you buy it for?", "Myself", "A child", "A friend", "Not sure yet", seconds=60),
                poll("How did you like this show?"),
            ),
            (
                cue("Welcome! Tell us where you are watching from", "chat"),
                cue("Question time: ask whatever you like", "question"),
                cue("How did you like this show?", "vote"),
            ),
        ),
        (
            "build-contest",
            "Building contest",
            (
                poll("Who will finish first?", "Builder 1", "Builder 2", "Builder 3", seconds=90),
                poll("Most creative build?", "Build 1", "Build 2", "Build 3", hidden=True, seconds=120),
                poll("Your favourites? (up to two)", "Build 1", "Build 2", "Build 3", hidden=True, seconds=120, most=2),
                poll("How did you like this contest?"),
            ),
            (
                cue("We are building: cheer them on", "chat"),
                cue("Share a photo of your finished model", "photo"),
                cue("Vote for the build you like best", "vote"),
            ),
        ),
        (
            "give-away",
            "Holiday give-away",
            (
                poll("Which present goes first?", "Present 1", "Present 2", "Present 3", seconds=60),
                poll("Where are you joining from?", "In the shop", "The stream", "A group chat", seconds=60),
                poll("When shall we do this again?", "Friday evening", "Saturday", "Sunday", seconds=60),
            ),
            (
                cue("The presents are coming, get ready", "first"),
                cue("Share a photo of your present", "photo"),
            ),
        ),
    ),
}
