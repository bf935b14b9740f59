import { describe, expect, it } from "vitest";
import { chat, CHAT_KEPT, type ChatState } from "../src/room/activities/chat";
import type { LoggedEvent } from "../src/room/messages";

const by = { id: "u1", name: "小王", role: "attendee" as const };

function event<Type extends LoggedEvent["type"]>(type: Type, seq: number, data: Extract<LoggedEvent, { type: Type }>["data"]) {
  return { type, room: "r1", epoch: "e", after: seq - 1, seq, at: seq * 1_000, by, data } as LoggedEvent;
}

const sent = (seq: number) => event("chat.sent", seq, { message: `m${seq}`, text: `text ${seq}` });
const all = (events: readonly LoggedEvent[], state: ChatState = chat.read(undefined)) => events.reduce(chat.apply, state);
const names = (state: ChatState) => state.messages.map((one) => one.message);

describe("chat", () => {
  it("shows what was sent, without what was deleted", () => {
    const state = all([sent(1), sent(2), event("chat.deleted", 3, { message: "m1" })]);
    expect(names(state)).toEqual(["m2"]);
  });

  it("passes over stubs", () => {
    expect(names(all([event("chat.sent", 1, null), event("chat.deleted", 2, null), sent(3)]))).toEqual(["m3"]);
  });

  it("puts a restored message back in its place, the first one too", () => {
    const restored = (seq: number, of: number) =>
      event("chat.restored", seq, { message: `m${of}`, text: `text ${of}`, sent_seq: of, sent_at: of * 1_000 });
    const start = [sent(1), sent(2), sent(3)];
    const deleted = (of: number) => event("chat.deleted", 4, { message: `m${of}` });
    expect(names(all([...start, deleted(2), restored(5, 2)]))).toEqual(["m1", "m2", "m3"]);
    expect(names(all([...start, deleted(1), restored(5, 1)]))).toEqual(["m1", "m2", "m3"]);
  });

  it("leaves a restored message to the history if it is older than what is shown", () => {
    const shown = Array.from({ length: 200 }, (_, place) => ({ message: `m${place + 10}`, seq: place + 10, at: 0, by, text: "" }));
    const state = chat.read({ messages: shown });
    const restored = event("chat.restored", 300, { message: "m5", text: "", sent_seq: 5, sent_at: 0 });
    expect(chat.apply(state, restored).messages).toHaveLength(200);
  });

  it("takes a deleted message off the top", () => {
    const state = all([sent(1), event("chat.pinned", 2, { message: "m1" })]);
    expect(state.pinned?.message).toBe("m1");
    expect(chat.apply(state, event("chat.deleted", 3, { message: "m1" })).pinned).toBeNull();
    expect(chat.apply(state, event("chat.unpinned", 3, {})).pinned).toBeNull();
  });

  it("keeps a bin for hosts", () => {
    const binned = event("chat.binned", 3, { message: "m1", text: "text 1", sent_seq: 1, sent_at: 1_000 });
    const state = all([sent(1), event("chat.deleted", 2, { message: "m1" }), binned]);
    expect(state.bin).toMatchObject([{ message: "m1", seq: 1, by }]);
    expect(chat.apply(state, event("chat.unbinned", 4, { message: "m1" })).bin).toEqual([]);
  });

  it("forgets what has become too old, wherever it stands", () => {
    const binned = event("chat.binned", 5, { message: "m1", text: "text 1", sent_seq: 1, sent_at: 1_000 });
    const state = all([sent(1), sent(2), sent(3), event("chat.pinned", 4, { message: "m2" }), binned]);
    const rest = chat.apply(state, event("room.retired", 6, { before: 3_000, upto: 2 }));
    expect(names(rest)).toEqual(["m3"]);
    expect([rest.pinned, rest.bin]).toEqual([null, []]);
    expect(chat.apply(rest, event("room.retired", 7, null))).toBe(rest);
  });

  it("keeps a bounded number, more while older ones are read", () => {
    const events = Array.from({ length: CHAT_KEPT + 50 }, (_, place) => sent(place + 101));
    const state = all(events);
    expect(state.messages).toHaveLength(CHAT_KEPT);
    const page = Array.from({ length: 100 }, (_, place) => sent(place + 51));
    const longer = chat.extend(state, page);
    expect(longer.messages[0]?.message).toBe("m51");
    expect(longer.messages).toHaveLength(CHAT_KEPT + 100);
    expect(chat.newest(longer).messages).toHaveLength(CHAT_KEPT);
    expect(chat.newest(longer).messages.at(-1)?.message).toBe(`m${CHAT_KEPT + 150}`);
  });
});
