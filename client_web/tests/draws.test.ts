import { describe, expect, it } from "vitest";
import { draws, type DrawsState, drawToShow, placeOf } from "../src/room/activities/draws";
import type { LoggedEvent } from "../src/room/messages";

const words = { draw: "d1", title: "城堡", winners: 2, of: null };
const seal = { entrants: 3, roll: "aa", commitment: "bb" };
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
const all = (...events: LoggedEvent[]) => events.reduce<DrawsState>(draws.apply, draws.read(undefined));
const frozen = () => event("draw.frozen", { ...words, ...seal }, 2_000);
const named = (place: number, ticket: string, name: string) => event("draw.named", { draw: "d1", place, ticket, name });
const revealed = (...tickets: string[]) => event("draw.revealed", { draw: "d1", seed: "5eed", tickets }, 3_000);
const drawn = () => all(frozen(), named(1, "t1", "小*"), named(2, "t2", "阿*"), revealed("t1", "t2"));

describe("draws", () => {
  it("go from draft over open and frozen to drawn", () => {
    const draft = all(event("draw.created", words));
    expect(draft.draws[0]).toMatchObject({ status: "draft", entrants: 0, won: [] });
    const open = draws.apply(draft, event("draw.opened", words));
    const counted = draws.hear?.(open, "draw.count", { draw: "d1", entrants: 3 }) ?? open;
    expect(counted.draws[0]).toMatchObject({ status: "open", entrants: 3 });
    const sealed = draws.apply(counted, frozen());
    expect(sealed.draws).toHaveLength(1);
    expect(sealed.draws[0]).toMatchObject({ status: "frozen", ...seal, seed: null });
    expect(draws.hear?.(sealed, "draw.count", { draw: "d1", entrants: 1 }).draws[0]?.entrants).toBe(3);
  });

  it("follow the vote whose voters are in them, while they are drafts", () => {
    const of = (poll: string) => event("draw.created", { ...words, of: poll });
    const reset = event("poll.redrafted", { was: "p1", poll: "p2" } as never);
    expect(all(of("p1"), reset).draws[0]?.of).toBe("p2");
    expect(all(of("p9"), reset).draws[0]?.of).toBe("p9");
    expect(all(of("p1"), event("draw.frozen", { ...words, ...seal, of: "p1" }), reset).draws[0]?.of).toBe("p1");
  });

  it("tell the audience masked names, also of whom it heard nothing before", () => {
    expect(drawn().draws[0]).toMatchObject({ status: "drawn", seed: "5eed", drawn_at: 3_000 });
    expect(drawn().draws[0]?.won).toEqual([
      { place: 1, ticket: "t1", shown: "小*", redeemed: false },
      { place: 2, ticket: "t2", shown: "阿*", redeemed: false },
    ]);
    const nameless = all(frozen(), event("draw.named", null), revealed("t1"));
    expect(nameless.draws[0]?.won).toEqual([{ place: 1, ticket: "t1", shown: "", redeemed: false }]);
  });

  it("tell whose ticket has won by what everybody hears, until it is passed over", () => {
    const [draw] = drawn().draws;
    expect(draw && ["t1", "t2", "t3"].map((ticket) => placeOf(draw, ticket))).toEqual([1, 2, null]);
    const [again] = draws.apply(drawn(), event("draw.redrawn", { draw: "d1", place: 1, before: "t1", ticket: "t3" })).draws;
    expect(again && ["t1", "t2", "t3"].map((ticket) => placeOf(again, ticket))).toEqual([null, 2, 1]);
  });

  it("tell hosts whole names and contacts", () => {
    const won = event("draw.won", { draw: "d1", place: 1, ticket: "t1" }, 3_000, ann);
    const claimed = event("draw.claimed", { draw: "d1", place: 1, contact: "138" });
    const told = all(frozen(), won, named(1, "t1", "小*"), revealed("t1"), claimed);
    expect(told.draws[0]?.won[0]).toMatchObject({ name: "小安", shown: "小*", contact: "138" });
    expect(draws.apply(told, event("draw.unclaimed", { draw: "d1", place: 1 })).draws[0]?.won[0]?.contact).toBeNull();
  });

  it("give an absent winner's place to the next, and nothing of theirs with it", () => {
    const given = draws.apply(drawn(), event("draw.redeemed", { draw: "d1", place: 1 }));
    expect(given.draws[0]?.won[0]?.redeemed).toBe(true);
    const back = draws.apply(given, event("draw.unredeemed", { draw: "d1", place: 1 }));
    const redrawn = draws.apply(back, event("draw.redrawn", { draw: "d1", place: 1, before: "t1", ticket: "t3" }));
    expect(redrawn.draws[0]?.won[0]).toEqual({ place: 1, ticket: "t3", shown: "", redeemed: false });
    expect(redrawn.draws[0]?.passed).toEqual([{ place: 1, ticket: "t1" }]);
    expect(draws.apply(redrawn, named(1, "t3", "老*")).draws[0]?.won[0]?.shown).toBe("老*");
  });

  it("are shown while they are on, and the winners for a while", () => {
    expect(drawToShow(all(frozen()), 900_000, 60_000)?.draw).toBe("d1");
    expect(drawToShow(drawn(), 60_000, 60_000)?.draw).toBe("d1");
    expect(drawToShow(drawn(), 64_000, 60_000)).toBeNull();
  });

  it("go when they are removed or too old", () => {
    expect(draws.apply(drawn(), event("draw.removed", { draw: "d1" })).draws).toEqual([]);
    expect(draws.apply(drawn(), event("room.retired", { before: 3_001, upto: 3 })).draws).toEqual([]);
    expect(draws.apply(drawn(), event("room.retired", { before: 3_000, upto: 3 })).draws).toHaveLength(1);
  });
});
