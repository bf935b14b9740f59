import { expect, test } from "vitest";
import { heightLeft } from "../src/audience/front";

// A phone of 360 by 740: its bars, tabs, field and reactions.
const phone = { seen: 740, width: 360, fixed: 48 + 45 + 62 + 45, stacked: true };

test("the picture has what the talk and the cards leave", () => {
  expect(heightLeft({ ...phone, cards: 0 })).toBe(202.5);
  expect(heightLeft({ ...phone, cards: 62 })).toBe(202.5);
  expect(heightLeft({ ...phone, cards: 150 })).toBe(138);
});

test("a picture too small to see much on is a strip", () => {
  expect(heightLeft({ ...phone, cards: 220 })).toBe(0);
  expect(heightLeft({ ...phone, seen: 440, cards: 62 })).toBe(0);
});

test("beside the talk it has the height to itself", () => {
  expect(heightLeft({ seen: 360, width: 340, fixed: 48, cards: 62, stacked: false })).toBe(191.25);
});
