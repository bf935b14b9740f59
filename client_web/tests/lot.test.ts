import { describe, expect, it } from "vitest";
import { checkDraw, commitmentOf, type DrawList, drawnOrder, rollDigest, wonRightly } from "../src/room/lot";
import given from "./lot_vectors.json";

interface Vector {
  draw: string;
  winners: number;
  tickets: string[];
  seed: string;
  roll: string;
  commitment: string;
  order: string[];
}

/** Written by tests/rooms/test_lot.py, which fails if they are not what the server would say. */
const vectors: Vector[] = given;

function drawn(vector: Vector): DrawList {
  const { order, ...said } = vector;
  const won = order.slice(0, said.winners).map((ticket, place) => ({ place: place + 1, ticket }));
  return { ...said, title: "", status: "drawn", won, passed: [] };
}

describe("checking a draw", () => {
  it("works out what the server works out", async () => {
    expect(vectors.length).toBeGreaterThan(2);
    for (const { draw, winners, tickets, seed, roll, commitment, order } of vectors) {
      expect(await rollDigest(tickets)).toBe(roll);
      expect(await commitmentOf(seed, draw, winners, roll)).toBe(commitment);
      expect(await drawnOrder(seed, tickets)).toEqual(order);
    }
  });

  it("finds nothing wrong with a right one, and can say little before the seed is known", async () => {
    for (const vector of vectors) {
      const list = drawn(vector);
      expect(await checkDraw(list, vector)).toEqual({ roll: true, commitment: true, winners: true });
      const frozen = await checkDraw({ ...list, status: "frozen", seed: null, won: [] }, vector);
      expect(frozen).toEqual({ roll: true, commitment: null, winners: null });
    }
  });

  it("finds another list, another seed and other winners", async () => {
    const vector = vectors[2];
    if (!vector) throw new Error("no vector");
    const list = drawn(vector);
    const fewer = await checkDraw({ ...list, tickets: list.tickets.slice(1) }, vector);
    expect(fewer.roll).toBe(false);
    const twice = await checkDraw({ ...list, tickets: [...list.tickets, ...list.tickets.slice(0, 1)] }, vector);
    expect(twice.roll).toBe(false);
    expect((await checkDraw({ ...list, seed: "0" }, vector)).commitment).toBe(false);
    // A server that changes its mind about both is caught by what this page was told before.
    const roll = await rollDigest(list.tickets.slice(1));
    const commitment = await commitmentOf(vector.seed, vector.draw, vector.winners, roll);
    const other = { ...list, tickets: list.tickets.slice(1), roll, commitment };
    expect(await checkDraw(other, vector)).toMatchObject({ roll: false, commitment: false });
    const favourite = { ...list, won: [{ place: 1, ticket: vector.order.at(-1) ?? "" }, ...list.won.slice(1)] };
    expect((await checkDraw(favourite, vector)).winners).toBe(false);
    expect((await checkDraw({ ...list, won: list.won.slice(1) }, vector)).winners).toBe(false);
  });

  it("follows those who were passed over, in order", () => {
    const list = { winners: 2, tickets: [], won: [], passed: [] } as unknown as DrawList;
    const order = ["a", "b", "c", "d"];
    const won = (...tickets: string[]) => tickets.map((ticket, place) => ({ place: place + 1, ticket }));
    const passed = [
      { place: 2, ticket: "b" },
      { place: 2, ticket: "c" },
    ];
    expect(wonRightly({ ...list, won: won("a", "d"), passed }, order)).toBe(true);
    expect(wonRightly({ ...list, won: won("a", "c"), passed }, order)).toBe(false);
    expect(wonRightly({ ...list, won: won("a", "d"), passed: passed.slice(1) }, order)).toBe(false);
    expect(wonRightly({ ...list, won: won("a", "b"), passed: [{ place: 1, ticket: "x" }] }, order)).toBe(false);
  });
});
