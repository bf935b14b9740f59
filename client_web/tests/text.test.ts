import { describe, expect, it } from "vitest";
import { cut, decoded, lengthOf, sendable, wellFormed } from "../src/room/text";

const BRICK = "🧱";
const HALF = BRICK.slice(0, 1);

describe("text that leaves", () => {
  it("loses half characters wherever they stand, and nothing else", () => {
    expect(wellFormed(`a${HALF}b${BRICK}${HALF}`)).toBe(`ab${BRICK}`);
    expect(wellFormed(BRICK.slice(1))).toBe("");
    expect(wellFormed("👨‍👩‍👧 好 🇨🇳")).toBe("👨‍👩‍👧 好 🇨🇳");
  });

  it("is looked through in depth", () => {
    const said = { text: `好${HALF}`, options: [HALF, "b"], hidden: true, duration_ms: null, settings: { slow_mode_ms: 5 } };
    expect(sendable(said)).toEqual({ text: "好", options: ["", "b"], hidden: true, duration_ms: null, settings: { slow_mode_ms: 5 } });
  });

  it("is as long as the server finds it: in code points, without blanks around", () => {
    expect([lengthOf("  好 a "), lengthOf(BRICK), lengthOf("👨‍👩‍👧"), lengthOf(HALF)]).toEqual([3, 1, 5, 0]);
  });

  it("is never cut inside a character", () => {
    expect(cut(`abc${BRICK}${BRICK}`, 4)).toBe(`abc${BRICK}`);
    expect(cut(BRICK.repeat(40), 32)).toBe(BRICK.repeat(32));
    expect(cut(`${BRICK}${BRICK}`, 3)).toBe(`${BRICK}${BRICK}`);
  });
});

describe("a part of an address", () => {
  it("is read as it was meant, or as it stands", () => {
    expect(decoded("r%201")).toBe("r 1");
    expect(decoded("100%")).toBe("100%");
    expect(decoded("%E4%B8")).toBe("%E4%B8");
  });
});
