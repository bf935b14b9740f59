"""What was asked in a room, as a file for spreadsheets; the results tell the same."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from protocols.messages import Audience
from rooms.room import Room
from server.http.api.exports import BYTE_ORDER_MARK, harmless
from server.http.api.fields import PREFIX, Answer, RoomPath
from server.http.body import StrictRoute
from server.http.callers import KnownCaller, host_of
from server.http.services import services_of

router = APIRouter(prefix=PREFIX, tags=["results"], route_class=StrictRoute)

COLUMNS = ("question", "asked", "name", "text", "votes", "status", "answer", "answered", "merged_into")


class QuestionResult(Answer):
    """A question as hosts see it; instants in ms. Answered without ``answer``: live."""

    id: str
    text: str
    name: str
    votes: int
    status: Literal["open", "answered", "waiting", "hidden"]
    asked_at: int
    answered_at: int | None
    answer: str | None
    merged_into: str | None


def asked(room: Room) -> list[QuestionResult]:
    """The questions of a room, oldest first, as many as a view has room for."""
    views: list[dict[str, Any]] = room.view(Audience.HOSTS)["questions"]["questions"]
    return [
        QuestionResult(
            id=each["question"],
            text=each["text"],
            name=each["by"]["name"],
            votes=each["votes"],
            status=each["status"],
            asked_at=each["at"],
            answered_at=each["answer"] and each["answer"]["at"],
            answer=each["answer"] and each["answer"]["text"],
            merged_into=each["into"],
        )
        for each in views
    ]


@router.get("/rooms/{room}/questions.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def read_questions_csv(request: Request, room: RoomPath, caller: KnownCaller) -> Response:
    """The questions of a room as a spreadsheet. Needs an API key, the room's host or staff of its shop."""
    await host_of(request, caller, room)
    live = (await services_of(request).directory.open(room)).live
    # Room ids have no character that could end the quotes.
    headers = {"content-disposition": f'attachment; filename="{room}-questions.csv"'}
    return Response(as_csv(asked(live.room)), media_type="text/csv; charset=utf-8", headers=headers)


def as_csv(questions: list[QuestionResult]) -> bytes:
    """One row a question; no cell is a formula."""
    buffer = io.StringIO()
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in questions:
        answer = each.answer if each.answer is not None else "live" if each.answered_at is not None else ""
        cells = (each.id, _time(each.asked_at), each.name, each.text, str(each.votes), each.status)
        rest = (answer, _time(each.answered_at), each.merged_into or "")
        writer.writerow([harmless(cell) for cell in (*cells, *rest)])
    return buffer.getvalue().encode("utf-8", "replace")


def _time(at: int | None) -> str:
    return "" if at is None else f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S}"
