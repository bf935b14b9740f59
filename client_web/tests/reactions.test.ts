import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Tapping } from "../src/reactions/tapping";
import { drawn, reactions, total } from "../src/room/activities/reactions";
import type { RoomClient } from "../src/room/client";
import { Failure } from "../src/room/failure";

describe("reactions", () => {
  it("are what was last told, and tell two seconds of the same apart", () => {
    const fresh = reactions.read({ kinds: ["heart"] });
    const heard = reactions.hear?.(fresh, "reaction.counts", { room: "r1", counts: { heart: 3, wow: 1 } });
    expect(heard).toEqual({ counts: { heart: 3, wow: 1 }, turn: 1 });
    const again = heard && reactions.hear?.(heard, "reaction.counts", { room: "r1", counts: { heart: 3, wow: 1 } });
    expect(again?.turn).toBe(2);
    expect(heard && reactions.hear?.(heard, "room.other", {})).toBe(heard);
    expect(total(heard?.counts ?? {})).toBe(4);
  });

  it("are drawn as a few, however many there were", () => {
    expect([0, 1, 2, 3, 25, 5_000].map(drawn)).toEqual([0, 1, 1, 2, 3, 4]);
  });
});

describe("tapping", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("sends what gathered in a second together", async () => {
    const say = vi.fn<RoomClient["say"]>().mockResolvedValue(undefined);
    const tapping = new Tapping({ say });
    for (let tap = 0; tap < 4; tap += 1) expect(tapping.tap("heart")).toBe(true);
    tapping.tap("clap");
    expect(say).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(say.mock.calls).toEqual([
      ["reaction.send", { kind: "heart", times: 4 }],
      ["reaction.send", { kind: "clap", times: 1 }],
    ]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(say).toHaveBeenCalledTimes(2);
  });

  it("takes so many a second and no more", async () => {
    const say = vi.fn<RoomClient["say"]>().mockResolvedValue(undefined);
    const tapping = new Tapping({ say });
    expect(Array.from({ length: 30 }, () => tapping.tap("wow")).filter(Boolean)).toHaveLength(10);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(say.mock.calls).toEqual([["reaction.send", { kind: "wow", times: 10 }]]);
  });

  it("is still for as long as the server says, and sends nothing twice", async () => {
    const say = vi.fn<RoomClient["say"]>().mockRejectedValueOnce(new Failure("rate_limited", "", true, 2_000));
    const tapping = new Tapping({ say });
    tapping.tap("laugh");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(tapping.tap("laugh")).toBe(false);
    await vi.advanceTimersByTimeAsync(2_500);
    say.mockResolvedValue(undefined);
    expect(tapping.tap("laugh")).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(say).toHaveBeenCalledTimes(2);
  });

  it("drops what waits when the page is left", async () => {
    const say = vi.fn<RoomClient["say"]>().mockResolvedValue(undefined);
    const tapping = new Tapping({ say });
    tapping.tap("heart");
    tapping.stop();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(say).not.toHaveBeenCalled();
  });
});
