import type { Activity } from "../activity";
import type { LoggedEvent, OwnQuestion, QuestionsView, QuestionView } from "../messages";

/** A question that we were told of, as last told. */
export type Question = Readonly<QuestionView>;

export interface QuestionsState {
  /** Oldest first; those that wait or are hidden are told to hosts only. */
  readonly questions: readonly Question[];
  /** The one on the screen. */
  readonly shown: string | null;
  /** The seq of what was last new for everyone: a question, or an answer. */
  readonly newest: number;
}

/** How many without an answer one may have. */
export const OPEN_EACH = 5;

type Worded = Extract<
  LoggedEvent,
  { type: "question.asked" | "question.queued" | "question.published" | "question.binned" }
>;

/** The question as its event tells it; null where its words are gone. */
function questionOf(event: Worded): Question | null {
  if (!event.data?.text || event.by === null) return null;
  const { question, text } = event.data;
  const whole = { question, text, by: event.by, at: event.at, votes: 0, waited: false, answer: null, into: null } as const;
  switch (event.type) {
    case "question.asked":
      return { ...whole, status: "open" };
    case "question.published":
      return { ...whole, ...since(event.data), votes: event.data.votes, status: "open" };
    case "question.queued":
      return { ...whole, ...since(event.data), status: "waiting" };
    case "question.binned":
      return { ...whole, ...since(event.data), votes: event.data.votes, waited: event.data.waited, status: "hidden" };
  }
}

const since = (data: { asked_at: number; into?: string | null }) => ({ at: data.asked_at, into: data.into ?? null });

const without = (state: QuestionsState, question: string): QuestionsState => ({
  ...state,
  questions: state.questions.filter((one) => one.question !== question),
  shown: state.shown === question ? null : state.shown,
});

function put(state: QuestionsState, question: Question): QuestionsState {
  const { questions } = without(state, question.question);
  const place = questions.findIndex((one) => one.at > question.at);
  const before = place < 0 ? questions : questions.slice(0, place);
  return { ...state, questions: [...before, question, ...(place < 0 ? [] : questions.slice(place))] };
}

function change(state: QuestionsState, question: string, next: (one: Question) => Question): QuestionsState {
  return { ...state, questions: state.questions.map((one) => (one.question === question ? next(one) : one)) };
}

const offScreen = (state: QuestionsState, question: string): QuestionsState =>
  state.shown === question ? { ...state, shown: null } : state;

export const questions: Activity<QuestionsState> = {
  name: "questions",
  counted: ["question.asked", "question.published"],

  read(view) {
    const { questions: all = [], shown = null } = (view ?? {}) as Partial<QuestionsView>;
    return { questions: all, shown, newest: 0 };
  },

  apply(state, event) {
    switch (event.type) {
      case "question.asked":
      case "question.published":
      case "question.queued":
      case "question.binned": {
        const question = questionOf(event);
        if (!question) return state;
        const everyone = event.type === "question.asked" || event.type === "question.published";
        return put(everyone ? { ...state, newest: event.seq } : state, question);
      }
      case "question.hidden":
      case "question.taken":
      case "question.withdrawn":
      case "question.dropped":
        return event.data ? without(state, event.data.question) : state;
      case "question.shown":
        return event.data ? { ...state, shown: event.data.question } : state;
      case "question.unshown":
        return { ...state, shown: null };
      case "question.answered": {
        if (!event.data) return state;
        const { question, answer: text, answered_at: at } = event.data;
        const answered = change(offScreen(state, question), question, (one) => ({
          ...one,
          answer: { text, at },
          status: one.status === "open" ? "answered" : one.status,
        }));
        return { ...answered, newest: event.seq };
      }
      case "question.reopened":
        return event.data
          ? change(state, event.data.question, (one) => ({
              ...one,
              answer: null,
              status: one.status === "answered" ? "open" : one.status,
            }))
          : state;
      case "question.merged": {
        if (!event.data) return state;
        const { question, into } = event.data;
        return change(offScreen(state, question), question, (one) => ({ ...one, into }));
      }
      case "question.unmerged":
        return event.data ? change(state, event.data.question, (one) => ({ ...one, into: null })) : state;
      case "room.retired": {
        const before = event.data?.before ?? 0;
        return { ...state, questions: state.questions.filter((one) => one.at >= before) };
      }
      default:
        return state;
    }
  },

  hear(state, type, body) {
    if (type !== "question.votes") return state;
    return change(state, String(body["question"]), (one) => ({ ...one, votes: Number(body["votes"]) }));
  },
};

/** What a question was merged into, unless that is gone. */
const parentOf = (state: QuestionsState, question: Question): Question | undefined =>
  question.into === null ? undefined : state.questions.find((one) => one.question === question.into);

/** The question that stands in a list for this one. */
export function rootOf(state: QuestionsState, question: Question): Question {
  let root = question;
  for (let parent = parentOf(state, root); parent; parent = parentOf(state, root)) root = parent;
  return root;
}

/** Those that stand alone, with this status. */
export const withStatus = (state: QuestionsState, status: Question["status"]): Question[] =>
  state.questions.filter((one) => one.status === status && !parentOf(state, one));

/** What was merged into this one. */
export const mergedInto = (state: QuestionsState, question: Question): Question[] =>
  state.questions.filter((one) => one !== question && one.into !== null && rootOf(state, one) === question);

export type Order = "votes" | "time";

/** The most wanted first, or the newest. */
export function sorted(some: readonly Question[], order: Order): Question[] {
  const newest = [...some].reverse();
  return order === "time" ? newest : newest.sort((a, b) => b.votes - a.votes);
}

/** The one on the screen, if everyone sees it. */
export const onScreen = (state: QuestionsState): Question | null =>
  state.questions.find((one) => one.question === state.shown && (one.status === "open" || one.status === "answered")) ??
  null;

/** How one's own question stands for its asker. */
export type Standing = "waiting" | "open" | "shown" | "answered" | "hidden" | "merged";

export interface Own {
  readonly question: string;
  readonly text: string;
  readonly standing: Standing;
  /** As everyone sees it, or what it was merged into; null while nobody does. */
  readonly seen: Question | null;
}

/** One's own questions, the newest first: what everyone sees is newer than what one was told alone. */
export function ownQuestions(state: QuestionsState, asked: readonly OwnQuestion[]): Own[] {
  return asked
    .map(({ question, text, status }): Own => {
      const known = state.questions.find((one) => one.question === question);
      if (!known || known.status === "waiting" || known.status === "hidden") {
        return { question, text, standing: status, seen: null };
      }
      const seen = rootOf(state, known);
      if (seen !== known) return { question, text, standing: "merged", seen };
      const standing = state.shown === question ? "shown" : known.status === "answered" ? "answered" : "open";
      return { question, text, standing, seen };
    })
    .reverse();
}

/** Whether one has voted for this question, or for what was merged into it. */
export function votedFor(state: QuestionsState, upvoted: readonly string[], question: Question): boolean {
  return upvoted.some((id) => {
    const one = state.questions.find((each) => each.question === id);
    return one !== undefined && rootOf(state, one) === question;
  });
}
