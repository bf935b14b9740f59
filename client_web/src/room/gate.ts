import type { LoggedEvent, Position } from "./messages";

export type Verdict = "ignore" | "apply" | "gap";

/** What to do with an event that arrives when everything up to `position` is known. */
export function judge(position: Position | null, event: LoggedEvent): Verdict {
  if (position === null || event.epoch !== position.epoch) return "gap";
  if (event.seq <= position.seq) return "ignore";
  return event.after <= position.seq ? "apply" : "gap";
}
