import type { Activity } from "../activity";
import type { ReactionSend } from "../messages";

export type Kind = ReactionSend["kind"];
export type Counts = Readonly<Partial<Record<Kind, number>>>;

/** In the order in which they stand on a page. */
export const KINDS: readonly Kind[] = ["heart", "clap", "brick", "laugh", "wow"];

export interface ReactionsState {
  /** What came in during the last second, when we were last told of any. */
  readonly counts: Counts;
  /** How often we were told: two seconds may bring the same. */
  readonly turn: number;
}

/** Reactions are told in bulk and kept nowhere. */
export const reactions: Activity<ReactionsState> = {
  name: "reactions",
  read: () => ({ counts: {}, turn: 0 }),
  apply: (state) => state,
  hear(state, type, body) {
    if (type !== "reaction.counts") return state;
    return { counts: body["counts"] as Counts, turn: state.turn + 1 };
  },
};

export const total = (counts: Counts): number => KINDS.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0);

/** From so many on one more is drawn: a crowd is a few more than one. */
const STEPS = [1, 3, 20, 200];
export const drawn = (count: number): number => STEPS.filter((step) => count >= step).length;
