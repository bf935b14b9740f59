import type { JSX } from "preact";
import { figure, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Icon } from "../parts/icons";
import { toastFailure } from "../parts/toast";
import { lifecycle } from "../room/activities/lifecycle";
import { type Question, questions, votedFor } from "../room/activities/questions";
import { Failure } from "../room/failure";

/** Whether one wants to hear the answer: as last tapped, or as the room has it. */
function wanted(room: Room, question: Question): boolean {
  const { sending, mine, activities } = room.now.value;
  const leaving = sending.filter((item) => item.type === "question.upvote" && item.fields["question"] === question.question);
  const last = leaving[leaving.length - 1];
  if (last) return last.fields["up"] === true;
  return votedFor(activities[questions.name] as never, mine.questions?.upvoted ?? [], question);
}

/** How many want to hear the answer, and a tap to be one of them or no more. */
export function Upvote({ room, question }: { room: Room; question: Question }): JSX.Element {
  const t = words.value;
  const up = wanted(room, question);
  const { you } = room.now.value;
  // Nobody votes for their own, and staff for none.
  const bystander = you?.role !== "attendee" || question.by.id === you.id;
  const closed = stateOf(room.now.value, lifecycle).status === "closed" || question.status !== "open";
  const count = <b class="figures">{figure(question.votes)}</b>;
  if (bystander || closed) {
    return (
      <span class={`upvote still ${up ? "on" : ""}`}>
        <Icon name="up" size={20} />
        {count}
        <span class="seen-by-readers">{t.question_votes(figure(question.votes))}</span>
      </span>
    );
  }
  const tap = () => {
    room.client
      .send("question.upvote", { question: question.question, up: !up }, { replaces: `upvote ${question.question}` })
      .catch((error: unknown) => {
        if (!(error instanceof Failure && error.code === "conflict")) toastFailure(error);
      });
  };
  return (
    <button
      type="button"
      class={`upvote ${up ? "on" : ""}`}
      aria-pressed={up}
      aria-label={t.question_upvote(question.text, figure(question.votes))}
      title={t.question_want}
      onClick={tap}
    >
      <Icon name="up" size={20} />
      {count}
    </button>
  );
}
