import { describe, expect, it } from "vitest";
import { firsts, type FirstsState, firstToShow, opensIn } from "../src/room/activities/firsts";
import type { LoggedEvent } from "../src/room/messages";

const words = { first: "f1", title: "小恐龙", places: 2 };
const ann = { id: "u1", name: "小安", role: "attendee" as const };

let seq = 0;
function event<Type extends LoggedEvent["type"]>(
  type: Type,
  data: Extract<LoggedEvent, { type: Type }>["data"],
  at = 1_000,
  by: LoggedEvent["by"] = null,
) {
  seq += 1;
  return { type, room: "r1", epoch: "e", after: seq - 1, seq, at, by, data } as LoggedEvent;
}
const all = (...events: LoggedEvent[]) => events.reduce<FirstsState>(firsts.apply, firsts.read(undefined));
const opened = (at = 1_000) => event("first.opened", words, at);
const count = (state: FirstsState, taken: number) => firsts.hear?.(state, "first.count", { first: "f1", taken }) ?? state;

describe("gifts for the first", () => {
  it("go from draft over a countdown to open", () => {
    const draft = all(event("first.created", words));
    expect(draft.firsts[0]).toMatchObject({ status: "draft", taken: 0 });
    const ready = firsts.apply(draft, event("first.announced", { ...words, opens_at: 11_000 }));
    expect(ready.firsts).toHaveLength(1);
    const [first] = ready.firsts;
    expect(first && opensIn(first, 4_000)).toBe(7_000);
    expect(first && opensIn(first, 14_000)).toBe(0);
    const open = firsts.apply(ready, opened(11_000)).firsts[0];
    expect(open).toMatchObject({ status: "open", opens_at: null, opened_at: 11_000 });
    expect(open && opensIn(open, 12_000)).toBeNull();
  });

  it("count by ticks that never go back, and by the closing from then on", () => {
    const open = count(count(all(opened()), 1), 0);
    expect(open.firsts[0]?.taken).toBe(1);
    const closed = firsts.apply(open, event("first.closed", { first: "f1", reason: "full", taken: 2 }, 2_000));
    expect(count(closed, 1).firsts[0]).toMatchObject({ status: "closed", reason: "full", taken: 2, closed_at: 2_000 });
  });

  it("name the winners to hosts, who hear of each tap", () => {
    const tapped = all(event("first.created", words), opened(), event("first.tapped", { first: "f1", place: 1 }, 1_500, ann));
    expect(tapped.firsts[0]).toMatchObject({ taken: 1, winners: [{ place: 1, name: "小安", guest: false, at: 1_500, contact: null }] });
    const forgotten = firsts.apply(tapped, event("first.tapped", { first: "f1", place: 2 }));
    expect(forgotten.firsts[0]?.winners?.[1]?.name).toBe("");
  });

  it("tell hosts how winners are reached, until that is taken back or grows old", () => {
    const tapped = [1, 2].map((place) => event("first.tapped", { first: "f1", place }, place * 1_000, ann));
    const claims = [1, 2].map((place) => event("first.claimed", { first: "f1", place, contact: `138 ${place}` }, 3_000, ann));
    const told = all(event("first.created", words), opened(), ...tapped, ...claims);
    const contacts = (state: FirstsState) => state.firsts[0]?.winners?.map((winner) => winner.contact);
    expect(contacts(told)).toEqual(["138 1", "138 2"]);
    expect(contacts(firsts.apply(told, event("first.unclaimed", { first: "f1", place: 2 })))).toEqual(["138 1", null]);
    expect(contacts(firsts.apply(told, event("room.retired", { before: 2_000, upto: 3 })))).toEqual([null, "138 2"]);
    expect(firsts.apply(all(opened()), event("first.claimed", null)).firsts[0]).not.toHaveProperty("winners");
  });

  it("are handed over, and that is taken back", () => {
    const given = all(opened(), event("first.redeemed", { first: "f1", place: 1 }));
    expect(given.firsts[0]?.redeemed).toEqual([1]);
    expect(firsts.apply(given, event("first.unredeemed", { first: "f1", place: 1 })).firsts[0]?.redeemed).toEqual([]);
  });

  it("show what is on, then for a while what was", () => {
    const open = all(opened(1_000));
    expect(firstToShow(open, 900_000, 60_000)?.first).toBe("f1");
    const closed = firsts.apply(open, event("first.closed", { first: "f1", reason: "staff", taken: 0 }, 5_000));
    expect(firstToShow(closed, 20_000, 60_000)?.first).toBe("f1");
    expect(firstToShow(closed, 70_000, 60_000)).toBeNull();
  });

  it("go when they are removed or too old, and pass over what was erased", () => {
    const closed = all(opened(), event("first.closed", { first: "f1", reason: "staff", taken: 0 }, 5_000));
    expect(firsts.apply(closed, event("room.retired", { before: 5_001, upto: 3 })).firsts).toEqual([]);
    expect(firsts.apply(closed, event("room.retired", { before: 5_000, upto: 3 })).firsts).toHaveLength(1);
    expect(firsts.apply(closed, event("first.removed", { first: "f1" })).firsts).toEqual([]);
    expect(firsts.apply(closed, event("first.opened", null))).toBe(closed);
  });
});
