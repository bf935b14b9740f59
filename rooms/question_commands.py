"""What can be done with people's questions."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from protocols.limits import ANSWER_LENGTH
from protocols.messages import STAFF, Budget, Command, Id, Role
from protocols.text import Question, clean_text

Answer = Annotated[str, StringConstraints(min_length=1, max_length=ANSWER_LENGTH), AfterValidator(clean_text)]


class QuestionAsk(Command):
    """Ask something. Where the room approves first, an attendee's question waits for a host."""

    type = "question.ask"
    roles = STAFF | {Role.ATTENDEE}
    budget = Budget.QUESTION
    writes = True
    waits = True

    text: Question

    def said(self) -> tuple[str, ...]:
        """The question."""
        return (self.text,)


class QuestionUpvote(Command):
    """Want to hear the answer too, or with ``up`` false no more. Nobody does so for their own."""

    type = "question.upvote"
    roles = frozenset({Role.ATTENDEE})
    budget = Budget.NONE

    question: Id
    up: bool = True


class QuestionWithdraw(Command):
    """Take back one's own question."""

    type = "question.withdraw"
    roles = STAFF | {Role.ATTENDEE}

    question: Id


class QuestionCommand(Command):
    """What staff does with a question."""

    roles = STAFF

    question: Id


class QuestionApprove(QuestionCommand):
    """Let everyone see what waits."""

    type = "question.approve"


class QuestionHold(QuestionCommand):
    """Let it wait (again), as if it had not been approved."""

    type = "question.hold"


class QuestionHide(QuestionCommand):
    """Show it to nobody; what is merged into it goes with it."""

    type = "question.hide"


class QuestionRestore(QuestionCommand):
    """Bring back what was hidden, to where it was."""

    type = "question.restore"


class QuestionShow(QuestionCommand):
    """Put it on the screen, instead of the one before."""

    type = "question.show"


class QuestionUnshow(Command):
    """Have no question on the screen."""

    type = "question.unshow"
    roles = STAFF


class QuestionAnswer(QuestionCommand):
    """Say what the answer is; without ``answer`` it was answered live, just now. It leaves the screen."""

    type = "question.answer"

    answer: Answer | None = None


class QuestionReopen(QuestionCommand):
    """It has no answer yet after all."""

    type = "question.reopen"


class QuestionMerge(QuestionCommand):
    """It asks the same as ``into``, which gets its votes: one a person."""

    type = "question.merge"

    into: Id


class QuestionUnmerge(QuestionCommand):
    """It stands alone again, with its own votes."""

    type = "question.unmerge"
