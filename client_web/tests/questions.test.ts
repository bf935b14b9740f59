import { describe, expect, it } from "vitest";
import {
  mergedInto,
  onScreen,
  ownQuestions,
  type Question,
  questions,
  type QuestionsState,
  rootOf,
  sorted,
  votedFor,
  withStatus,
} from "../src/room/activities/questions";
import type { LoggedEvent } from "../src/room/messages";

const ann = { id: "ann", name: "小安", role: "attendee" as const };
let seq = 0;
function event<Type extends LoggedEvent["type"]>(type: Type, data: Extract<LoggedEvent, { type: Type }>["data"], at = 1_000) {
  seq += 1;
  return { type, room: "r1", epoch: "e", after: seq - 1, seq, at, by: ann, data } as LoggedEvent;
}

const asked = (question: string, at = 1_000) => event("question.asked", { question, text: `${question}?` }, at);
const from = (state: QuestionsState, ...events: LoggedEvent[]) => events.reduce<QuestionsState>(questions.apply, state);
const all = (...events: LoggedEvent[]) => from(questions.read(undefined), ...events);
const votes = (state: QuestionsState, question: string, count: number) =>
  questions.hear?.(state, "question.votes", { question, votes: count }) ?? state;
const ids = (some: readonly Question[]) => some.map((one) => one.question);
const one = (state: QuestionsState, id: string): Question => {
  const found = state.questions.find((each) => each.question === id);
  if (!found) throw new Error(`no question ${id}`);
  return found;
};

describe("questions", () => {
  it("are asked, shown, answered, and open again", () => {
    const open = all(asked("a"), event("question.shown", { question: "a" }));
    expect(one(open, "a")).toMatchObject({ text: "a?", status: "open", votes: 0 });
    expect(onScreen(open)?.question).toBe("a");
    const answered = from(open, event("question.answered", { question: "a", answer: null, answered_at: 5 }));
    expect(one(answered, "a")).toMatchObject({ status: "answered", answer: { text: null, at: 5 } });
    expect(onScreen(answered)).toBeNull();
    const again = from(answered, event("question.reopened", { question: "a" }));
    expect(one(again, "a")).toMatchObject({ status: "open", answer: null });
    expect(from(again, event("question.shown", { question: "a" }), event("question.unshown", {})).shown).toBeNull();
  });

  it("stand in the order of their asking, whenever they were published", () => {
    const state = all(
      asked("b", 2_000),
      event("question.published", { question: "a", text: "a?", asked_at: 1_000, votes: 3 }, 9_000),
    );
    expect(ids(state.questions)).toEqual(["a", "b"]);
    expect(one(state, "a").votes).toBe(3);
    expect(ids(sorted(state.questions, "votes"))).toEqual(["a", "b"]);
    expect(ids(sorted(votes(state, "b", 4).questions, "votes"))).toEqual(["b", "a"]);
    expect(ids(sorted(state.questions, "time"))).toEqual(["b", "a"]);
  });

  it("are gone for everyone once hidden, and lie with the hosts", () => {
    const shown = all(asked("a"), event("question.shown", { question: "a" }));
    const hidden = from(shown, event("question.hidden", { question: "a" }));
    expect(hidden).toMatchObject({ questions: [], shown: null });
    const binned = from(
      hidden,
      event("question.binned", { question: "a", text: "a?", asked_at: 1_000, votes: 2, waited: false }),
      event("question.answered", { question: "a", answer: "so", answered_at: 5 }),
    );
    expect(one(binned, "a")).toMatchObject({ status: "hidden", votes: 2, answer: { text: "so" } });
    const back = from(
      binned,
      event("question.taken", { question: "a" }),
      event("question.published", { question: "a", text: "a?", asked_at: 1_000, votes: 2 }),
    );
    expect(ids(withStatus(back, "open"))).toEqual(["a"]);
  });

  it("leave nothing to see when their words were erased", () => {
    expect(all(event("question.asked", { question: "a", text: "" })).questions).toEqual([]);
  });

  it("are merged into others, and stand alone when those are gone", () => {
    const merged = all(asked("a"), asked("b"), asked("c"), event("question.merged", { question: "b", into: "a" }));
    const twice = from(merged, event("question.merged", { question: "a", into: "c" }));
    expect(ids(withStatus(twice, "open"))).toEqual(["c"]);
    expect(rootOf(twice, one(twice, "b")).question).toBe("c");
    expect(ids(mergedInto(twice, one(twice, "c")))).toEqual(["a", "b"]);
    expect(votedFor(twice, ["b"], one(twice, "c"))).toBe(true);
    expect(votedFor(twice, ["b"], one(twice, "a"))).toBe(false);
    const without = from(twice, event("question.withdrawn", { question: "a" }));
    expect(ids(withStatus(without, "open"))).toEqual(["b", "c"]);
    expect(ids(withStatus(from(merged, event("question.unmerged", { question: "b" })), "open"))).toEqual(["a", "b", "c"]);
  });

  it("tell their asker how they stand, by what everyone sees where that is newer", () => {
    const state = all(
      asked("a"),
      asked("b"),
      asked("c"),
      event("question.merged", { question: "b", into: "a" }),
      event("question.shown", { question: "c" }),
      event("question.answered", { question: "a", answer: "so", answered_at: 5 }),
    );
    const told = (["w", "a", "b", "c", "h"] as const).map((question) => ({
      question,
      text: `${question}?`,
      at: 1,
      status: question === "w" ? ("waiting" as const) : question === "h" ? ("hidden" as const) : ("open" as const),
    }));
    const own = ownQuestions(state, told);
    expect(own.map((each) => each.standing)).toEqual(["hidden", "shown", "merged", "answered", "waiting"]);
    expect(own[2]?.seen?.question).toBe("a");
    expect(own[4]?.seen).toBeNull();
  });

  it("go when they are too old", () => {
    const state = from(all(asked("a", 1_000), asked("b", 3_000)), event("room.retired", { before: 2_000, upto: 1 }));
    expect(ids(state.questions)).toEqual(["b"]);
  });

  it("know what is news", () => {
    const state = all(asked("a"));
    expect(state.newest).toBe(seq);
    expect(votes(state, "a", 2).newest).toBe(state.newest);
    const answered = from(state, event("question.answered", { question: "a", answer: null, answered_at: 5 }));
    expect(answered.newest).toBe(seq);
  });
});
