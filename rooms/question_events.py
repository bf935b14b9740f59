"""What happens to people's questions.

An event that holds words leaves its question's id when it is erased: votes and merges are told by id, and a replay
must find what they are about.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from protocols.messages import Event, Passing


@dataclass(frozen=True, slots=True)
class QuestionAsked(Event):
    """A question that everyone sees; ``by`` asks. ``text`` is empty once it was erased."""

    type: ClassVar[str] = "question.asked"
    own: ClassVar[bool] = True

    question: str
    text: str

    def erased(self) -> Event:
        """That there was one."""
        return replace(self, text="")


@dataclass(frozen=True, slots=True)
class QuestionQueued(Event):
    """A question that waits for a host; ``by`` asks. ``into`` is what it was merged into."""

    type: ClassVar[str] = "question.queued"
    own: ClassVar[bool] = True

    question: str
    text: str
    asked_at: int
    into: str | None = None

    def erased(self) -> Event:
        """That there was one."""
        return replace(self, text="")


@dataclass(frozen=True, slots=True)
class QuestionPublished(Event):
    """A question that waited or was hidden is there for everyone, whole; ``by`` asks."""

    type: ClassVar[str] = "question.published"
    own: ClassVar[bool] = True

    question: str
    text: str
    asked_at: int
    votes: int
    into: str | None = None

    def erased(self) -> Event:
        """That there was one."""
        return replace(self, text="")


@dataclass(frozen=True, slots=True)
class QuestionBinned(Event):
    """What was hidden lies with the hosts; ``by`` asks. ``waited``: it was hidden before anybody saw it."""

    type: ClassVar[str] = "question.binned"
    own: ClassVar[bool] = True

    question: str
    text: str
    asked_at: int
    votes: int
    waited: bool
    into: str | None = None

    def erased(self) -> Event:
        """That there was one."""
        return replace(self, text="")


@dataclass(frozen=True, slots=True)
class QuestionTaken(Passing):
    """It left the queue or the bin; ``by`` says who took it."""

    type: ClassVar[str] = "question.taken"

    question: str


@dataclass(frozen=True, slots=True)
class QuestionHidden(Passing):
    """Nobody sees it any more; ``by`` says who hid it."""

    type: ClassVar[str] = "question.hidden"

    question: str


@dataclass(frozen=True, slots=True)
class QuestionWithdrawn(Passing):
    """Its asker took it back; what was merged into it stands alone."""

    type: ClassVar[str] = "question.withdrawn"

    question: str


@dataclass(frozen=True, slots=True)
class QuestionDropped(Passing):
    """It made room for a newer one."""

    type: ClassVar[str] = "question.dropped"

    question: str


@dataclass(frozen=True, slots=True)
class QuestionShown(Passing):
    """It is on the screen."""

    type: ClassVar[str] = "question.shown"

    question: str


@dataclass(frozen=True, slots=True)
class QuestionUnshown(Passing):
    """No question is on the screen."""

    type: ClassVar[str] = "question.unshown"


@dataclass(frozen=True, slots=True)
class QuestionAnswered(Event):
    """It has its answer: in words, or live at ``answered_at``. It is not on the screen any more."""

    type: ClassVar[str] = "question.answered"

    question: str
    answer: str | None
    answered_at: int

    def erased(self) -> Event:
        """That there was one."""
        return replace(self, answer=None)


@dataclass(frozen=True, slots=True)
class QuestionReopened(Passing):
    """It has no answer after all."""

    type: ClassVar[str] = "question.reopened"

    question: str


@dataclass(frozen=True, slots=True)
class QuestionMerged(Passing):
    """It asks the same as ``into``, where its votes count."""

    type: ClassVar[str] = "question.merged"

    question: str
    into: str


@dataclass(frozen=True, slots=True)
class QuestionUnmerged(Passing):
    """It stands alone again."""

    type: ClassVar[str] = "question.unmerged"

    question: str


@dataclass(frozen=True, slots=True)
class QuestionUpvoted(Passing):
    """A vote given, or taken back; told to nobody, the count says it."""

    type: ClassVar[str] = "question.upvoted"
    own: ClassVar[bool] = True

    question: str
    up: bool


@dataclass(frozen=True, slots=True)
class QuestionNoticed(Passing):
    """Its asker, whom it bears the name of, is told anew how it stands."""

    type: ClassVar[str] = "question.noticed"
    own: ClassVar[bool] = True

    question: str


WITH_WORDS = (QuestionAsked, QuestionQueued, QuestionPublished, QuestionBinned)
