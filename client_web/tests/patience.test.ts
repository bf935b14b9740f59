import { describe, expect, it } from "vitest";
import { Patience } from "../src/room/patience";

describe("patience", () => {
  it("waits ever longer, up to a bound, and as long as it is asked to", () => {
    const patience = new Patience(1_000, 8_000);
    const pauses = Array.from({ length: 6 }, () => patience.next());
    for (const [tries, pause] of pauses.entries()) {
      const most = Math.min(1_000 * 2 ** tries, 8_000);
      expect(pause).toBeGreaterThanOrEqual(most / 2);
      expect(pause).toBeLessThanOrEqual(most);
    }
    expect(patience.next(30_000)).toBe(30_000);
    patience.reset();
    expect(patience.next()).toBeLessThanOrEqual(1_000);
  });
});
