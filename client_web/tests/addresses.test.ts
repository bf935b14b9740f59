import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Room } from "../src/page";
import { addressOf, forget } from "../src/photos/addresses";

const room = { session: { pass: { room: "r1", token: "token" } } } as unknown as Room;
const urls = (photo: string) => ({ 160: `/${photo}/160`, 640: `/${photo}/640`, 2048: `/${photo}/2048` });

let asked: string[][] = [];
let known: Set<string>;
let until: number;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  known = new Set();
  until = Date.now() + 6 * 3_600_000;
  vi.stubGlobal("fetch", async (_url: string, { body }: RequestInit) => {
    const { photos } = JSON.parse(String(body)) as { photos: string[] };
    asked.push(photos);
    const links = Object.fromEntries(photos.filter((one) => known.has(one)).map((one) => [one, urls(one)]));
    return Response.json({ links, until });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("where pictures are", () => {
  it("is asked for once for all that are wanted at a moment", async () => {
    known = new Set(["a1", "a2"]);
    expect([addressOf(room, "a1", 160), addressOf(room, "a2", 640), addressOf(room, "a1", 640)]).toEqual([undefined, undefined, undefined]);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toEqual([["a1", "a2"]]);
    expect([addressOf(room, "a1", 160), addressOf(room, "a2", 2048)]).toEqual(["/a1/160", "/a2/2048"]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toHaveLength(1);
  });

  it("is asked for in parts where there are many", async () => {
    const many = Array.from({ length: 230 }, (_, place) => `m${place}`);
    known = new Set(many);
    for (const one of many) addressOf(room, one, 160);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked.map((some) => some.length)).toEqual([100, 100, 30]);
    expect(many.every((one) => addressOf(room, one, 160) !== undefined)).toBe(true);
  });

  it("is asked for again a few times where nothing is known yet", async () => {
    addressOf(room, "b1", 160);
    await vi.advanceTimersByTimeAsync(1_000);
    known = new Set(["b1"]);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(addressOf(room, "b1", 160)).toBe("/b1/160");
    addressOf(room, "b2", 160);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(asked.filter((some) => some.includes("b2")).length).toBe(5);
  });

  it("is asked for anew before it ends, and when it does not open", async () => {
    known = new Set(["c1"]);
    until = Date.now() + 60_000;
    addressOf(room, "c1", 160);
    await vi.advanceTimersByTimeAsync(100);
    expect(addressOf(room, "c1", 160)).toBe("/c1/160");
    until = Date.now() + 6 * 3_600_000;
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toHaveLength(2);
    forget("c1");
    expect(addressOf(room, "c1", 160)).toBeUndefined();
    await vi.advanceTimersByTimeAsync(100);
    expect(addressOf(room, "c1", 160)).toBe("/c1/160");
  });
});
