"""Templates: what a room can begin with."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request

from protocols.errors import Code, Refused
from protocols.messages import Audience, Id
from protocols.text import Title
from server.http.api.fields import PREFIX, Answer, Body
from server.http.body import StrictRoute
from server.http.callers import Caller, KnownCaller, host_of
from server.http.noting import note_act
from server.http.services import Services, services_of
from server.http.shops import in_shop, shops_of
from server.templates import Beginning, Lang, Template, built_in, drafts_of, sheet_of

router = APIRouter(prefix=PREFIX, tags=["templates"], route_class=StrictRoute)

TemplatePath = Annotated[Id, Path(description="The template's id.")]
LangQuery = Annotated[Lang, Query(description="The language of the built-in ones.")]


class NewTemplate(Body):
    """A room to be kept as a template of a shop."""

    room: Id
    title: Title
    shop: Id


class TemplatePoll(Answer):
    """A poll that the room begins with, as a draft."""

    question: str
    kind: Literal["single", "multi", "rating"]
    options: list[str]
    hidden: bool
    max_choices: int | None = None
    who: Literal["everyone", "bound", "signed_up"] = "everyone"
    duration_ms: int | None = None


class TemplateCue(Answer):
    """A call of the run-sheet that the room begins with, and what its button leads to."""

    text: str
    does: Literal["none", "chat", "photo", "question", "vote", "first"]


class TemplateAnswer(Answer):
    """A template; ``shop`` is null and ``created_at`` 0 for those that are built in."""

    id: str
    shop: str | None
    title: str
    polls: list[TemplatePoll]
    cues: list[TemplateCue]
    created_at: int

    @classmethod
    def of(cls, template: Template) -> TemplateAnswer:
        """The same, to be answered."""
        polls = [TemplatePoll.model_validate(each) for each in template.polls]
        cues = [TemplateCue.model_validate(each) for each in template.cues]
        return cls(
            id=template.id,
            shop=template.shop,
            title=template.title,
            polls=polls,
            cues=cues,
            created_at=template.created_at,
        )


class TemplatesAnswer(Answer):
    """Those that are built in, then the shops' own, the newest first."""

    templates: list[TemplateAnswer]


@router.get("/templates")
async def list_templates(request: Request, caller: KnownCaller, lang: LangQuery = "zh") -> TemplatesAnswer:
    """What a room can begin with. Needs an API key, or staff: they see those of their shops."""
    kept = await services_of(request).templates.of_shops(shops_of(caller))
    return TemplatesAnswer(templates=[TemplateAnswer.of(each) for each in (*built_in(lang), *kept)])


@router.post("/templates", status_code=201)
async def keep_template(request: Request, wanted: NewTemplate, caller: KnownCaller) -> TemplateAnswer:
    """Keep a room's settings, polls and run-sheet as a template.

    Needs an API key, or staff of both its shop and the room's.
    """
    services = services_of(request)
    await in_shop(request, caller, wanted.shop)
    await host_of(request, caller, wanted.room)
    room = (await services.directory.open(wanted.room)).live.room
    begins = await drafted(services, wanted.room)
    template = await services.templates.keep(wanted.shop, wanted.title, room.settings, begins)
    await note_act(request, caller, "template.kept", template.id, shop=wanted.shop, details={"room": wanted.room})
    return TemplateAnswer.of(template)


@router.delete("/templates/{template}", status_code=204)
async def remove_template(request: Request, template: TemplatePath, caller: KnownCaller) -> None:
    """Remove a shop's template. Needs an API key, or staff of that shop."""
    services = services_of(request)
    shops_of(caller)
    found = await known(services, caller, template)
    if found.shop is None:
        raise Refused(Code.FORBIDDEN, "This one is built in.")
    await services.templates.remove(found.id)
    await note_act(request, caller, "template.removed", found.id, shop=found.shop)


async def known(services: Services, caller: Caller, template: str, lang: Lang = "zh") -> Template:
    """A template that the caller may use. Raises Refused: not_found, also for one of another shop."""
    found = await services.templates.get(template, lang)
    if found.shop is not None and not caller.sees(found.shop):
        raise Refused(Code.NOT_FOUND, "There is no such template.")
    return found


async def drafted(services: Services, room: str) -> Beginning:
    """The polls of a room as the drafts that they were, and its run-sheet. Raises Refused: not_found, unavailable."""
    live = (await services.directory.open(room)).live
    view: dict[str, Any] = live.room.view(Audience.HOSTS)
    polls = drafts_of(view["polls"]["polls"], await services.lobby.first_hidden(room))
    return Beginning(polls, sheet_of(view["cues"]["sheet"]))
