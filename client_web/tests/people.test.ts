import { expect, test } from "vitest";
import { people } from "../src/room/activities/people";
import { RoomClient } from "../src/room/client";
import type { By, LoggedEvent } from "../src/room/messages";
import { deedsOn } from "../src/room/powers";
import { FakeLink, FakeServer, memoryShelf, notes } from "./fakes";

const lin: By = { id: "host-1", name: "Lin", role: "host" };
const mo: By = { id: "mod-1", name: "Mo", role: "moderator" };
const ann: By = { id: "guest-1", name: "Ann", role: "attendee", guest: true };

function event(type: string, data: object | null): LoggedEvent {
  return { type, room: "r1", epoch: "e", after: 0, seq: 5, at: 99, by: lin, data } as unknown as LoggedEvent;
}

test("a ban is listed until it is lifted, and a stub says nothing", () => {
  const before = people.read({ banned: [], roles: [] });
  const banned = people.apply(before, event("person.banned", { user: "guest-1", name: "Ann" }));
  expect(banned.banned).toEqual([{ user: "guest-1", name: "Ann", at: 99, by: lin }]);
  expect(people.apply(banned, event("person.banned", null))).toBe(banned);
  expect(people.apply(banned, event("person.unbanned", { user: "guest-1" })).banned).toEqual([]);
  expect(people.apply(banned, event("chat.sent", { message: "m", text: "hi" }))).toBe(banned);
});

test("the latest warning stands until it is taken back", () => {
  let state = people.read({});
  for (const user of ["a", "b", "a"]) state = people.apply(state, event("person.warned", { user, name: user }));
  expect(state.warned.map(({ user }) => user)).toEqual(["b", "a"]);
  expect(people.apply(state, event("person.unwarned", null))).toBe(state);
  state = people.apply(state, event("person.unwarned", { user: "b" }));
  expect(state.warned.map(({ user }) => user)).toEqual(["a"]);
});

test("the latest role stands, at the end", () => {
  let state = people.read({ roles: [] });
  for (const [user, role] of [["a", "moderator"], ["b", "host"], ["a", "attendee"]]) {
    state = people.apply(state, event("person.role_changed", { user, name: user, role }));
  }
  expect(state.roles.map(({ user, role }) => [user, role])).toEqual([["b", "host"], ["a", "attendee"]]);
});

test("everybody else has empty lists", () => {
  expect(people.read({})).toEqual({ banned: [], muted: [], warned: [], roles: [] });
  expect(people.read(undefined)).toEqual({ banned: [], muted: [], warned: [], roles: [] });
});

test("what can be done depends on both", () => {
  const all = { kick: true, ban: true, role: true };
  const nothing = { kick: false, ban: false, role: false };
  expect(deedsOn(ann, lin)).toEqual(all);
  expect(deedsOn(ann, mo)).toEqual({ ...all, role: false });
  expect(deedsOn(lin, mo)).toEqual(nothing);
  expect(deedsOn(lin, lin)).toEqual(nothing);
  expect(deedsOn(ann, ann)).toEqual(nothing);
  expect(deedsOn(ann, null)).toEqual(nothing);
  expect(deedsOn({ ...mo, id: "st_1" }, lin)).toEqual(nothing);
  expect(deedsOn({ ...ann, id: "wecom:w1", via: "wecom" }, lin)).toEqual({ kick: false, ban: true, role: false });
  expect(deedsOn({ id: "bot-1", name: "B", role: "bot" }, lin)).toEqual({ kick: true, ban: true, role: false });
});

function room(): { client: RoomClient; link: FakeLink; server: FakeServer } {
  const server = new FakeServer();
  const link = new FakeLink(server);
  const client = new RoomClient({
    room: "r1",
    link,
    activities: [notes],
    keep: { shelf: memoryShelf(), key: "out" },
    renew: () => Promise.resolve(),
  });
  client.start();
  return { client, link, server };
}

const until = async (fact: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 200 && !fact(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(fact()).toBe(true);
};

test("another role: the room is joined anew, whole, and nobody is told of a loss", async () => {
  const { client, link, server } = room();
  await until(() => client.snapshot.phase === "live");
  server.append("one");
  await until(() => client.snapshot.position?.seq === 1);
  const asked: unknown[] = [];
  const join = server.join.bind(server);
  server.join = (position) => {
    asked.push(position);
    return join(position);
  };
  link.push("room.role", { room: "r1", role: "moderator" });
  await until(() => asked.length === 1 && client.snapshot.phase === "live");
  expect(asked).toEqual([undefined]);
  expect(client.snapshot.resumed).toBe(null);
  client.stop();
});

test.each(["kicked", "banned"] as const)("%s: the page says so and does not come back by itself", async (reason) => {
  const { client, link, server } = room();
  await until(() => client.snapshot.phase === "live");
  const { joins } = server;
  link.push("connection.closed", { reason, message: "" });
  await until(() => client.snapshot.phase === "refused");
  link.cut();
  expect(client.snapshot.refusal?.code).toBe(reason);
  expect(client.snapshot.phase).toBe("refused");
  expect(server.joins).toBe(joins);
  expect(link.isUp).toBe(false);
  client.stop();
});
