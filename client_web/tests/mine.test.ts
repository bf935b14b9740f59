import { h } from "preact";
import { describe, expect, it, vi } from "vitest";
import { chatMine } from "../src/audience/chat_mine";
import { giftMine } from "../src/audience/gift_mine";
import { mineTab } from "../src/audience/mine_tab";
import { pollMine } from "../src/audience/poll_mine";
import { mineEn } from "../src/i18n/mine_en";
import { mineZh } from "../src/i18n/mine_zh";
import type { Room } from "../src/page";
import type { Mine } from "../src/room/messages";
import { activities, tabParts, views } from "../src/views";

vi.hoisted(() => {
  vi.stubGlobal("location", { search: "?lang=zh-CN", pathname: "/r/r1", hash: "", origin: "http://here" });
  vi.stubGlobal("document", { documentElement: {}, addEventListener: () => undefined });
});

function roomOf(mine: Mine, state: Record<string, unknown> = {}): Room {
  const empty = Object.fromEntries(activities.map((one) => [one.name, one.read(undefined)]));
  const snapshot = { mine, sending: [], activities: { ...empty, ...state } };
  return { client: { snapshot }, now: { value: snapshot } } as unknown as Room;
}

const refused = { message: "m", at: 1, text: "no", seen: false };

describe("what is one's own", () => {
  it("stands in the last tab, and is nothing at first", async () => {
    expect(tabParts.at(-1)?.name).toBe("mine");
    const parts = await Promise.all(views.flatMap((view) => view.mine?.() ?? []));
    expect(new Set(parts.map((part) => part.name)).size).toBe(parts.length);
    expect(parts.filter((part) => part.some(roomOf({})))).toEqual([]);
  });

  it("tells of a message that staff refused, until it is in the talk after all", () => {
    expect(chatMine.some(roomOf({ chat: { held: [], refused: [refused] } }))).toBe(true);
    const back = { ...(activities.find((one) => one.name === "chat")?.read(undefined) as object), messages: [{ message: "m" }] };
    expect(chatMine.some(roomOf({ chat: { held: [], refused: [refused] } }, { chat: back }))).toBe(false);
  });

  it("has news when something was decided, and none when it is taken back", async () => {
    const tab = mineTab(async () => ({ parts: [chatMine], Panel: () => h("p", null) }));
    const newest = (room: Room) => tab.newest(room);
    tab.Panel({ room: roomOf({}) });
    await Promise.resolve();
    const told = roomOf({});
    const now = told.now as unknown as { value: { mine: Mine } };
    expect(newest(told)).toBe(0);
    now.value = { ...now.value, mine: { chat: { held: [], refused: [refused] } } };
    expect(newest(told)).toBe(1);
    now.value = { ...now.value, mine: {} };
    expect(newest(told)).toBe(1);
  });

  it("counts the prizes that are still to be collected", () => {
    const first = (name: string, redeemed: number[]) => ({ first: name, title: name, redeemed });
    const places = { a: { place: 1, contact: null }, b: { place: 2, contact: null } };
    const room = roomOf({ firsts: { places } }, { firsts: { firsts: [first("a", [1]), first("b", [1]), first("c", [])] } });
    expect([giftMine.some(room), giftMine.due?.(room)]).toEqual([true, 1]);
  });

  it("has the votes that one took part in", () => {
    const poll = { poll: "p", status: "closed", kind: "single", options: ["a"] };
    expect(pollMine.some(roomOf({ polls: { ballots: { p: [0] } } }, { polls: { polls: [poll] } }))).toBe(true);
    expect(pollMine.some(roomOf({ polls: { ballots: { p: [0] } } }))).toBe(false);
  });

  it("has words in both languages", () => {
    expect(Object.keys(mineEn).sort()).toEqual(Object.keys(mineZh).sort());
  });
});
