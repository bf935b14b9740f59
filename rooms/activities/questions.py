"""Questions: asked by the audience, wanted by votes, chosen and answered by those who run the room.

What waits for approval, or was hidden, is in no event, view or count for others; its asker is told by ``mine``. Words
that change their place change their record: the one before is erased, so that the history holds them where they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from protocols.errors import Code, Refused
from protocols.limits import QUESTIONS_KEPT, QUESTIONS_OPEN, QUESTIONS_OWN, VIEW_BYTES
from protocols.messages import STAFF, Audience, Command, Event, Record
from protocols.text import text_bytes
from rooms.activity import ROOM, Activity, Context, Proposed, Tick
from rooms.question import Answered, Question, QuestionsMine, QuestionsView, QuestionVotes
from rooms.question_commands import (
    QuestionAnswer,
    QuestionApprove,
    QuestionAsk,
    QuestionCommand,
    QuestionHide,
    QuestionHold,
    QuestionMerge,
    QuestionReopen,
    QuestionRestore,
    QuestionShow,
    QuestionUnmerge,
    QuestionUnshow,
    QuestionUpvote,
    QuestionWithdraw,
)
from rooms.question_events import (
    WITH_WORDS,
    QuestionAnswered,
    QuestionAsked,
    QuestionBinned,
    QuestionDropped,
    QuestionHidden,
    QuestionMerged,
    QuestionNoticed,
    QuestionPublished,
    QuestionQueued,
    QuestionReopened,
    QuestionShown,
    QuestionTaken,
    QuestionUnmerged,
    QuestionUnshown,
    QuestionUpvoted,
    QuestionWithdrawn,
)

Families = Mapping[str, Sequence[Question]]

# What somebody still has to do something about.
UNDONE: Final = frozenset({"open", "waiting"})


class Questions(Activity):
    """The questions of a room, oldest first, and the one on the screen."""

    name = "questions"
    scene = "question"
    commands = (
        QuestionAsk,
        QuestionUpvote,
        QuestionWithdraw,
        QuestionApprove,
        QuestionHold,
        QuestionHide,
        QuestionRestore,
        QuestionShow,
        QuestionUnshow,
        QuestionAnswer,
        QuestionReopen,
        QuestionMerge,
        QuestionUnmerge,
    )
    events = (
        QuestionAsked,
        QuestionQueued,
        QuestionPublished,
        QuestionBinned,
        QuestionTaken,
        QuestionHidden,
        QuestionWithdrawn,
        QuestionDropped,
        QuestionShown,
        QuestionUnshown,
        QuestionAnswered,
        QuestionReopened,
        QuestionMerged,
        QuestionUnmerged,
        QuestionUpvoted,
        QuestionNoticed,
    )
    view_shape = QuestionsView
    mine_shape = QuestionsMine
    tick_shapes = MappingProxyType({"question.votes": QuestionVotes})

    def __init__(self) -> None:
        self._questions: dict[str, Question] = {}
        self._shown: str | None = None

    def decide(self, command: Command, context: Context) -> Iterable[Proposed]:
        """What would change nothing leads to nothing, so that a second tap on a button does no harm."""
        match command:
            case QuestionAsk():
                return self._ask(command, context)
            case QuestionUpvote():
                return self._upvote(command, context.by.id)
            case QuestionWithdraw(question=wanted):
                return self._withdraw(wanted, context.by.id)
            case QuestionUnshow():
                return [Proposed(QuestionUnshown())] if self._shown is not None else []
            case QuestionUnmerge(question=wanted):
                question = self._find(wanted)
                unmerged = QuestionUnmerged(question.question)
                return self._of_merging(question, unmerged) if self._parent(question) else []
            case QuestionCommand(question=wanted):
                question = self._find(wanted)
                if self._parent(question) is not None:
                    raise Refused(Code.CONFLICT, "It is merged into another one.")
                return self._act(question, command, context)
        raise Refused(Code.UNKNOWN_COMMAND)

    def _find(self, wanted: str) -> Question:
        question = self._questions.get(wanted)
        if question is None or not question.text:
            raise Refused(Code.NOT_FOUND, "There is no such question.")
        return question

    def _ask(self, command: QuestionAsk, context: Context) -> list[Proposed]:
        by = context.by
        staff = by.role in STAFF
        own = [each for each in self._questions.values() if each.by is not None and each.by.id == by.id]
        undone = [each for each in own if each.status in UNDONE and self._parent(each) is None]
        if not staff and len(undone) >= QUESTIONS_OPEN:
            raise Refused(Code.CONFLICT, f"One has at most {QUESTIONS_OPEN} questions without an answer.")
        room = self._make_room()
        question = context.new_id()
        if not staff and (context.suspect or context.settings.approve_questions):
            return [*room, Proposed(QuestionQueued(question, command.text, context.at), Audience.HOSTS)]
        return [*room, Proposed(QuestionAsked(question, command.text))]

    def _make_room(self) -> list[Proposed]:
        """What is done with makes room first; what nobody has answered does not."""
        if len(self._questions) < QUESTIONS_KEPT:
            return []
        done = [
            each
            for each in self._questions.values()
            if each.question != self._shown and (not each.text or each.status not in UNDONE)
        ]
        if not done:
            raise Refused(Code.CONFLICT, f"A room has at most {QUESTIONS_KEPT} questions; some must be answered first.")
        # Those without words first, then what was hidden, then what was answered.
        oldest = min(done, key=lambda each: (each.text != "", each.place != "hidden"))
        return [Proposed(QuestionDropped(oldest.question), _audience(oldest), by=ROOM)]

    def _upvote(self, command: QuestionUpvote, user: str) -> list[Proposed]:
        question = self._find(command.question)
        if question.place != "public":  # for an attendee it is not there
            raise Refused(Code.NOT_FOUND, "There is no such question.")
        while (parent := self._parent(question)) is not None:
            question = parent
        if question.by is not None and question.by.id == user:
            raise Refused(Code.FORBIDDEN, "Nobody votes for their own question.")
        if question.answer is not None:
            raise Refused(Code.CLOSED, "It was answered.")
        given = [each for each in self._tree(question) if each.votes.get(user)]
        if command.up:
            return [] if given else [Proposed(QuestionUpvoted(question.question, True), Audience.NOBODY)]
        return [Proposed(QuestionUpvoted(each.question, False), Audience.NOBODY) for each in given]

    def _withdraw(self, wanted: str, user: str) -> list[Proposed]:
        question = self._questions.get(wanted)
        if question is None or question.by is None or question.by.id != user:
            raise Refused(Code.NOT_FOUND, "You have no such question.")
        audience = _audience(question)
        answered = question.answer is not None and question.answer.text is not None
        # What merged into it and nobody else sees stands alone: those who asked it hear of that.
        freed = [each for each in self._children().get(wanted, ()) if each.place != "public"]
        return [
            *([Proposed(QuestionReopened(wanted), audience, _words_of_answer(question))] if answered else []),
            Proposed(QuestionWithdrawn(wanted), audience, (question.held,)),
            *(_notice(each) for each in (question, *freed)),
        ]

    def _act(self, question: Question, command: QuestionCommand, context: Context) -> list[Proposed]:
        hidden = question.place == "hidden"
        match command:
            case QuestionApprove():
                if hidden:
                    raise Refused(Code.CONFLICT, "It was hidden; restore it.")
                return self._publish(question) if question.place == "waiting" else []
            case QuestionHold():
                if hidden:
                    raise Refused(Code.CONFLICT, "It was hidden; restore it.")
                return [each for one in self._tree(question) for each in self._hold(one)]
            case QuestionHide():
                return [each for one in self._tree(question) for each in self._hide(one)]
            case QuestionRestore():
                return [each for one in self._tree(question) for each in self._restore(one)] if hidden else []
            case QuestionMerge(into=wanted):
                return self._merge(question, self._find(wanted))
        if question.place != "public":
            raise Refused(Code.CONFLICT, "Not everyone sees it.")
        return self._on_stage(question, command, context.at)

    def _on_stage(self, question: Question, command: QuestionCommand, at: int) -> list[Proposed]:
        which, answer = question.question, question.answer
        match command:
            case QuestionShow():
                return [] if self._shown == which else [Proposed(QuestionShown(which))]
            case QuestionAnswer(answer=text):
                if answer is not None and answer.text == text:
                    return []
                return [Proposed(QuestionAnswered(which, text, at), erases=_words_of_answer(question))]
            case QuestionReopen():
                return [] if answer is None else [Proposed(QuestionReopened(which), erases=_words_of_answer(question))]
        raise Refused(Code.UNKNOWN_COMMAND)

    def _publish(self, question: Question) -> list[Proposed]:
        """From queue or bin to everyone."""
        votes = self._votes(question, self._children())
        published = QuestionPublished(question.question, question.text, question.at, votes, self._into(question))
        taken = Proposed(QuestionTaken(question.question), Audience.HOSTS, (question.held,))
        return [taken, Proposed(published, by=question.by), *_answer_anew(question, Audience.EVERYONE)]

    def _hide(self, question: Question) -> list[Proposed]:
        if question.place == "hidden":
            return []
        public, into = question.place == "public", self._into(question)
        votes = self._votes(question, self._children())
        binned = QuestionBinned(question.question, question.text, question.at, votes, not public, into)
        return [
            _gone(question),
            Proposed(binned, Audience.HOSTS, by=question.by),
            *_answer_anew(question, Audience.HOSTS),
        ]

    def _restore(self, question: Question) -> list[Proposed]:
        if question.place != "hidden":
            return []
        return self._queue(question) if question.waited else self._publish(question)

    def _hold(self, question: Question) -> list[Proposed]:
        return self._queue(question) if question.place == "public" else []

    def _queue(self, question: Question) -> list[Proposed]:
        queued = QuestionQueued(question.question, question.text, question.at, self._into(question))
        return [
            _gone(question),
            Proposed(queued, Audience.HOSTS, by=question.by),
            *_answer_anew(question, Audience.HOSTS),
        ]

    def _merge(self, question: Question, into: Question) -> list[Proposed]:
        if question is into or self._parent(into) is not None:
            raise Refused(Code.CONFLICT, "It cannot be merged into this one.")
        if "hidden" in {question.place, into.place}:
            raise Refused(Code.CONFLICT, "It was hidden; restore it.")
        if question.place == "public" and into.place == "waiting":
            raise Refused(Code.CONFLICT, "What everyone sees is not merged into what waits.")
        return self._of_merging(question, QuestionMerged(question.question, into.question))

    def _of_merging(self, question: Question, event: Event) -> list[Proposed]:
        if question.place == "public":
            return [Proposed(event)]
        return [Proposed(event, _audience(question)), _notice(question)]

    def apply(self, record: Record) -> None:
        """Events on a question that is not here are passed over."""
        event = record.data
        if isinstance(event, WITH_WORDS):
            self._take_words(record, event)
            return
        question = self._questions.get(getattr(event, "question", ""))
        if isinstance(event, QuestionShown):
            self._shown = event.question
        elif isinstance(event, QuestionUnshown):
            self._shown = None
        elif question is not None:
            self._changed(question, record)

    def _take_words(self, record: Record, event: Event) -> None:
        match event:
            case QuestionAsked(question=wanted, text=text):
                at, place, waited = record.at, "public", False
            case QuestionPublished(question=wanted, text=text, asked_at=at):
                place, waited = "public", False
            case QuestionQueued(question=wanted, text=text, asked_at=at):
                place, waited = "waiting", False
            case QuestionBinned(question=wanted, text=text, asked_at=at, waited=waited):
                place = "hidden"
            case _:
                return
        question = self._questions.setdefault(wanted, Question(wanted, at, "public"))
        question.place, question.waited = place, waited  # type: ignore[assignment]
        question.say(text, record.by, record.seq)

    def _off_screen(self, question: Question) -> None:
        if self._shown == question.question:
            self._shown = None

    def _changed(self, question: Question, record: Record) -> None:
        match record.data:
            case QuestionUpvoted(up=up):
                if record.by is not None:
                    question.vote(record.by.id, up=up)
            case QuestionTaken() | QuestionHidden():
                question.say("", None, 0)
                self._off_screen(question)
            case QuestionWithdrawn() | QuestionDropped():
                del self._questions[question.question]
                self._off_screen(question)
            case QuestionAnswered(answer=text, answered_at=at):
                question.answer = Answered(text, at, record.by, record.seq)
                self._off_screen(question)
            case QuestionReopened():
                question.answer = None
            case QuestionMerged(into=into):
                question.into = into
                self._off_screen(question)
            case QuestionUnmerged():
                question.into = None

    def _parent(self, question: Question) -> Question | None:
        """What it was merged into, unless that is gone."""
        parent = self._questions.get(question.into or "")
        return parent if parent is not None and parent.text else None

    def _into(self, question: Question) -> str | None:
        parent = self._parent(question)
        return parent.question if parent is not None else None

    def _children(self) -> Families:
        """What was merged into what."""
        families: dict[str, list[Question]] = {}
        for question in self._questions.values():
            parent = self._parent(question)
            if parent is not None:
                families.setdefault(parent.question, []).append(question)
        return families

    def _tree(self, question: Question, families: Families | None = None) -> list[Question]:
        """The question and all that was merged into it."""
        families = self._children() if families is None else families
        tree = [question]
        for each in tree:
            tree += [child for child in families.get(each.question, ()) if child.text]
        return tree

    def _votes(self, question: Question, families: Families) -> int:
        if question.question not in families:
            return question.count
        return len({user for each in self._tree(question, families) for user, up in each.votes.items() if up})

    def view(self, audience: Audience) -> dict[str, Any]:
        """What waits or was hidden is for hosts; what is done with gives way where there is no room for all."""
        hosts = audience is Audience.HOSTS
        seen = [each for each in self._questions.values() if each.text and (hosts or each.place == "public")]
        shown = next((each.question for each in seen if each.question == self._shown), None)
        room, kept = VIEW_BYTES, set[str]()
        seen.reverse()
        seen.sort(key=lambda each: (each.question != shown, each.status not in UNDONE))
        for question in seen:
            said = (question.text, (question.answer and question.answer.text) or "")
            room -= text_bytes(*said, *((question.by.id, question.by.name) if question.by else ()))
            if room < 0:
                break
            kept.add(question.question)
        families = self._children()
        views = []
        for question in self._questions.values():
            if question.question in kept:
                views.append(question.view(self._votes(question, families), self._into(question)))
        return {"questions": views, "shown": shown}

    def mine(self, user: str) -> dict[str, Any] | None:
        """One's own, wherever they are, and what one has voted for."""
        own = [each for each in self._questions.values() if each.by is not None and each.by.id == user]
        voted = [each for each in self._questions.values() if user in each.votes]
        if not own and not voted:
            return None
        asked = [
            {
                "question": each.question,
                "at": each.at,
                "text": each.text,
                "status": "merged" if self._parent(each) else each.status,
            }
            for each in own[-QUESTIONS_OWN:]
        ]
        given = {self._seen_as(each) for each in voted if each.votes[user]}
        return {"asked": asked, "upvoted": [each for each in self._questions if each in given]}

    def _seen_as(self, question: Question) -> str:
        """The question that everyone sees, for a vote on this one; empty if there is none."""
        seen: Question | None = question
        while seen is not None and (seen.place != "public" or not seen.text):
            seen = self._parent(seen)
        return seen.question if seen is not None else ""

    def ticks(self, audience: Audience) -> Iterable[Tick]:
        """The votes of each open question that got one."""
        families = self._children()
        return [
            Tick("question.votes", each.question, {"question": each.question, "votes": self._votes(each, families)})
            for each in self._questions.values()
            if each.status == "open"
            and each.text
            and (each.votes or each.question in families)
            and self._parent(each) is None
        ]

    def wind_up(self, context: Context) -> Iterable[Proposed]:
        """The screen is cleared; the questions stay as they are."""
        return [Proposed(QuestionUnshown())] if self._shown is not None else []

    def on_wall(self, thing: str | None) -> bool:
        """What everyone sees, merged or not; without a name, the one on the screen."""
        question = self._questions.get(thing or self._shown or "")
        return question is not None and question.text != "" and question.place == "public"

    def dump(self) -> dict[str, Any]:
        """Questions with their votes, oldest first."""
        return {"questions": [each.dump() for each in self._questions.values()], "shown": self._shown}

    def load(self, state: dict[str, Any]) -> None:
        """Take back what ``dump`` gave."""
        self._questions = {each["question"]: Question.of_dump(each) for each in state["questions"]}
        self._shown = state["shown"]

    def clear(self, names: Mapping[str, str]) -> None:
        """Everything that was asked."""
        self._begin_again()

    def retire(self, before: int) -> Iterable[int]:
        """A question is as old as its asking, wherever its words are now; its answer goes with it."""
        gone = [each for each in self._questions.values() if each.at < before]
        for question in gone:
            del self._questions[question.question]
            self._off_screen(question)
        return {seq for each in gone for seq in ((each.held,) if each.held else ()) + _words_of_answer(each)}

    def outlasts(self, user: str) -> bool:
        """All that is told of a question is younger than the question."""
        return False

    def erase(self, user: str, pseudonym: str) -> None:
        """What they wrote is gone, their votes stay under the pseudonym, as the records have it."""
        for question in self._questions.values():
            question.forget(user, pseudonym)


def _audience(question: Question) -> Audience:
    """Who has ever heard of it."""
    secret = question.place == "waiting" or (question.place == "hidden" and question.waited)
    return Audience.HOSTS if secret else Audience.EVERYONE


def _gone(question: Question) -> Proposed:
    """Its words leave the place where they are."""
    if question.place == "public":
        return Proposed(QuestionHidden(question.question), erases=(question.held,))
    return Proposed(QuestionTaken(question.question), Audience.HOSTS, (question.held,))


def _words_of_answer(question: Question) -> tuple[int, ...]:
    answer = question.answer
    return (answer.held,) if answer is not None and answer.text is not None else ()


def _answer_anew(question: Question, audience: Audience) -> list[Proposed]:
    """The answer goes where its question goes; it is still told by whoever gave it."""
    answer = question.answer
    if answer is None:
        return []
    answered = QuestionAnswered(question.question, answer.text, answer.at)
    return [Proposed(answered, audience, _words_of_answer(question), by=answer.by or ROOM)]


def _notice(question: Question) -> Proposed:
    return Proposed(QuestionNoticed(question.question), Audience.NOBODY, by=question.by)
