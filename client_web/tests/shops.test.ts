import { afterEach, describe, expect, it } from "vitest";
import { crowdOf, nextShop, shopOf, splitOf, takingPart } from "../src/room/shops";
import type { Result } from "../src/room/messages";

const EAST = { id: "east", name: "东店" };
const WEST = { id: "west", name: "西店" };

const result = (shops?: Result["shops"]): Result => ({
  counts: [5, 3],
  voters: 8,
  guests: { counts: [0, 0], voters: 0 },
  ...(shops ? { shops } : {}),
});

const told = result({ east: { counts: [3, 1], voters: 4 }, west: { counts: [1, 2], voters: 3 } });
const plain = (parts: ReturnType<typeof splitOf>) => parts.map(({ name, count }) => [name, count]);

afterEach(() => {
  takingPart.value = [];
});

describe("several shops in one show", () => {
  it("split each option and the voters, and what is left came from elsewhere", () => {
    expect(plain(splitOf([EAST, WEST], told, 0, "线上"))).toEqual([["东店", 3], ["西店", 1], ["线上", 1]]);
    expect(plain(splitOf([EAST, WEST], told, 1, "线上"))).toEqual([["东店", 1], ["西店", 2]]);
    const nobody = result({ east: { counts: [5, 0], voters: 5 } });
    expect(plain(splitOf([EAST, WEST], nobody, 0, "线上"))).toEqual([["东店", 5]]);
    expect(plain(splitOf([EAST, WEST], told, null, "线上"))).toEqual([["东店", 4], ["西店", 3], ["线上", 1]]);
    expect(splitOf([EAST, WEST], told, 0, "线上").reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  it("say nothing where there are none, and nothing of what is hidden", () => {
    expect(splitOf([], result(), 0, "线上")).toEqual([]);
    expect(splitOf([EAST], null, 0, "线上")).toEqual([]);
    expect(crowdOf([], {}, 5, "线上")).toEqual([]);
  });

  it("keep the votes of a shop that takes part no more", () => {
    expect(plain(splitOf([EAST], told, 0, "线上"))).toEqual([["东店", 3], ["west", 1], ["线上", 1]]);
  });

  it("count who is where, without a share of nobody", () => {
    expect(crowdOf([EAST], { east: 0 }, 0, "线上")).toEqual([{ id: "east", name: "东店", count: 0, share: 0 }]);
    expect(plain(crowdOf([EAST, WEST], { east: 2 }, 3, "线上"))).toEqual([["东店", 2], ["西店", 0], ["线上", 1]]);
  });

  it("are named beside people", () => {
    takingPart.value = [EAST];
    expect(shopOf({ shop: "east" })).toBe("东店");
    expect(shopOf({ shop: "gone" })).toBeUndefined();
    expect(shopOf({})).toBeUndefined();
  });

  it("get ids that are free", () => {
    const luck = [0, 0, 0, 0, 0.99, 0.99, 0.99, 0.99];
    expect(nextShop([{ id: "2222", name: "x" }], () => luck.shift() ?? 0)).toBe("zzzz");
  });
});
