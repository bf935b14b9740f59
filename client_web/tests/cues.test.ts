import { describe, expect, it } from "vitest";
import { cues, type CuesState, nextCue } from "../src/room/activities/cues";
import type { LoggedEvent } from "../src/room/messages";

let seq = 0;
function event(type: LoggedEvent["type"], data: object | null, at = 1_000) {
  seq += 1;
  return { type, room: "r1", epoch: "e", after: seq - 1, seq, at, by: null, data } as LoggedEvent;
}
const all = (...events: LoggedEvent[]) => events.reduce<CuesState>(cues.apply, cues.read(undefined));
const prepared = (cue: string) => event("cue.prepared", { cue, text: `call ${cue}`, does: "photo" });
const called = (cue: string, at: number) => event("cue.called", { cue, text: `call ${cue}`, does: "photo" }, at);
const three = () => all(prepared("a"), prepared("b"), prepared("c"));
const order = (state: CuesState) => state.sheet.map((one) => one.cue).join("");

describe("the host's calls", () => {
  it("are on one at a time until they are withdrawn", () => {
    const on = cues.apply(three(), called("b", 2_000));
    expect(on.on).toEqual({ cue: "b", text: "call b", does: "photo", at: 2_000 });
    expect(on.sheet.map((one) => one.called_at)).toEqual([null, 2_000, null]);
    expect(cues.apply(on, called("x", 3_000)).on?.cue).toBe("x");
    expect(cues.apply(on, event("cue.withdrawn", { cue: "b" })).on).toBeNull();
  });

  it("are moved, changed and dropped in the run-sheet", () => {
    expect(order(cues.apply(three(), event("cue.moved", { cue: "c", place: 0 })))).toBe("cab");
    expect(order(cues.apply(three(), event("cue.moved", { cue: "a", place: 2 })))).toBe("bca");
    expect(order(cues.apply(three(), event("cue.dropped", { cue: "b" })))).toBe("ac");
    const changed = cues.apply(three(), event("cue.changed", { cue: "b", text: "new", does: "vote" }));
    expect(changed.sheet[1]).toEqual({ cue: "b", text: "new", does: "vote", called_at: null });
  });

  it("know which comes next: after the last one called, then what was left out", () => {
    expect(nextCue(all())).toBeNull();
    expect(nextCue(three())?.cue).toBe("a");
    const second = cues.apply(three(), called("b", 2_000));
    expect(nextCue(second)?.cue).toBe("c");
    const third = cues.apply(second, called("c", 3_000));
    expect(nextCue(third)?.cue).toBe("a");
    expect(nextCue(cues.apply(third, called("a", 4_000)))).toBeNull();
  });

  it("go with their age, those that are prepared stay", () => {
    const state = cues.apply(three(), called("a", 2_000));
    const later = cues.apply(state, event("room.retired", { before: 5_000, upto: 1 }));
    expect([order(later), later.on]).toEqual(["bc", null]);
  });
});
