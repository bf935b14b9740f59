import { type Room, stateOf } from "../page";
import { toastFailure } from "../parts/toast";
import { draws } from "../room/activities/draws";
import { firsts } from "../room/activities/firsts";
import { polls } from "../room/activities/polls";
import { onScreen, type Question, questions, sorted, withStatus } from "../room/activities/questions";
import { countsDown, type SceneName, stage } from "../room/activities/stage";
import { act } from "./act";

export const MINUTE = 60_000;

const stageNow = (room: Room) => stateOf(room.client.snapshot, stage);
const fields = (scene: SceneName, subject: string | null) => ({ scene, ...(subject === null ? {} : { subject }) });

/** Back to what is set at this moment, a blank wall also. */
function wayBack(room: Room): () => void {
  const { scene, subject, blank } = stageNow(room);
  return () => void act(room, "stage.set", { ...fields(scene, subject), blank });
}

export function setScene(room: Room, scene: SceneName, subject: string | null = null): void {
  void act(room, "stage.set", fields(scene, subject), wayBack(room));
}

/** The question that people want most goes on everyone's screen with it. */
async function setQuestion(room: Room, { question }: Question): Promise<void> {
  const back = wayBack(room);
  try {
    await room.client.send("question.show", { question });
    await act(room, "stage.set", fields("question", null), () => {
      back();
      room.client.send("question.unshow", {}).catch(toastFailure);
    });
  } catch (error) {
    toastFailure(error);
  }
}

/** Of draws and gifts the one that was news last. */
function lastGift(room: Room): string | null {
  const { snapshot } = room.client;
  const told = [
    ...stateOf(snapshot, draws).draws.map((one) => ({ id: one.draw, at: one.drawn_at ?? one.frozen_at ?? one.opened_at })),
    ...stateOf(snapshot, firsts).firsts.map((one) => ({ id: one.first, at: one.closed_at ?? one.opened_at ?? one.opens_at })),
  ];
  return told.filter(({ at }) => at !== null).sort((a, b) => (b.at ?? 0) - (a.at ?? 0))[0]?.id ?? null;
}

const nextQuestion = (room: Room): Question | null => {
  const state = stateOf(room.client.snapshot, questions);
  return onScreen(state) ?? sorted(withStatus(state, "open"), "votes")[0] ?? null;
};

/** Whether there is something for this scene to show. */
export function hasSubject(room: Room, scene: SceneName): boolean {
  switch (scene) {
    case "question":
      return nextQuestion(room) !== null;
    case "poll":
      return stateOf(room.client.snapshot, polls).polls.some((one) => one.status !== "draft");
    case "winner":
      return lastGift(room) !== null;
    default:
      return true;
  }
}

/** What a scene's button does; `ask` when a countdown has to be made first. */
export function choose(room: Room, scene: SceneName, ask: () => void): void {
  if (!hasSubject(room, scene)) return;
  const state = stateOf(room.client.snapshot, questions);
  if (scene === "countdown" && !stageNow(room).countdown) ask();
  else if (scene === "question" && !onScreen(state)) {
    const next = nextQuestion(room);
    if (next) void setQuestion(room, next);
  } else setScene(room, scene, scene === "winner" ? lastGift(room) : null);
}

export function toggleBlank(room: Room): void {
  const { blank } = stageNow(room);
  const [now, back] = blank ? (["stage.unblank", "stage.blank"] as const) : (["stage.blank", "stage.unblank"] as const);
  void act(room, now, {}, () => void act(room, back, {}));
}

/** It goes on the wall at once; undone, the wall goes on with what was there. */
export const startCountdown = (room: Room, duration_ms: number, text: string): Promise<boolean> =>
  act(room, "countdown.start", { duration_ms, ...(text ? { text } : {}) }, () => void act(room, "countdown.stop", {}));

export const extendCountdown = (room: Room): void => void act(room, "countdown.extend", { by_ms: MINUTE });

/** Stopped by a slip, it runs on to the same end. */
export function stopCountdown(room: Room): void {
  const { countdown, scene } = stageNow(room);
  if (!countdown) return;
  const { text, ends_at } = countdown;
  const back = async () => {
    const left = countsDown(countdown, room.client.clock.now());
    if (left < 1_000) return;
    if (!(await act(room, "countdown.start", { duration_ms: left, ...(text === null ? {} : { text }) }))) return;
    if (scene !== "countdown") setScene(room, scene);
  };
  void act(room, "countdown.stop", {}, ends_at > room.client.clock.now() ? () => void back() : undefined);
}
