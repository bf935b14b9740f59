"""A question's votes are one a person, and words come and go."""

from hypothesis import given
from hypothesis import strategies as st

from protocols.messages import By, Role
from rooms.question import Answered, Question

ANN = By("ann", "Ann", Role.ATTENDEE)
VOTES = st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()))


@given(VOTES, st.sampled_from("abcd"))
def test_the_count_is_that_of_the_last_votes(votes: list[tuple[str, bool]], gone: str) -> None:
    question, last = Question("q", 1, "public"), dict(votes)
    for user, up in votes:
        question.vote(user, up=up)
    assert question.count == sum(last.values())
    question.rename(gone, "erased:1")
    assert question.count == sum(last.values())
    assert gone not in question.votes


def test_a_pseudonym_keeps_what_is_newer() -> None:
    question = Question("q", 1, "public", votes={"ann": True, "erased:1": False})
    question.rename("ann", "erased:1")
    assert (question.votes, question.count) == ({"erased:1": False}, 0)


def test_what_it_dumps_it_loads() -> None:
    question = Question("q", 1, "hidden", "Why?", ANN, 7, True, Answered("so", 2, ANN, 8), "p", {"ben": True})
    assert Question.of_dump(question.dump()) == question
    assert Question.of_dump(Question("q", 1, "public").dump()) == Question("q", 1, "public")


def test_without_words_nobody_is_named() -> None:
    question = Question("q", 1, "public", "Why?", ANN, 7, answer=Answered("so", 2, ANN, 8))
    question.forget("ann", "erased:1")
    assert (question.text, question.by, question.held) == ("", None, 0)
    assert question.answer == Answered(None, 2, By("erased:1", "", Role.ATTENDEE), 8)
    question.say("", ANN, 9)
    assert question.by is None
