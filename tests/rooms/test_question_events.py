"""What stays of an event about a question when it is erased."""

import pytest

from protocols.messages import Audience, By, Record, Role
from rooms.question_events import (
    QuestionAnswered,
    QuestionAsked,
    QuestionBinned,
    QuestionPublished,
    QuestionQueued,
)

ANN = By("ann", "Ann", Role.ATTENDEE)


@pytest.mark.parametrize(
    "event",
    [
        QuestionAsked("q", "secret"),
        QuestionQueued("q", "secret", 1),
        QuestionPublished("q", "secret", 1, 2),
        QuestionBinned("q", "secret", 1, 2, waited=True),
        QuestionAnswered("q", "secret", 1),
    ],
    ids=lambda event: event.type,
)
def test_the_question_can_still_be_found_and_its_words_cannot(event: QuestionAsked) -> None:
    record = Record(1, 1, event.type, 1, Audience.EVERYONE, ANN, event, (0, 0))
    stub = record.stub()
    assert stub.by is None
    assert "secret" not in repr(stub)
    assert stub.data == type(event).load(stub.data.dump())  # type: ignore[union-attr]
    assert stub.data.question == "q"
