"""What can be said of and to questions."""

import pytest

from protocols.errors import Code, Refused
from protocols.limits import ANSWER_LENGTH, QUESTION_LENGTH
from protocols.messages import Budget
from rooms.question_commands import QuestionAnswer, QuestionAsk, QuestionUpvote
from rooms.registry import REGISTRY

SENT = {"id": "c", "room": "r"}


def test_a_question_is_one_line_and_an_answer_may_be_several() -> None:
    asked = REGISTRY.command("question.ask", SENT | {"text": " Why\nso? "})
    assert isinstance(asked, QuestionAsk)
    assert asked.text == "Why so?"
    answer = REGISTRY.command("question.answer", SENT | {"question": "q", "answer": "a\nb"})
    assert isinstance(answer, QuestionAnswer)
    assert answer.answer == "a\nb"


@pytest.mark.parametrize(
    ("word", "body"),
    [
        ("question.ask", {"text": "x" * (QUESTION_LENGTH + 1)}),
        ("question.ask", {"text": " \n "}),
        ("question.ask", {"text": "why\u202e"}),
        ("question.answer", {"question": "q", "answer": "x" * (ANSWER_LENGTH + 1)}),
        ("question.upvote", {"question": "../q"}),
        ("question.upvote", {"question": "q", "up": 1}),
        ("question.merge", {"question": "q"}),
    ],
)
def test_bad_input_is_refused(word: str, body: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        REGISTRY.command(word, SENT | body)
    assert refused.value.code is Code.INVALID


def test_votes_count_against_no_budget_and_questions_go_before_talk() -> None:
    assert QuestionUpvote.budget is Budget.NONE
    assert QuestionAsk.budget is Budget.QUESTION
