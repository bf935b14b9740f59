"""Lucky draws: entrants are frozen and a commitment published before; the seed is revealed with the winners.

Each entrant has a random ticket, given in a record of their own, so that the list needs no event of its size and
everybody can be forgotten. Who wins is decided by ``rooms.lot`` alone. A draw has no clock and outlives the room's
closing: its winners collect afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from protocols.errors import Code, Refused
from protocols.limits import DRAW_ENTRANTS, DRAW_ENTRANTS_KEPT, DRAW_REDRAWS, DRAW_WINNERS_KEPT, DRAWS_KEPT
from protocols.messages import STAFF, Audience, By, Command, Event, Record, Role
from rooms.activity import ROOM, Activity, Context, Proposed, Tick
from rooms.contact import claimed
from rooms.draw import Draw, DrawCount, DrawsMine, DrawsView, Entrant, Prize, masked
from rooms.draw_words import (
    DrawClaim,
    DrawClaimed,
    DrawCommand,
    DrawCreate,
    DrawCreated,
    DrawEnter,
    DrawEntered,
    DrawExcluded,
    DrawFreeze,
    DrawFrozen,
    DrawNamed,
    DrawOpen,
    DrawOpened,
    DrawRedeem,
    DrawRedeemed,
    DrawRedraw,
    DrawRedrawn,
    DrawRemove,
    DrawRemoved,
    DrawReveal,
    DrawRevealed,
    DrawSealed,
    DrawUnclaimed,
    DrawUnredeem,
    DrawUnredeemed,
    DrawWon,
)
from rooms.lot import commitment, roll_digest

SEED_IDS = 4  # fresh ids in a seed: of 64 bits each


class Draws(Activity):
    """The draws of a room."""

    name = "draws"
    scene = "winner"
    commands = (
        DrawCreate,
        DrawOpen,
        DrawEnter,
        DrawFreeze,
        DrawReveal,
        DrawRedraw,
        DrawClaim,
        DrawRedeem,
        DrawUnredeem,
        DrawRemove,
    )
    events = (
        DrawCreated,
        DrawOpened,
        DrawEntered,
        DrawExcluded,
        DrawSealed,
        DrawFrozen,
        DrawWon,
        DrawNamed,
        DrawRevealed,
        DrawRedrawn,
        DrawClaimed,
        DrawUnclaimed,
        DrawRedeemed,
        DrawUnredeemed,
        DrawRemoved,
    )
    view_shape = DrawsView
    mine_shape = DrawsMine
    tick_shapes = MappingProxyType({"draw.count": DrawCount})

    def __init__(self) -> None:
        self._draws: dict[str, Draw] = {}

    def entrants_of(self, wanted: str) -> Draw | None:
        """A frozen draw, whose list anybody may see; None if there is none of that name."""
        draw = self._draws.get(wanted)
        return draw if draw is not None and draw.status in {"frozen", "drawn"} else None

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """What would change nothing leads to nothing."""
        if isinstance(command, DrawCreate):
            return self._create(command, context)
        if not isinstance(command, DrawCommand):
            raise Refused(Code.UNKNOWN_COMMAND)
        draw = self._draws.get(command.draw)
        if draw is None or (draw.status == "draft" and context.by.role not in STAFF):
            raise Refused(Code.NOT_FOUND, "There is no such draw.")
        match command:
            case DrawOpen():
                return _open(draw)
            case DrawEnter():
                return self._enter(draw, context)
            case DrawFreeze():
                return self._freeze(draw, context)
            case DrawReveal():
                return _reveal(draw)
            case DrawRedraw(place=place):
                return _redraw(draw, place)
            case DrawClaim(contact=contact):
                return _claim(draw, context.by.id, contact)
            case DrawRedeem(place=place) | DrawUnredeem(place=place):
                return _hand_over(draw, place, given=isinstance(command, DrawRedeem))
            case DrawRemove():
                return _remove(draw)
        raise Refused(Code.UNKNOWN_COMMAND)

    def _create(self, command: DrawCreate, context: Context) -> list[Proposed]:
        winners = command.winners + sum(each.winners for each in self._draws.values())
        if len(self._draws) >= DRAWS_KEPT or winners > DRAW_WINNERS_KEPT:
            raise Refused(Code.CONFLICT, f"A room has at most {DRAWS_KEPT} draws with {DRAW_WINNERS_KEPT} winners.")
        if command.of is not None and context.partakers(command.of) is None:
            raise Refused(Code.NOT_FOUND, "There is nothing of that name that people take part in.")
        created = DrawCreated(context.new_id(), command.title, command.winners, command.of)
        return [Proposed(created, Audience.HOSTS)]

    def _enter(self, draw: Draw, context: Context) -> list[Proposed]:
        if draw.status != "open":
            raise Refused(Code.CLOSED, "Nobody comes in any more.")
        if context.by.id in draw.by_user:
            return []
        self._fits(draw, 1)
        return [Proposed(DrawEntered(draw.draw, context.new_id()), Audience.NOBODY)]

    def _fits(self, draw: Draw, more: int) -> None:
        held = sum(len(each.entrants) for each in self._draws.values())
        if len(draw.entrants) + more > DRAW_ENTRANTS or held + more > DRAW_ENTRANTS_KEPT:
            raise Refused(Code.CONFLICT, "More people than a draw can hold.")

    def _freeze(self, draw: Draw, context: Context) -> list[Proposed]:
        if draw.status in {"frozen", "drawn"}:
            return []
        if draw.status == "draft" and draw.of is None:
            raise Refused(Code.CONFLICT, "Let people in first.")
        people = [] if draw.of is None else list(context.partakers(draw.of) or ())
        self._fits(draw, len(people))
        entered = [
            Proposed(DrawEntered(draw.draw, context.new_id()), Audience.NOBODY, by=person)
            for person in people
            if person.id not in draw.by_user
        ]
        # Whoever was erased is nobody, and their ticket stays.
        left = [each for each in draw.entrants if each.name and not context.attends(_by(each))]
        gone = {each.ticket for each in left}
        staying = [ticket for ticket in draw.tickets if ticket not in gone]
        tickets = [*staying, *(each.event.ticket for each in entered if isinstance(each.event, DrawEntered))]
        if not tickets:
            raise Refused(Code.CONFLICT, "Nobody is in it.")
        seed = "".join(context.new_id() for _ in range(SEED_IDS))
        rolled = roll_digest(tickets)
        sealed = commitment(seed, draw.draw, draw.winners, rolled)
        return [
            *(Proposed(DrawExcluded(draw.draw), Audience.NOBODY, by=_by(each)) for each in left),
            *entered,
            Proposed(DrawSealed(draw.draw, seed), Audience.NOBODY),
            Proposed(DrawFrozen(**draw.words(), entrants=len(tickets), roll=rolled, commitment=sealed)),
        ]

    def apply(self, record: Record) -> None:
        """Events on a draw that is not here are passed over."""
        event = record.data
        if isinstance(event, DrawCreated):
            self._draws[event.draw] = Draw(event.draw, event.title, event.winners, event.of)
            return
        draw = self._draws.get(getattr(event, "draw", ""))
        if draw is None or event is None:
            return
        match event:
            case DrawRemoved():
                del self._draws[draw.draw]
            case DrawEntered(ticket=ticket) if record.by is not None:
                draw.enter(Entrant(ticket, record.by.id, record.by.name, record.by.guest))
            case DrawExcluded() if record.by is not None:
                draw.leave(record.by.id)
            case DrawWon(place=place, ticket=ticket):
                by = record.by or By("", "", Role.ATTENDEE)
                draw.won[place] = Prize(ticket, by.id, by.name, by.guest)
            case DrawOpened() | DrawSealed() | DrawFrozen() | DrawRevealed() | DrawRedrawn():
                _advance(draw, event, record.at)
            case _:
                _change(draw, event, record.seq)

    def view(self, audience: Audience) -> dict[str, Any]:
        """Hosts see drafts, and the winners' names and contacts."""
        hosts = audience is Audience.HOSTS
        shown = [each for each in self._draws.values() if hosts or each.status != "draft"]
        return {"draws": [each.view(named=hosts) for each in shown]}

    def mine(self, user: str) -> dict[str, Any] | None:
        """One's own tickets."""
        tickets = {name: mine for name, each in self._draws.items() if (mine := each.mine(user)) is not None}
        return {"tickets": tickets} if tickets else None

    def ticks(self, audience: Audience) -> Iterable[Tick]:
        """How many are in it, while people come in."""
        return [
            Tick("draw.count", each.draw, {"draw": each.draw, "entrants": len(each.entrants)})
            for each in self._draws.values()
            if each.status == "open"
        ]

    def on_wall(self, thing: str | None) -> bool:
        """Whatever is no draft."""
        if thing is None:
            return any(draw.status != "draft" for draw in self._draws.values())
        draw = self._draws.get(thing)
        return draw is not None and draw.status != "draft"

    def dump(self) -> dict[str, Any]:
        """All of them, oldest first."""
        return {"draws": [each.dump() for each in self._draws.values()]}

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self._draws = {each["draw"]: Draw.of_dump(each) for each in state["draws"]}

    def follow(self, names: Mapping[str, str]) -> None:
        """A draft among those who take part in something is among those who take part in it then."""
        for draw in self._draws.values():
            if draw.status == "draft" and draw.of is not None:
                draw.of = names.get(draw.of, draw.of)

    def about(self, user: str) -> tuple[int, ...]:
        """The records with this person's masked name, which they did not write themselves."""
        prizes = (prize for each in self._draws.values() for prize in each.won.values())
        return tuple(prize.named for prize in prizes if prize.user == user and prize.named)

    def begun(self) -> Iterable[str]:
        """Whatever is no draft."""
        return [each.draw for each in self._draws.values() if each.status != "draft"]

    def clear(self, names: Mapping[str, str]) -> None:
        """All are drafts, and nobody is in them."""
        held = self._draws.values()
        drafts = [Draw(names.get(each.draw, each.draw), each.title, each.winners, each.of) for each in held]
        self._draws = {each.draw: each for each in drafts}

    def retire(self, before: int) -> Iterable[int]:
        """What was drawn goes, with entrants, winners and their contacts; the rest is in use, however old."""
        gone = [each for each in self._draws.values() if each.drawn_at is not None and each.drawn_at < before]
        for draw in gone:
            del self._draws[draw.draw]
        return {seq for draw in gone for seq in draw.held()}

    def erase(self, user: str, pseudonym: str) -> None:
        """Their tickets stay, as the list was frozen with them; names and contacts go."""
        for draw in self._draws.values():
            draw.erase(user, pseudonym)


def _by(entrant: Entrant) -> By:
    return By(entrant.user, entrant.name, Role.ATTENDEE, entrant.guest)


def _open(draw: Draw) -> list[Proposed]:
    if draw.of is not None:
        raise Refused(Code.CONFLICT, "Who is in it is known: freeze it.")
    if draw.status in {"frozen", "drawn"}:
        raise Refused(Code.CONFLICT, "It was frozen; make a new one.")
    return [] if draw.status == "open" else [Proposed(DrawOpened(**draw.words()))]


def _winner(draw: Draw, place: int, entrant: Entrant) -> list[Proposed]:
    named = DrawNamed(draw.draw, place, entrant.ticket, masked(entrant.name))
    return [
        Proposed(DrawWon(draw.draw, place, entrant.ticket), Audience.HOSTS, by=_by(entrant)),
        *([Proposed(named, by=ROOM)] if entrant.name else []),
    ]


def _reveal(draw: Draw) -> list[Proposed]:
    if draw.status == "drawn":
        return []
    if draw.status != "frozen":
        raise Refused(Code.CONFLICT, "Freeze it first.")
    winners = draw.next(draw.winners)
    told = [each for place, winner in enumerate(winners, 1) for each in _winner(draw, place, winner)]
    return [*told, Proposed(DrawRevealed(draw.draw, draw.sealed, [each.ticket for each in winners]))]


def _redraw(draw: Draw, place: int) -> list[Proposed]:
    prize = _prize(draw, place)
    if prize.redeemed:
        raise Refused(Code.CONFLICT, "This prize was handed over.")
    if len(draw.passed) >= DRAW_REDRAWS:
        raise Refused(Code.CONFLICT, f"At most {DRAW_REDRAWS} winners are passed over.")
    following = draw.next(1)
    if not following:
        raise Refused(Code.CONFLICT, "Nobody is left to win.")
    # One step for each: the name is the room's word, the contact the winner's.
    unclaimed = Proposed(DrawUnclaimed(draw.draw, place), Audience.HOSTS, erases=(prize.held,))
    redrawn = DrawRedrawn(draw.draw, place, prize.ticket, following[0].ticket)
    return [
        *([unclaimed] if prize.held else []),
        Proposed(redrawn, erases=(prize.named,) if prize.named else ()),
        *_winner(draw, place, following[0]),
    ]


def _claim(draw: Draw, user: str, contact: str | None) -> list[Proposed]:
    place = draw.place_of(user) or 0
    gone, said = DrawUnclaimed(draw.draw, place), DrawClaimed(draw.draw, place, contact or "")
    return claimed(draw.won.get(place), contact, gone if contact is None else said)


def _hand_over(draw: Draw, place: int, *, given: bool) -> list[Proposed]:
    if _prize(draw, place).redeemed == given:
        return []
    return [Proposed(DrawRedeemed(draw.draw, place) if given else DrawUnredeemed(draw.draw, place))]


def _prize(draw: Draw, place: int) -> Prize:
    prize = draw.won.get(place)
    if prize is None:
        raise Refused(Code.NOT_FOUND, "Nobody has won this place.")
    return prize


def _remove(draw: Draw) -> list[Proposed]:
    audience = Audience.HOSTS if draw.status == "draft" else Audience.EVERYONE
    return [Proposed(DrawRemoved(draw.draw), audience, erases=tuple(sorted(draw.held())))]


def _advance(draw: Draw, event: Event, at: int) -> None:
    match event:
        case DrawOpened():
            draw.status, draw.opened_at = "open", at
        case DrawSealed(seed=seed):
            draw.sealed = seed
        case DrawFrozen():
            draw.status, draw.frozen_at = "frozen", at
            draw.roll, draw.commitment = event.roll, event.commitment
        case DrawRevealed():
            draw.status, draw.drawn_at = "drawn", at
        case DrawRedrawn():
            draw.passed.append((event.place, event.before))


def _change(draw: Draw, event: Event, seq: int) -> None:
    prize = draw.won.get(getattr(event, "place", 0))
    if prize is None:
        return
    match event:
        case DrawNamed(name=name):
            prize.shown, prize.named = name, seq
        case DrawClaimed(contact=contact):
            prize.contact, prize.held = contact, seq
        case DrawUnclaimed():
            prize.contact, prize.held = None, 0
        case DrawRedeemed() | DrawUnredeemed():
            prize.redeemed = isinstance(event, DrawRedeemed)
