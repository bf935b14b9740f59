import { expect, test } from "vitest";
import { arrivals } from "../src/room/activities/arrivals";
import { drawFrom } from "../src/room/activities/draws";
import type { LoggedEvent } from "../src/room/messages";

function event(type: string, user: string | null, at: number, data: object | null = {}): LoggedEvent {
  const by = user === null ? null : { id: user, name: user, role: "attendee" };
  return { type, room: "r1", epoch: "e", after: 0, seq: 5, at, by, data } as unknown as LoggedEvent;
}

const names = (state: ReturnType<typeof arrivals.read>) => state.people.map(({ user }) => user);

test("people are listed as they are checked in, until it is taken back", () => {
  let state = arrivals.read({});
  for (const [at, user] of ["a", "b", "a"].entries()) state = arrivals.apply(state, event("arrival.marked", user, at));
  expect(state.people).toEqual([
    { user: "b", name: "b", guest: false, at: 1 },
    { user: "a", name: "a", guest: false, at: 2 },
  ]);
  expect(names(arrivals.apply(state, event("arrival.unmarked", "b", 3)))).toEqual(["a"]);
  expect(arrivals.apply(state, event("arrival.marked", "c", 3, null))).toBe(state);
  expect(arrivals.apply(state, event("arrival.marked", null, 3))).toBe(state);
});

test("what is too old goes, as the server has it", () => {
  const state = arrivals.read({ people: [{ user: "a", name: "a", guest: true, at: 1 }, { user: "b", name: "b", guest: true, at: 2 }] });
  expect(names(arrivals.apply(state, event("room.retired", null, 9, { before: 2 })))).toEqual(["b"]);
});

test("a draw says from whom it is", () => {
  expect([null, "photos", "arrivals", "id-7"].map((of) => drawFrom({ of }))).toEqual(["present", "photos", "arrivals", "voters"]);
});
