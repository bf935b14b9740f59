"""What came of a room: its polls as the room itself shows them, and how much was said."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from protocols.messages import Audience
from rooms.activities.photos import Photos
from rooms.settings import ShopNamed
from server.http.api.exports import BYTE_ORDER_MARK, harmless
from server.http.api.fields import PREFIX, Answer, RoomPath
from server.http.api.photos import photos_of
from server.http.api.questions import QuestionResult, asked
from server.http.body import StrictRoute
from server.http.callers import Caller, KnownCaller, host_of
from server.http.services import services_of
from server.lobby import drafts, results

router = APIRouter(prefix=PREFIX, tags=["results"], route_class=StrictRoute)

COLUMNS = (
    *("poll", "question", "kind", "status", "opened", "closed", "voters", "option", "votes"),
    *("photo", "author", "caption"),
)


class OptionResult(Answer):
    """What can be chosen: ``id`` is what a ballot says for it, ``shops`` how many of the votes came from which shop,
    where such take part. ``author`` and ``caption`` are its photo's, if it has
    one that is still there."""

    id: int
    text: str
    votes: int
    shops: dict[str, int] = Field(default_factory=dict)
    photo: str | None = None
    author: str | None = None
    caption: str | None = None


class PollResult(Answer):
    """A poll that was opened; instants in ms. ``shops`` says how many of the voters were in which shop."""

    id: str
    question: str
    kind: Literal["single", "multi", "rating"]
    status: Literal["open", "closed"]
    options: list[OptionResult]
    voters: int
    shops: dict[str, int] = Field(default_factory=dict)
    opened_at: int | None
    closed_at: int | None


class DraftPoll(Answer):
    """A poll that is ready to be opened."""

    id: str
    question: str
    kind: Literal["single", "multi", "rating"]


class ResultsAnswer(Answer):
    """``messages`` that are still there, ``people`` who wrote or voted, ``drafts`` that wait to be opened, ``shops``
    that take part."""

    room: str
    title: str
    polls: list[PollResult]
    drafts: list[DraftPoll]
    questions: list[QuestionResult]
    messages: int
    people: int
    shops: list[ShopNamed] = Field(default_factory=list)


@router.get("/rooms/{room}/results")
async def read_results(request: Request, room: RoomPath, caller: KnownCaller) -> ResultsAnswer:
    """What came of a room so far. Needs an API key, the room's host or staff of its shop."""
    return await _results(request, room, caller)


@router.get("/rooms/{room}/results.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def read_results_csv(request: Request, room: RoomPath, caller: KnownCaller) -> Response:
    """The polls of a room as a spreadsheet, one row an option. Needs what the results need."""
    sheet = as_csv(await _results(request, room, caller))
    # Room ids have no character that could end the quotes.
    headers = {"content-disposition": f'attachment; filename="{room}-results.csv"'}
    return Response(sheet, media_type="text/csv; charset=utf-8", headers=headers)


async def _results(request: Request, room: str, caller: Caller) -> ResultsAnswer:
    await host_of(request, caller, room)
    services = services_of(request)
    live = (await services.directory.open(room)).live
    counted = await services.lobby.counted(room)
    polls: list[dict[str, Any]] = live.room.view(Audience.HOSTS)["polls"]["polls"]
    return ResultsAnswer(
        room=room,
        title=live.room.title,
        polls=[_whole(each, photos_of(live.room)) for each in results(polls)],
        drafts=[DraftPoll(**each) for each in drafts(polls)],
        questions=asked(live.room),
        messages=counted.messages,
        people=counted.people,
        shops=live.room.settings.shops,
    )


def _whole(poll: dict[str, Any], photos: Photos) -> PollResult:
    for option in poll["options"]:
        photo = photos.find(option.get("photo", ""))
        if photo is not None:
            option |= {"author": photo.by.name, "caption": photo.caption}
    return PollResult(**poll)


def as_csv(told: ResultsAnswer) -> bytes:
    """One row an option; no cell is a formula. Where shops take part, each has the column of its votes."""
    buffer = io.StringIO()
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer, lineterminator="\r\n")
    names = {shop["id"]: shop["name"] for shop in told.shops}
    # Of those that take part no more there may be votes.
    shops = list(names | dict.fromkeys(shop for poll in told.polls for shop in poll.shops))
    writer.writerow([*COLUMNS, *(harmless(names.get(shop) or shop) for shop in shops)])
    for poll in told.polls:
        head = (poll.id, poll.question, poll.kind, poll.status, _time(poll.opened_at), _time(poll.closed_at))
        for option in poll.options:
            entry = (option.photo or "", option.author or "", option.caption or "")
            cells = (*head, str(poll.voters), option.text, str(option.votes), *entry)
            split = (str(option.shops.get(shop, 0)) for shop in shops)
            writer.writerow([harmless(cell) for cell in (*cells, *split)])
    return buffer.getvalue().encode("utf-8", "replace")


def _time(at: int | None) -> str:
    return "" if at is None else f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S}"
