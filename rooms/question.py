"""A question from the audience: its words, where it stands, its answer and who wants to hear it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from typing_extensions import TypedDict

from protocols.messages import By
from protocols.wire import Author

Place = Literal["public", "waiting", "hidden"]
Status = Literal["open", "answered", "waiting", "hidden"]


class QuestionAnswerView(TypedDict):
    """``text`` null: answered live."""

    text: str | None
    at: int


class QuestionView(TypedDict):
    """A question as it is shown; ``waiting`` and ``hidden`` ones to hosts only. One that was merged into another has
    its own votes, the other has those of both. ``waited``: hidden before anybody saw it."""

    question: str
    at: int
    by: Author
    text: str
    votes: int
    status: Status
    waited: bool
    answer: QuestionAnswerView | None
    into: str | None


class QuestionsView(TypedDict):
    """The questions that there is room for, oldest first, and which one is on the screen."""

    questions: list[QuestionView]
    shown: str | None


class OwnQuestion(TypedDict):
    """How one's own question stands when this was told; what everyone sees of it may be newer."""

    question: str
    at: int
    text: str
    status: Literal["open", "answered", "waiting", "hidden", "merged"]


class QuestionsMine(TypedDict):
    """One's own questions, the latest of them, and those that one has voted for."""

    asked: list[OwnQuestion]
    upvoted: list[str]


class QuestionVotes(TypedDict):
    """How many want to hear the answer."""

    room: str
    question: str
    votes: int


@dataclass(slots=True)
class Answered:
    """An answer, or with ``text`` None that it was given live; ``held`` is the seq of the record that says so."""

    text: str | None
    at: int
    by: By | None
    held: int


@dataclass(slots=True)
class Question:
    """The state of one question. ``text`` is empty, and ``by`` None, where its words are gone.

    ``held``    the seq of the record that holds its words
    ``waited``  when hidden: it had been waiting, nobody has seen it
    ``votes``   who gave one, and with False who took it back: the latest must win also where both bear a pseudonym
    ``into``    what it was merged into, if that is still there
    """

    question: str
    at: int
    place: Place
    text: str = ""
    by: By | None = None
    held: int = 0
    waited: bool = False
    answer: Answered | None = None
    into: str | None = None
    votes: dict[str, bool] = field(default_factory=dict)
    count: int = field(init=False)

    def __post_init__(self) -> None:
        self.count = sum(self.votes.values())

    @property
    def status(self) -> Status:
        """What a list shows it as."""
        if self.place != "public":
            return self.place
        return "open" if self.answer is None else "answered"

    def say(self, text: str, by: By | None, held: int) -> None:
        """Give it its words; without any, they are gone."""
        known = text != "" and by is not None
        self.text, self.by, self.held = (text, by, held) if known else ("", None, 0)

    def vote(self, user: str, *, up: bool) -> None:
        """Count a person's vote, or no more."""
        self.count += int(up) - int(self.votes.get(user, False))
        self.votes[user] = up

    def rename(self, user: str, pseudonym: str) -> None:
        """The person's vote stays under the pseudonym; what that has already is newer."""
        if user in self.votes:
            up = self.votes.pop(user)
            self.votes.setdefault(pseudonym, up)
            self.count = sum(self.votes.values())

    def forget(self, user: str, pseudonym: str) -> None:
        """Nothing stays of what this person wrote."""
        if self.by is not None and self.by.id == user:
            self.say("", None, 0)
        answer = self.answer
        if answer is not None and answer.by is not None and answer.by.id == user:
            answer.text, answer.by = None, answer.by.forgotten(pseudonym)
        self.rename(user, pseudonym)

    def view(self, votes: int, into: str | None) -> dict[str, Any]:
        """Its plain form, for a question that has its words."""
        return {
            "question": self.question,
            "at": self.at,
            "by": self.by.as_wire() if self.by else {},
            "text": self.text,
            "votes": votes,
            "status": self.status,
            "waited": self.waited,
            "answer": {"text": self.answer.text, "at": self.answer.at} if self.answer else None,
            "into": into,
        }

    def dump(self) -> dict[str, Any]:
        """The whole state as plain values."""
        answer = self.answer
        return {
            "question": self.question,
            "at": self.at,
            "place": self.place,
            "text": self.text,
            "by": self.by.as_wire() if self.by else None,
            "held": self.held,
            "waited": self.waited,
            "answer": [answer.text, answer.at, answer.by.as_wire() if answer.by else None, answer.held]
            if answer
            else None,
            "into": self.into,
            "votes": dict(self.votes),
        }

    @classmethod
    def of_dump(cls, state: dict[str, Any]) -> Question:
        """The question that ``dump`` described."""
        by, answer = state["by"], state["answer"]
        if answer is not None:
            text, at, answerer, held = answer
            answer = Answered(text, at, By.of_wire(answerer) if answerer else None, held)
        return cls(
            state["question"],
            state["at"],
            state["place"],
            state["text"],
            By.of_wire(by) if by else None,
            state["held"],
            state["waited"],
            answer,
            state["into"],
            dict(state["votes"]),
        )
