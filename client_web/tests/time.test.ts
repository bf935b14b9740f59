import { describe, expect, it, vi } from "vitest";
import { dayAndTime } from "../src/parts/time";

vi.mock("../src/i18n/words", () => ({ language: { value: "zh-CN" } }));

/** Friday, 20 November 2026, 16:00. */
const NOW = new Date(2026, 10, 20, 16).getTime();
const both = (...at: [number, number, number, number?]) => {
  const [month, day, hour, minute = 0] = at;
  const then = new Date(2026, month, day, hour, minute).getTime();
  return ["zh-CN", "en"].map((language) => dayAndTime(then, NOW, language));
};

describe("when something is", () => {
  it("is told by the time alone today", () => {
    expect(both(10, 20, 19)).toEqual(["19:00", "7 pm"]);
    expect(both(10, 20, 9, 5)).toEqual(["09:05", "9:05 am"]);
  });

  it("is told with the day on another day", () => {
    expect(both(10, 21, 19)).toEqual(["周六 19:00", "Sat 7 pm"]);
    expect(both(10, 21, 0, 30)).toEqual(["周六 00:30", "Sat 12:30 am"]);
  });

  it("is told with the date where a weekday could be either of two", () => {
    expect(both(10, 28, 19)).toEqual(["11月28日 周六 19:00", "Sat, Nov 28, 7 pm"]);
  });
});
