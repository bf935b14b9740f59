import { beforeAll, expect, test, vi } from "vitest";
import { barred } from "../src/chat/barred";
import { waitBeforeSend } from "../src/chat/composer";
import { ready } from "../src/i18n/words";
import type { Room } from "../src/page";
import { chat } from "../src/room/activities/chat";
import { lifecycle } from "../src/room/activities/lifecycle";
import { order } from "../src/room/activities/order";
import type { RoomClient, Snapshot } from "../src/room/client";
import type { LoggedEvent, Mine } from "../src/room/messages";

vi.hoisted(() => {
  // What the words look at as they are loaded.
  vi.stubGlobal("location", { search: "?lang=zh-CN" });
  vi.stubGlobal("document", { documentElement: {}, addEventListener: () => undefined });
});

const NOW = 1_000_000;

interface Setting {
  events?: readonly string[];
  mine?: Mine;
  closed?: boolean;
  slow?: number;
  slowSince?: number;
  saidAt?: number;
}

function roomOf({ events = [], mine = {}, closed, slow = 0, slowSince = 0, saidAt }: Setting): Room {
  const told = events.map((type) => ({ type, data: {} }) as unknown as LoggedEvent);
  const by = { id: "ann", name: "Ann", role: "attendee" as const };
  const messages = saidAt ? [{ message: "m", seq: 1, at: saidAt, by, text: "hi" }] : [];
  const before = lifecycle.read(undefined);
  const life = { ...before, status: closed ? "closed" : "open", slowSince, settings: { ...before.settings, slow_mode_ms: slow } };
  const snapshot = {
    you: by,
    mine,
    activities: {
      room: life,
      order: told.reduce((state, event) => order.apply(state, event), order.read(undefined)),
      chat: chat.read({ messages, pinned: null }),
    },
  } as unknown as Snapshot;
  const client = { snapshot, clock: { now: () => NOW }, outgoing: { heldUntil: () => 0 } } as unknown as RoomClient;
  return { client, now: { value: snapshot } } as unknown as Room;
}

beforeAll(() => ready);

test("why nobody can write, the gravest first, and what goes on elsewhere", () => {
  const why = (setting: Setting, place: "chat" | "elsewhere" = "chat") => barred(roomOf(setting), place)?.why;
  expect(why({})).toBeUndefined();
  expect(why({ events: ["chat.closed"] })).toBe("聊天暂时关闭");
  expect(why({ events: ["chat.closed"] }, "elsewhere")).toBeUndefined();
  expect(why({ events: ["chat.closed", "room.muted"] })).toBe("店员暂停了发言");
  expect(why({ events: ["room.panicked"] }, "elsewhere")).toBe("店员暂停了发言");
  expect(why({ mine: { people: { muted: { until: null } } } })).toBe("你已被禁言");
  expect(why({ closed: true, events: ["room.muted"] })).toBe("活动已结束");
});

test("a mute counts down by the room's clock, and ends by itself", () => {
  const muted = (until: number) => barred(roomOf({ mine: { people: { muted: { until } } } }), "chat");
  expect(muted(NOW + 299_500)).toEqual({ why: "你已被禁言，还有 05:00", counts: true });
  expect(muted(NOW + 1)).toEqual({ why: "你已被禁言，还有 00:01", counts: true });
  expect(muted(NOW)).toBeNull();
});

test("slow mode counts what waits for staff, and nothing from before it was set", () => {
  const wait = (setting: Setting) => waitBeforeSend(roomOf(setting).client, false);
  expect(wait({ slow: 5_000, saidAt: NOW - 2_000 })).toBe(3_000);
  expect(wait({ slow: 5_000, saidAt: NOW - 2_000, slowSince: NOW - 1_000 })).toBe(0);
  const held = [{ message: "m", seq: 2, at: NOW - 1_000, text: "hi" }];
  expect(wait({ slow: 5_000, mine: { chat: { held, refused: [] } } })).toBe(4_000);
  expect(wait({ saidAt: NOW })).toBe(0);
});
