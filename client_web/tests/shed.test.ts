import { expect, it } from "vitest";
import { shed } from "../src/room/activities/shed";

it("knows what was turned away as it was told last, and nothing after a new join", () => {
  const state = shed.hear?.(shed.read(undefined), "room.shed", { room: "r1", count: 12 }) ?? 0;
  expect(state).toBe(12);
  expect(shed.hear?.(state, "room.occupancy", { count: 3 })).toBe(12);
  expect(shed.read({})).toBe(0);
});
