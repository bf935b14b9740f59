import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Room } from "../src/page";
import { addressOf, forget, told } from "../src/photos/addresses";

const room = { session: { pass: { room: "r1", token: "token" } } } as unknown as Room;
const urls = (photo: string) => ({ 160: `/${photo}/160`, 640: `/${photo}/640`, 2048: `/${photo}/2048` });

let asked: string[][] = [];
let known: Set<string>;
let good_ms: number;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  known = new Set();
  good_ms = 6 * 3_600_000;
  vi.stubGlobal("fetch", async (_url: string, { body }: RequestInit) => {
    const { photos } = JSON.parse(String(body)) as { photos: string[] };
    asked.push(photos);
    const links = Object.fromEntries(photos.filter((one) => known.has(one)).map((one) => [one, urls(one)]));
    return Response.json({ links, photos: Object.fromEntries(Object.keys(links).map((photo) => [photo, { photo, caption: `of ${photo}` }])), good_ms });
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

  it("is not asked for with each look where it is nowhere", async () => {
    for (let look = 0; look < 500; look += 1) {
      addressOf(room, "b3", 160);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(asked.length).toBeLessThan(10);
  });

  it("comes with what is said of the photo", async () => {
    known = new Set(["d1"]);
    expect(told(room, "d1")).toBeUndefined();
    await vi.advanceTimersByTimeAsync(100);
    expect(told(room, "d1")).toMatchObject({ photo: "d1", caption: "of d1" });
    expect(asked).toEqual([["d1"]]);
  });

  it("is asked for anew before it ends, and when it does not open", async () => {
    known = new Set(["c1"]);
    good_ms = 50_000;
    addressOf(room, "c1", 160);
    await vi.advanceTimersByTimeAsync(100);
    expect(addressOf(room, "c1", 160)).toBe("/c1/160");
    good_ms = 6 * 3_600_000;
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toHaveLength(2);
    forget("c1");
    expect(addressOf(room, "c1", 160)).toBeUndefined();
    await vi.advanceTimersByTimeAsync(100);
    expect(addressOf(room, "c1", 160)).toBe("/c1/160");
  });
});
