import { describe, expect, it } from "vitest";
import { inOrder, listed, roster, stale } from "../src/room/activities/roster";
import type { PeopleChanged, PeopleListed, PersonHere } from "../src/room/messages";

const one = (id: string, more: Partial<PersonHere> = {}): PersonHere => ({ id, name: id, role: "attendee", ...more });

const list = (number: number, ...people: PersonHere[]): PeopleListed => ({
  ok: true,
  number,
  people,
  occupancy: people.length,
  away: 0,
  whole: true,
});

const change = (after: number, more: Partial<PeopleChanged>) => ({
  room: "r1",
  after,
  number: after + 1,
  came: [],
  went: [],
  joined: 0,
  left: 0,
  away: 0,
  whole: true,
  ...more,
});

const ids = (people: readonly PersonHere[]) => people.map(({ id }) => id);
const none = roster.read(undefined);

describe("who is here", () => {
  it("is a list on which changes build", () => {
    let state = listed(none, list(4, one("ann"), one("bob")));
    const told = change(4, { came: [one("cem"), one("bob", { away: true })], went: ["ann"], joined: 1, left: 1, away: 1 });
    state = roster.hear?.(state, "room.people", told) ?? none;
    expect(ids(state.people)).toEqual(["bob", "cem"]);
    expect(state.people[0]?.away).toBe(true);
    expect([state.number, state.away, state.news]).toEqual([5, 1, { joined: 1, left: 1 }]);
    expect(roster.hear?.(state, "poll.tally", {})).toBe(state);
  });

  it("is asked for anew when a change is missing, and stays on the screen meanwhile", () => {
    let state = listed(none, list(4, one("ann")));
    state = roster.hear?.(state, "room.people", change(5, { came: [one("bob")] })) ?? none;
    expect([state.number, ids(state.people)]).toEqual([null, ["ann"]]);
    state = listed(state, list(5, one("ann"), one("cem")));
    expect([state.number, ids(state.people)]).toEqual([6, ["ann", "cem", "bob"]]);
  });

  it("takes up what was told while the list was under way, and leaves out what is older", () => {
    let state = stale(listed(none, list(2, one("old"))));
    for (const told of [change(6, { went: ["ann"] }), change(7, { came: [one("dan")] })]) {
      state = roster.hear?.(state, "room.people", told) ?? none;
    }
    expect(ids(listed(state, list(7, one("bob"))).people)).toEqual(["bob", "dan"]);
    expect(listed(state, list(8, one("bob"))).number).toBe(8);
  });

  it("puts those who run it first and those without a connection last", () => {
    const people = [one("ann", { away: true }), one("bob"), one("hana", { role: "host" }), one("Anna")];
    expect(ids(inOrder(people))).toEqual(["hana", "bob", "Anna", "ann"]);
    expect(ids(inOrder(people, " an"))).toEqual(["hana", "Anna", "ann"]);
  });
});
