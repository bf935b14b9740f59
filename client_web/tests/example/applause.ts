import type { Activity } from "../../src/room/activity";

export interface ApplauseState {
  readonly claps: number;
}

/** How loud it is. */
export const applause: Activity<ApplauseState> = {
  name: "applause",
  read: (view) => ({ claps: (view as ApplauseState | undefined)?.claps ?? 0 }),
  apply: (state, event: { type: string }) => (event.type === "applause.cleared" ? { claps: 0 } : state),
  hear: (state, type, body) => (type === "applause.level" ? { claps: Number(body["claps"]) } : state),
};
