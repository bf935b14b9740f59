"""A poll: its question, its clock, its ballots and their count."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from protocols.limits import RATING, SHOPS

Kind = Literal["single", "multi", "rating"]
Who = Literal["everyone", "bound", "signed_up"]
Status = Literal["draft", "open", "closed"]


class Count(TypedDict):
    """Ballots by choice, in the order of the options (a rating: 1 to 5), and how many people cast one."""

    counts: list[int]
    voters: int


class Result(TypedDict):
    """All ballots; ``guests`` says how many of them came from browsers without a known person, ``shops`` how many from
    which shop. Who is in none of these is in no part of it."""

    counts: list[int]
    voters: int
    guests: Count
    shops: NotRequired[dict[str, Count]]


class PollTally(TypedDict):
    """The count so far, while a poll is open: for hosts always, for everyone unless it is hidden."""

    room: str
    poll: str
    result: Result


class PollView(TypedDict):
    """A poll as it is shown. ``result`` is null where it may not be seen; choices are places in ``options`` from 0,
    or 1 to 5. ``photos`` are those of the options, empty if none has one; whether a photo can be seen, the photos
    tell. A running clock has ``closes_at``, a paused one ``remaining_ms``."""

    poll: str
    question: str
    kind: Kind
    options: list[str]
    photos: list[str | None]
    max_choices: int
    who: Who
    hidden: bool
    status: Status
    duration_ms: int | None
    closes_at: int | None
    remaining_ms: int | None
    opened_at: int | None
    closed_at: int | None
    result: Result | None


class PollsView(TypedDict):
    """The polls of a room, oldest first; drafts for hosts only."""

    polls: list[PollView]


class PollsMine(TypedDict):
    """One's own ballots: poll -> choices."""

    ballots: dict[str, list[int]]


@dataclass(slots=True)
class Ballot:
    """What one person chose, what they are called, and in which shop; ``guest`` if they are only a browser."""

    choices: list[int]
    guest: bool
    name: str = ""
    shop: str | None = None


@dataclass(slots=True)
class Poll:
    """The state of one poll. The counts follow the ballots, so that a tally costs no pass over them."""

    poll: str
    question: str
    kind: Kind
    options: list[str]
    max_choices: int
    who: Who
    hidden: bool
    duration_ms: int | None
    photos: list[str | None] = field(default_factory=list)
    status: Status = "draft"
    closes_at: int | None = None
    remaining_ms: int | None = None
    opened_at: int | None = None
    closed_at: int | None = None
    first_hidden: bool = False  # as it was drafted
    ballots: dict[str, Ballot] = field(default_factory=dict)
    counts: list[int] = field(init=False)
    guest_counts: list[int] = field(init=False)
    guests: int = field(init=False, default=0)
    shops: dict[str, Count] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        places = RATING if self.kind == "rating" else len(self.options)
        self.counts, self.guest_counts = [0] * places, [0] * places
        for ballot in self.ballots.values():
            self._count(ballot, 1)

    @property
    def first(self) -> int:
        """The smallest choice: options count from 0, a rating starts at 1."""
        return 1 if self.kind == "rating" else 0

    def allows(self, choices: list[int]) -> bool:
        """Whether a ballot may say this; the order of choices says nothing."""
        places = range(self.first, self.first + len(self.counts))
        distinct = len(set(choices)) == len(choices)
        return 1 <= len(choices) <= self.max_choices and distinct and all(choice in places for choice in choices)

    def cast(self, user: str, ballot: Ballot) -> None:
        """Put this ballot in place of the person's earlier one."""
        self.drop(user)
        if ballot.shop not in self.shops and len(self.shops) >= SHOPS:
            # The shops that take part were changed again and again.
            ballot = replace(ballot, shop=None)
        self.ballots[user] = ballot
        self._count(ballot, 1)

    def drop(self, user: str) -> Ballot | None:
        """Take the person's ballot back, if there is one."""
        ballot = self.ballots.pop(user, None)
        if ballot is not None:
            self._count(ballot, -1)
        return ballot

    def enter(self, option: str, photo: str) -> None:
        """Have one option more, which is a photo; only while there are no ballots."""
        before = self.photos or [None] * len(self.options)
        self.options, self.photos = [*self.options, option], [*before, photo]
        self.counts, self.guest_counts = [*self.counts, 0], [*self.guest_counts, 0]

    def withdraw(self, photo: str) -> None:
        """Lose the option that is this photo; only while there are no ballots."""
        if photo not in self.photos:
            return
        place = self.photos.index(photo)
        for each in (self.counts, self.guest_counts):
            del each[place]
        self.options = self.options[:place] + self.options[place + 1 :]
        rest = self.photos[:place] + self.photos[place + 1 :]
        self.photos = rest if any(rest) else []
        self.max_choices = max(1, min(self.max_choices, len(self.options)))

    def _count(self, ballot: Ballot, step: int) -> None:
        for choice in ballot.choices:
            self.counts[choice - self.first] += step
            if ballot.guest:
                self.guest_counts[choice - self.first] += step
        if ballot.guest:
            self.guests += step
        if ballot.shop is not None:
            self._count_in(ballot.shop, ballot, step)

    def _count_in(self, shop: str, ballot: Ballot, step: int) -> None:
        count = self.shops.get(shop)
        if count is None:
            count = self.shops[shop] = Count(counts=[0] * len(self.counts), voters=0)
        for choice in ballot.choices:
            count["counts"][choice - self.first] += step
        count["voters"] += step
        if not count["voters"]:
            del self.shops[shop]

    def result(self) -> Result:
        """The count as it is now."""
        guests = Count(counts=list(self.guest_counts), voters=self.guests)
        result = Result(counts=list(self.counts), voters=len(self.ballots), guests=guests)
        if self.shops:
            # By name, so that it is the same whoever voted first.
            result["shops"] = {
                shop: Count(counts=list(count["counts"]), voters=count["voters"])
                for shop, count in sorted(self.shops.items())
            }
        return result

    def drafted(self, name: str, *, hidden: bool | None = None) -> Poll:
        """The same as a draft of this name: nobody has voted. Its result is hidden as it was first, or as is said."""
        return Poll(**self.words() | {"poll": name, "hidden": self.first_hidden if hidden is None else hidden})

    def words(self) -> dict[str, Any]:
        """What it asks."""
        return {
            "poll": self.poll,
            "question": self.question,
            "kind": self.kind,
            "options": self.options,
            "photos": self.photos,
            "max_choices": self.max_choices,
            "who": self.who,
            "hidden": self.hidden,
            "duration_ms": self.duration_ms,
        }

    def clock(self) -> dict[str, Any]:
        """Where it is in its life."""
        return {
            "status": self.status,
            "closes_at": self.closes_at,
            "remaining_ms": self.remaining_ms,
            "opened_at": self.opened_at,
            "closed_at": self.closed_at,
        }

    def view(self, *, counted: bool) -> dict[str, Any]:
        """Its plain form, with the result only if ``counted``."""
        return self.words() | self.clock() | {"result": self.result() if counted else None}

    def dump(self) -> dict[str, Any]:
        """The whole state as plain values."""
        ballots = {
            user: [ballot.choices, ballot.guest, ballot.name, ballot.shop] for user, ballot in self.ballots.items()
        }
        return self.words() | self.clock() | {"first_hidden": self.first_hidden, "ballots": ballots}

    @classmethod
    def of_dump(cls, state: dict[str, Any]) -> Poll:
        """The poll that ``dump`` described."""
        # One that was made before there were photos says nothing of them.
        named = (each.name for each in fields(cls) if each.init and each.name != "ballots")
        plain = {"first_hidden": state["hidden"]} | {name: state[name] for name in named if name in state}
        ballots = {user: Ballot(list(choices), *rest) for user, (choices, *rest) in state["ballots"].items()}
        return cls(**plain, ballots=ballots)
