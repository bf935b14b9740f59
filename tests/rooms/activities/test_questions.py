"""Questions: who sees what of them when, what counts, and what can be taken back."""

import json
from contextlib import suppress
from random import Random
from typing import Any

import pytest

from protocols.errors import Code, Refused
from protocols.limits import DAY_MS, QUESTIONS_KEPT, QUESTIONS_OPEN, QUESTIONS_OWN, VIEW_BYTES
from protocols.messages import Audience, By, Role
from rooms.room import Room
from tests.rooms.play import ANN, BEN, BOT, HOST, MODERATOR, WALL, Play, types

CAT = By("user-cat", "¤Cat", Role.ATTENDEE)


def careful(**settings: Any) -> Play:
    """A room that approves first."""
    play = Play()
    play.do(HOST, "room.configure", settings={"approve_questions": True, **settings})
    return play


def ask(play: Play, text: str = "Why?", who: By = ANN) -> str:
    return str(play.do(who, "question.ask", text=text)[-1].data.question)  # type: ignore[union-attr]


def act(play: Play, verb: str, question: str, who: By = HOST, **fields: Any) -> list[str]:
    return types(play.do(who, f"question.{verb}", question=question, **fields))


def seen(play: Play, audience: Audience = Audience.EVERYONE) -> dict[str, Any]:
    return {each["question"]: each for each in play.view("questions", audience)["questions"]}


def told(play: Play) -> str:
    """All that others than hosts are told of by the room, anew or from the history."""
    records = [record.data.dump() if record.data else None for record in play.log if record.told_to(Audience.EVERYONE)]
    ticks = [tick.data for tick in play.room.ticks(Audience.EVERYONE)]
    return json.dumps([records, ticks, play.room.view(Audience.EVERYONE)], ensure_ascii=False)


def standing(play: Play, who: By = ANN) -> list[str]:
    mine = play.room.mine(who.id).get("questions") or {"asked": []}
    return [each["status"] for each in mine["asked"]]


def refusal(play: Play, who: By, verb: str, **fields: Any) -> Code:
    with pytest.raises(Refused) as refused:
        play.do(who, f"question.{verb}", **fields)
    return refused.value.code


def test_a_question_is_there_for_all_at_once() -> None:
    play = Play()
    question = ask(play, "多少钱？")
    shown = seen(play)[question]
    assert (shown["text"], shown["votes"], shown["status"]) == ("多少钱？", 0, "open")
    assert shown["by"]["name"] == ANN.name
    assert standing(play) == ["open"]
    assert play.room.mine(BEN.id) == {}


def test_what_waits_is_told_to_hosts_and_its_asker_alone() -> None:
    play = careful()
    question = ask(play, "secret ¤1")
    assert "¤1" not in told(play)
    assert question not in told(play)
    assert seen(play, Audience.HOSTS)[question]["status"] == "waiting"
    assert standing(play) == ["waiting"]
    assert refusal(play, BEN, "upvote", question=question) is Code.NOT_FOUND
    assert refusal(play, BEN, "withdraw", question=question) is Code.NOT_FOUND
    assert refusal(play, HOST, "show", question=question) is Code.CONFLICT
    assert refusal(play, HOST, "answer", question=question) is Code.CONFLICT

    assert act(play, "approve", question) == ["question.taken", "question.published"]
    assert seen(play)[question]["by"]["id"] == ANN.id
    assert standing(play) == ["open"]
    assert act(play, "approve", question) == []
    # And back again, as if nobody had seen it.
    act(play, "show", question)
    assert act(play, "hold", question) == ["question.hidden", "question.queued"]
    assert "¤1" not in told(play)
    assert play.view("questions")["shown"] is None
    assert standing(play) == ["waiting"]


def test_staff_need_no_approval_and_have_no_bound() -> None:
    play = careful()
    for _ in range(QUESTIONS_OPEN + 1):
        ask(play, "for somebody in the shop", HOST)
    assert len(seen(play)) == QUESTIONS_OPEN + 1


def test_one_person_one_vote_and_it_can_be_taken_back() -> None:
    play = Play()
    question = ask(play)
    for who in (BEN, CAT):
        act(play, "upvote", question, who)
    assert act(play, "upvote", question, BEN) == []
    assert seen(play)[question]["votes"] == 2
    assert [tick.data for tick in play.room.ticks(Audience.EVERYONE)] == [{"question": question, "votes": 2}]
    assert play.room.mine(BEN.id)["questions"] == {"asked": [], "upvoted": [question]}
    assert act(play, "upvote", question, BEN, up=False) == ["question.upvoted"]
    assert act(play, "upvote", question, BEN, up=False) == []
    assert seen(play)[question]["votes"] == 1
    assert play.room.mine(BEN.id)["questions"] == {"asked": [], "upvoted": []}
    # Taking it back to none is told too.
    act(play, "upvote", question, CAT, up=False)
    assert [tick.data for tick in play.room.ticks(Audience.EVERYONE)] == [{"question": question, "votes": 0}]
    assert refusal(play, ANN, "upvote", question=question) is Code.FORBIDDEN
    assert refusal(play, HOST, "upvote", question=question) is Code.FORBIDDEN
    act(play, "answer", question)
    assert refusal(play, BEN, "upvote", question=question) is Code.CLOSED


def test_on_the_screen_is_one_at_a_time() -> None:
    play = Play()
    first, second = ask(play), ask(play, "How?", BEN)
    assert act(play, "show", first) == ["question.shown"]
    assert act(play, "show", first) == []
    act(play, "show", second)
    assert play.view("questions")["shown"] == second
    assert types(play.do(HOST, "question.unshow")) == ["question.unshown"]
    assert types(play.do(HOST, "question.unshow")) == []
    act(play, "show", first)
    assert types(play.do(HOST, "room.close")) == ["question.unshown", "room.closed"]


def test_an_answer_is_typed_or_given_live_and_can_be_taken_back() -> None:
    play = Play()
    question = ask(play)
    act(play, "show", question)
    play.now += 5_000
    assert act(play, "answer", question) == ["question.answered"]
    assert seen(play)[question]["answer"] == {"text": None, "at": play.now}
    assert play.view("questions")["shown"] is None
    assert standing(play) == ["answered"]
    assert act(play, "answer", question) == []
    act(play, "answer", question, MODERATOR, answer="About ¤1.")
    act(play, "answer", question, answer="Exactly ¤2.")
    assert seen(play)[question]["answer"]["text"] == "Exactly ¤2."
    assert "¤1" not in told(play)
    assert act(play, "reopen", question) == ["question.reopened"]
    assert "¤2" not in told(play)
    assert act(play, "reopen", question) == []
    assert standing(play) == ["open"]


def test_what_is_hidden_is_nowhere_and_comes_back_whole() -> None:
    play = Play()
    question = ask(play, "rude ¤1")
    act(play, "upvote", question, BEN)
    act(play, "answer", question, answer="no ¤2")
    before = seen(play)[question]
    assert act(play, "hide", question, MODERATOR) == ["question.hidden", "question.binned", "question.answered"]
    assert "¤1" not in told(play)
    assert "¤2" not in told(play)
    assert standing(play) == ["hidden"]
    assert seen(play, Audience.HOSTS)[question]["answer"]["text"] == "no ¤2"
    assert play.room.mine(BEN.id)["questions"]["upvoted"] == []
    assert act(play, "hide", question) == []
    assert refusal(play, HOST, "approve", question=question) is Code.CONFLICT
    assert refusal(play, HOST, "hold", question=question) is Code.CONFLICT
    assert act(play, "restore", question) == ["question.taken", "question.published", "question.answered"]
    assert seen(play)[question] == before
    assert play.log[-1].by == HOST  # whoever gave the answer, not who restored it
    assert act(play, "restore", question) == []


def test_what_was_refused_unseen_goes_back_to_the_queue() -> None:
    play = careful()
    question = ask(play, "early ¤1")
    assert act(play, "hide", question) == ["question.taken", "question.binned"]
    assert seen(play, Audience.HOSTS)[question]["waited"]
    assert standing(play) == ["hidden"]
    assert question not in told(play)
    assert act(play, "restore", question) == ["question.taken", "question.queued"]
    assert standing(play) == ["waiting"]
    assert question not in told(play)


def test_merging_joins_votes_one_a_person_and_parts_again() -> None:
    play = Play()
    first, second = ask(play), ask(play, "Why is it?", BEN)
    for question, who in ((first, CAT), (second, CAT), (second, ANN)):
        act(play, "upvote", question, who)
    assert act(play, "merge", second, into=first) == ["question.merged"]
    assert (seen(play)[first]["votes"], seen(play)[second]["into"]) == (2, first)
    assert standing(play, BEN) == ["merged"]
    assert [tick.data["question"] for tick in play.room.ticks(Audience.EVERYONE)] == [first]
    # A vote for either is one for both, and can be taken back.
    assert act(play, "upvote", second, CAT) == []
    assert act(play, "upvote", first, CAT, up=False) == ["question.upvoted", "question.upvoted"]
    assert seen(play)[first]["votes"] == 1
    for verb in ("show", "hide", "answer", "approve"):
        assert refusal(play, HOST, verb, question=second) is Code.CONFLICT
    assert refusal(play, HOST, "merge", question=first, into=second) is Code.CONFLICT
    assert refusal(play, HOST, "merge", question=first, into=first) is Code.CONFLICT

    # Hidden together, back together.
    act(play, "hide", first)
    assert seen(play) == {}
    act(play, "restore", first)
    assert seen(play)[second]["into"] == first
    assert act(play, "unmerge", second) == ["question.unmerged"]
    assert act(play, "unmerge", second) == []
    assert (seen(play)[first]["votes"], seen(play)[second]["votes"]) == (0, 1)


def test_what_waits_can_be_merged_without_being_told() -> None:
    play = careful()
    public = ask(play, "Why?")
    act(play, "approve", public)
    waiting = ask(play, "Why so ¤1?", BEN)
    assert refusal(play, HOST, "merge", question=public, into=waiting) is Code.CONFLICT
    assert act(play, "merge", waiting, into=public) == ["question.merged", "question.noticed"]
    assert play.log[-1].by == BEN
    assert waiting not in told(play)
    assert standing(play, BEN) == ["merged"]
    # What it was merged into goes: it waits again, and its asker hears of it.
    assert act(play, "withdraw", public, ANN) == ["question.withdrawn", "question.noticed", "question.noticed"]
    assert standing(play, BEN) == ["waiting"]


def test_ones_own_can_be_taken_back_wherever_it_is() -> None:
    play = careful()
    waiting, public, hidden, answered = (ask(play, f"¤{place}") for place in range(4))
    act(play, "approve", public)
    act(play, "hide", hidden)
    act(play, "approve", answered)
    act(play, "answer", answered, answer="so ¤9")
    assert refusal(play, BEN, "withdraw", question=public) is Code.NOT_FOUND
    for question, audience in ((waiting, Audience.HOSTS), (public, Audience.EVERYONE), (hidden, Audience.HOSTS)):
        assert play.do(ANN, "question.withdraw", question=question)[0].audience is audience
    act(play, "withdraw", answered, ANN)
    assert play.view("questions", Audience.HOSTS)["questions"] == []
    assert play.room.mine(ANN.id) == {}
    assert "¤" not in json.dumps([record.data.dump() for record in play.log if record.data], ensure_ascii=False)


def test_there_are_bounds_and_they_are_said() -> None:
    play = Play()
    for _ in range(QUESTIONS_OPEN):
        question = ask(play)
    with pytest.raises(Refused, match=f"at most {QUESTIONS_OPEN} questions"):
        ask(play)
    act(play, "answer", question)
    ask(play)
    # What is done with makes room in a full room; what is not does not.
    answered = ask(play, "done", HOST)
    act(play, "answer", answered)
    hidden = ask(play, "hidden", HOST)
    act(play, "hide", hidden)
    while len(seen(play, Audience.HOSTS)) < QUESTIONS_KEPT:
        ask(play, "more", HOST)
    for gone in (hidden, question, answered):
        records = play.do(HOST, "question.ask", text="one more")
        assert types(records) == ["question.dropped", "question.asked"]
        assert records[0].data.question == gone  # type: ignore[union-attr]
        assert records[0].by is None
    with pytest.raises(Refused, match=f"at most {QUESTIONS_KEPT} questions"):
        ask(play, "too many", HOST)


def test_a_view_has_room_for_what_is_not_done_first() -> None:
    play = Play()
    play.do(HOST, "room.configure", settings={})
    asked = [ask(play, "问" * 300, HOST) for _ in range(300)]
    act(play, "answer", asked[-1])
    act(play, "show", asked[0])
    shown = play.view("questions")["questions"]
    assert sum(len(json.dumps(each["text"], ensure_ascii=False).encode()) for each in shown) <= VIEW_BYTES
    ids = [each["question"] for each in shown]
    assert ids[0] == asked[0]
    assert asked[-1] not in ids
    assert asked[-2] in ids


def test_one_is_told_of_ones_latest() -> None:
    play = Play()
    for _ in range(QUESTIONS_OWN + 3):
        act(play, "answer", ask(play))
    assert len(standing(play)) == QUESTIONS_OWN


def test_who_is_erased_leaves_no_words_and_their_votes_count_on() -> None:
    play = Play()
    first, second = ask(play, "mine ¤a"), ask(play, "other", BEN)
    act(play, "upvote", second, ANN)
    act(play, "upvote", first, BEN)
    act(play, "merge", second, into=first)
    play.do(HOST, "person.erase", user=ANN.id)
    assert "¤a" not in told(play)
    # What was merged into theirs stands alone again.
    assert seen(play)[second] == seen(play)[second] | {"votes": 1, "into": None}
    play.do(HOST, "person.erase", user=BEN.id)
    assert seen(play) == {}
    answered = ask(play, "Who?", CAT)
    act(play, "answer", answered, MODERATOR, answer="me ¤m")
    play.do(HOST, "person.erase", user=MODERATOR.id)
    assert seen(play)[answered]["answer"]["text"] is None
    assert play.replayed().dump() == play.room.dump()


def test_a_vote_taken_back_stays_so_on_top_of_an_older_snapshot() -> None:
    play = Play()
    question = ask(play)
    act(play, "upvote", question, BEN)
    snapshot = Room.load("r1", play.room.dump(), play.registry)
    act(play, "upvote", question, BEN, up=False)
    play.do(HOST, "person.erase", user=BEN.id)
    assert seen(play)[question]["votes"] == 0
    assert play.replayed(snapshot).dump() == play.room.dump()


def test_what_is_old_goes_with_its_answer() -> None:
    play = careful(retention_days=1)
    old = ask(play, "old ¤1")
    play.now += DAY_MS // 2
    act(play, "approve", old)
    act(play, "answer", old, answer="so ¤2")
    young = ask(play, "young ¤3", BEN)
    play.now += DAY_MS // 2 + 1
    play.retire()
    assert list(seen(play, Audience.HOSTS)) == [young]
    assert "¤1" not in told(play)
    assert "¤2" not in told(play)


def test_walls_and_bots_do_not_ask() -> None:
    play = Play()
    for who in (WALL, BOT):
        assert refusal(play, who, "ask", text="Why?") is Code.FORBIDDEN
    person = {"id": "x1", "name": "Xu", "via": "matrix"}
    asked = play.do(BOT, "question.ask", text="From a group?", on_behalf_of=person)
    assert asked[0].by is not None
    assert asked[0].by.id == "matrix:x1"


VERBS = ("approve", "hold", "hide", "restore", "show", "answer", "reopen", "unmerge", "merge", "merge")


@pytest.mark.parametrize("seed", range(5))
def test_a_room_is_what_its_log_says_whatever_was_done(seed: int) -> None:
    luck, play, people = Random(seed), careful(retention_days=1), (ANN, BEN, CAT)
    questions: list[str] = ["none"]
    snapshot = Room.load("r1", play.room.dump(), play.registry)
    for step in range(150):
        question, chance = luck.choice(questions[-8:]), luck.random()
        everything = seen(play, Audience.HOSTS).values()
        secret = {each["text"] for each in everything if each["status"] in {"waiting", "hidden"}}
        if step % 10 == 0:
            heard = told(play)
            assert not any(text in heard for text in secret)
        play.now += luck.choice([1, 60_000, DAY_MS // 20])
        with suppress(Refused):
            if chance < 0.2:
                questions.append(ask(play, f"¤{step}¤", luck.choice(people)))
            elif chance < 0.45:
                act(play, "upvote", question, luck.choice(people), up=luck.random() < 0.7)
            elif chance < 0.47:
                play.do(HOST, "person.erase", user=luck.choice((*people, MODERATOR)).id)
            elif chance < 0.5:
                play.do(HOST, "room.configure", settings={"approve_questions": luck.random() < 0.5})
            elif chance < 0.55:
                act(play, "withdraw", question, luck.choice(people))
            elif chance < 0.57:
                play.retire()
            else:
                verb = luck.choice(VERBS)
                fields: dict[str, Any] = {"into": luck.choice(questions[-8:])} if verb == "merge" else {}
                if verb == "answer" and luck.random() < 0.5:
                    fields = {"answer": f"so ¤{step}¤"}
                act(play, verb, question, luck.choice((HOST, MODERATOR)), **fields)
        if step == 75:
            snapshot = Room.load("r1", play.room.dump(), play.registry)
    for room in (play.replayed(), play.replayed(snapshot)):
        assert room.dump() == play.room.dump()
        for audience in (Audience.EVERYONE, Audience.HOSTS):
            assert room.view(audience) == play.room.view(audience)
        assert all(room.mine(who.id) == play.room.mine(who.id) for who in people)
