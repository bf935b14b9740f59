import { expect, test, vi } from "vitest";
import { chat } from "../src/room/activities/chat";
import { lifecycle } from "../src/room/activities/lifecycle";
import { order } from "../src/room/activities/order";
import { people } from "../src/room/activities/people";
import { filter, wordLists } from "../src/room/activities/words";
import type { By, LoggedEvent, Position } from "../src/room/messages";
import { Outgoing } from "../src/room/outgoing";
import { memoryShelf } from "./fakes";

const lin: By = { id: "host-1", name: "Lin", role: "host" };
const ann: By = { id: "guest-1", name: "Ann", role: "attendee", guest: true };

function event(type: string, data: object | null = {}, by: By | null = lin, seq = 5): LoggedEvent {
  return { type, room: "r1", epoch: "e", after: 0, seq, at: 99, by, data } as unknown as LoggedEvent;
}

test("a panic goes over the switches and leaves them as they were", () => {
  const fresh = order.read(undefined);
  expect(fresh).toEqual({ muted: false, chat_closed: false, panicked: false });
  const closed = order.apply(fresh, event("chat.closed"));
  const panicked = order.apply(closed, event("room.panicked"));
  expect(panicked).toEqual({ muted: false, chat_closed: true, panicked: true });
  expect(order.apply(panicked, event("room.calmed"))).toEqual(closed);
  expect(order.apply(order.apply(fresh, event("room.muted")), event("room.unmuted"))).toEqual(fresh);
  expect(order.apply(fresh, event("chat.sent"))).toBe(fresh);
  expect(order.read({ muted: true, chat_closed: false, panicked: false }).muted).toBe(true);
});

test("who is muted is listed until they are not", () => {
  const muted = people.apply(people.read({}), event("person.muted", { user: "guest-1", name: "Ann", until: 500 }));
  expect(muted.muted).toEqual([{ user: "guest-1", name: "Ann", until: 500, at: 99, by: lin }]);
  const longer = people.apply(muted, event("person.muted", { user: "guest-1", name: "Ann", until: null }));
  expect(longer.muted.map(({ until }) => until)).toEqual([null]);
  expect(people.apply(longer, event("person.muted", null))).toBe(longer);
  expect(people.apply(longer, event("person.unmuted", { user: "guest-1" }, null)).muted).toEqual([]);
});

test("what waits is in the queue until it is settled, and in its place once it is let through", () => {
  const held = chat.apply(chat.read({ messages: [], pinned: null }), event("chat.held", { message: "m", text: "hi" }, ann, 5));
  expect(held.held.map(({ text, by }) => [text, by.id])).toEqual([["hi", "guest-1"]]);
  expect(held.messages).toEqual([]);
  expect(chat.apply(held, event("chat.held", null, null, 6))).toBe(held);
  const settled = chat.apply(held, event("chat.settled", { message: "m" }, ann, 7));
  expect(settled.held).toEqual([]);
  const sent = chat.apply(settled, event("chat.sent", { message: "m", text: "hi" }, ann, 8));
  expect(sent.messages.map(({ message, seq }) => [message, seq])).toEqual([["m", 8]]);
  expect(chat.read({ messages: [], pinned: null, held: sent.messages }).held).toHaveLength(1);
});

test("a stored message that waits has no event to come, its sender is told of it alone", () => {
  const at = (seq: number): Position => ({ epoch: "e", seq });
  const mine = { chat: { held: [{ message: "m", seq: 5, at: 99, text: "hi" }], refused: [] } };
  expect(chat.alone?.(mine, at(5))).toBe(true);
  expect(chat.alone?.(mine, at(6))).toBe(false);
  expect(chat.alone?.({}, at(5))).toBe(false);
});

test("the word list follows what hosts do to it", () => {
  let state = filter.apply(filter.read(undefined), event("words.added", { words: ["Spam", "加微信"] }));
  expect(filter.read({ words: ["a"] }).words).toEqual(["a"]);
  state = filter.apply(state, event("words.removed", { words: ["ＳＰＡＭ"] }));
  expect(state.words).toEqual(["加微信"]);
  expect(filter.apply(state, event("words.cleared")).words).toEqual([]);
});

test("what is pasted becomes lists that each fit into one command", () => {
  expect(wordLists(" spam \n\n加微信，代开发票, spam")).toEqual([["spam", "加微信", "代开发票"]]);
  expect(wordLists("  \n")).toEqual([]);
  const many = Array.from({ length: 2_000 }, (_, number) => `很长的一个词语${number}`);
  const lists = wordLists(many.join("\n"));
  expect(lists.flat()).toEqual(many);
  for (const list of lists) expect(new TextEncoder().encode(JSON.stringify(list)).length).toBeLessThan(12_000);
});

test("slow mode counts from when it was last changed", () => {
  const settings = { ...lifecycle.read(undefined).settings, slow_mode_ms: 5_000 };
  const slow = lifecycle.apply(lifecycle.read(undefined), event("room.configured", { title: "t", settings }));
  expect([slow.settings.slow_mode_ms, slow.slowSince]).toEqual([5_000, 99]);
  const named = lifecycle.apply(slow, { ...event("room.configured", { title: "new", settings }), at: 200 } as LoggedEvent);
  expect([named.title, named.slowSince]).toEqual(["new", 99]);
});

test("a rule that was eased lets go of what it held back", async () => {
  vi.useFakeTimers();
  const request = vi.fn<() => Promise<never>>(() => new Promise(() => undefined));
  const error = { code: "rate_limited", message: "", retry: true, retry_after_ms: 60_000 };
  request.mockImplementationOnce(async () => ({ ok: false, error }) as never);
  const ports = { request, changed: () => undefined, lost: () => undefined, stored: () => undefined };
  const outgoing = new Outgoing("r1", ports, { shelf: memoryShelf(), key: "out" });
  outgoing.open();
  void outgoing.send("chat.send", { text: "hi" }, 0, { shown: true });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(outgoing.heldUntil("chat")).toBeGreaterThan(Date.now());
  expect(request).toHaveBeenCalledTimes(1);
  outgoing.free("chat");
  await vi.advanceTimersByTimeAsync(0);
  expect(outgoing.heldUntil("chat")).toBe(0);
  expect(request).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
});
