import { signal } from "@preact/signals";
import { type Room, stateOf } from "../page";
import { toastFailure } from "../parts/toast";
import { type Question, questions } from "../room/activities/questions";
import { stage } from "../room/activities/stage";
import { act } from "./act";

/** The question that looks for another one to be merged into. */
export const merging = signal<string | null>(null);
/** The question whose answer is being written. */
export const answering = signal<string | null>(null);

const stateNow = (room: Room) => stateOf(room.client.snapshot, questions);
const isShown = (room: Room, { question }: Question): boolean => stateNow(room).shown === question;

/** One after the other, as long as the room has no objection. */
async function inTurn(...steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  try {
    for (const step of steps) await step();
  } catch (error) {
    toastFailure(error);
  }
}

export function approve(room: Room, { question }: Question): void {
  void act(room, "question.approve", { question }, () => void act(room, "question.hold", { question }));
}

export function approveAndShow(room: Room, { question }: Question): void {
  void inTurn(
    () => room.client.send("question.approve", { question }),
    () => act(room, "question.show", { question }, () => void act(room, "question.hold", { question })),
  );
}

/** To the screen, or off it. */
export function toggleShown(room: Room, one: Question): void {
  const { question } = one;
  const before = stateNow(room).shown;
  if (before === question) {
    void act(room, "question.unshow", {}, () => void act(room, "question.show", { question }));
    return;
  }
  const back = before
    ? () => void act(room, "question.show", { question: before })
    : () => void act(room, "question.unshow", {});
  // Where hosts have set another scene, "on the wall" must bring it there all the same.
  const { scene, subject, blank } = stateOf(room.client.snapshot, stage);
  if (scene === "auto" || (scene === "question" && subject === null)) {
    void act(room, "question.show", { question }, back);
    return;
  }
  const former = { scene, blank, ...(subject === null ? {} : { subject }) };
  void inTurn(
    () => room.client.send("question.show", { question }),
    () =>
      act(room, "stage.set", { scene: "question", blank }, () => {
        back();
        room.client.send("stage.set", former).catch(toastFailure);
      }),
  );
}

/** Answered just now, in the room, or with these words. */
export function answer(room: Room, one: Question, text?: string): void {
  const { question } = one;
  const shown = isShown(room, one);
  const before = one.answer;
  const back = () =>
    void inTurn(
      () =>
        before
          ? act(room, "question.answer", { question, ...(before.text === null ? {} : { answer: before.text }) })
          : act(room, "question.reopen", { question }),
      () => (shown ? room.client.send("question.show", { question }) : Promise.resolve()),
    );
  void act(room, "question.answer", text === undefined ? { question } : { question, answer: text }, back);
}

export function reopen(room: Room, one: Question): void {
  const text = one.answer?.text ?? undefined;
  const { question } = one;
  void act(room, "question.reopen", { question }, () =>
    void act(room, "question.answer", text === undefined ? { question } : { question, answer: text }),
  );
}

export function hide(room: Room, one: Question): void {
  const { question } = one;
  const shown = isShown(room, one);
  void act(room, "question.hide", { question }, () =>
    void inTurn(
      () => act(room, "question.restore", { question }),
      () => (shown ? room.client.send("question.show", { question }) : Promise.resolve()),
    ),
  );
}

export function restore(room: Room, { question }: Question): void {
  void act(room, "question.restore", { question }, () => void act(room, "question.hide", { question }));
}

export function merge(room: Room, question: string, into: Question): void {
  merging.value = null;
  void act(room, "question.merge", { question, into: into.question }, () =>
    void act(room, "question.unmerge", { question }),
  );
}

export function unmerge(room: Room, { question, into }: Question): void {
  void act(room, "question.unmerge", { question }, () =>
    into === null ? undefined : void act(room, "question.merge", { question, into }),
  );
}

export function setApproval(room: Room, first: boolean): void {
  void act(room, "room.configure", { settings: { approve_questions: first } }, () =>
    void act(room, "room.configure", { settings: { approve_questions: !first } }),
  );
}
