import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { en as hostEn, zh as hostZh } from "../src/host/stream_texts";
import type { LoggedEvent } from "../src/room/messages";
import { stream, type StreamState } from "../src/room/activities/stream";
import { delayOf, type Engine, pauseBefore, type Phase, Player, type Screen, Unplayable } from "../src/stream/player";
import { en, zh } from "../src/stream/texts";

const event = (type: string, data: unknown, at = 5): LoggedEvent => ({ type, data, at, seq: 1 }) as unknown as LoggedEvent;
const ADDRESS = "https://live.example/a.m3u8";

describe("the stream of a room", () => {
  const begun = () => stream.apply(stream.read(undefined), event("stream.started", { address: ADDRESS, title: null }));

  it("comes, pauses and goes", () => {
    let state = begun();
    expect(state.stream).toEqual({ address: ADDRESS, title: null, status: "live", since: 5 });
    expect(stream.read({ stream: state.stream })).toEqual(state);
    state = stream.apply(state, event("stream.paused", {}, 8));
    expect(state.stream).toMatchObject({ status: "paused", since: 8 });
    state = stream.apply(state, event("stream.resumed", {}, 9));
    expect(state.stream).toMatchObject({ status: "live", since: 9 });
    expect(stream.apply(state, event("stream.cleared", {})).stream).toBeNull();
  });

  it("takes a stub, and words of what is not there", () => {
    const none = stream.read(undefined);
    expect(stream.apply(none, event("stream.started", null))).toBe(none);
    expect(stream.apply(none, event("stream.paused", {}))).toBe(none);
  });

  it("knows how it reaches people, while it is on", () => {
    const told = { room: "r1", viewers: 84, median_ms: 3_200, p90_ms: 5_000 };
    const hear = (state: StreamState) => stream.hear?.(state, "stream.delay", told) ?? state;
    const state = hear(begun());
    expect(state.reach).toEqual({ viewers: 84, median_ms: 3_200, p90_ms: 5_000 });
    const paused = stream.apply(state, event("stream.paused", {}));
    expect(paused.reach).toBeNull();
    expect(hear(paused).reach).toBeNull();
    expect(stream.hear?.(state, "poll.tally", {})).toBe(state);
  });
});

describe("its words", () => {
  it("are there in both languages", () => {
    expect(Object.keys(zh)).toEqual(Object.keys(en));
    expect(Object.keys(hostZh)).toEqual(Object.keys(hostEn));
    expect(hostZh.reach("3.2", "5", "84")).toBe("直播延迟 3.2 秒（p90 5 秒），84 人在看");
    expect(/\p{Script=Han}/u.test(JSON.stringify([en, hostEn, hostEn.reach("1", "2", "3")]))).toBe(false);
  });
});

describe("the delay", () => {
  const engine = (recorded: number | null, edge: number | null) => ({ recordedAt: () => recorded, fromEdge: () => edge });

  it("is told by the stream's own time, else by how far its end is", () => {
    expect(delayOf(engine(10_000, 1), 13_200.4)).toBe(3_200);
    expect(delayOf(engine(null, 4_000.6), 13_200)).toBe(4_001);
    expect(delayOf(engine(null, null), 13_200)).toBeNull();
  });

  it("is nothing that cannot be", () => {
    expect(delayOf(engine(14_000, 1), 13_200)).toBe(0);
    expect(delayOf(engine(99_000, 1), 13_200)).toBeNull();
    expect(delayOf(engine(0, 1), 700_000)).toBeNull();
    expect(delayOf(engine(Number.NaN, 1), 0)).toBeNull();
  });

  it("makes tries rarer", () => {
    expect([0, 1, 2, 9].map((attempt) => pauseBefore(attempt, () => 1))).toEqual([1_000, 2_000, 4_000, 30_000]);
    expect(pauseBefore(3, () => 0)).toBe(4_000);
  });
});

class FakeScreen extends EventTarget implements Screen {
  currentTime = 0;
  paused = true;
  refuses = false;

  async play(): Promise<void> {
    if (this.refuses) throw Object.assign(new Error("no"), { name: "NotAllowedError" });
    this.paused = false;
    this.dispatchEvent(new Event("playing"));
  }

  pause(): void {
    this.paused = true;
  }
}

describe("a player", () => {
  let screen: FakeScreen;
  let phases: Phase[];
  let delays: (number | null)[];
  let opened: (Engine & { closed: boolean; rests: number; jumps: number; edge: number; fail: () => void })[];
  let open: (failed: () => void) => Promise<Engine>;
  let player: Player;

  beforeEach(() => {
    vi.useFakeTimers();
    screen = new FakeScreen();
    phases = [];
    delays = [];
    opened = [];
    open = async (fail) => {
      const engine = {
        closed: false,
        rests: 0,
        jumps: 0,
        edge: 2_000,
        fail,
        recordedAt: () => Date.now() - 3_200,
        fromEdge: () => engine.edge,
        toEdge: () => void (engine.jumps += 1),
        rest: () => void (engine.rests += 1),
        wake: () => undefined,
        close: () => void (engine.closed = true),
      };
      opened.push(engine);
      return engine;
    };
    player = new Player({
      screen,
      open: (failed) => open(failed),
      now: () => Date.now(),
      onPhase: (phase) => phases.push(phase),
      onDelay: (delay) => delays.push(delay),
    });
  });

  afterEach(() => {
    player.close();
    vi.useRealTimers();
  });

  /** So many seconds in which the picture moves. */
  async function play(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      screen.currentTime += 1;
      await vi.advanceTimersByTimeAsync(1_000);
    }
  }

  it("says now and then how far behind it is", async () => {
    player.start();
    await play(4);
    expect(phases).toEqual(["playing"]);
    expect(delays).toEqual([3_200]);
    await play(20);
    expect(delays).toHaveLength(3);
  });

  it("says nothing while it is stopped, and goes on with the newest", async () => {
    player.start();
    await play(4);
    player.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(delays).toHaveLength(1);
    expect(opened[0]).toMatchObject({ rests: 1, closed: false });
    if (opened[0]) opened[0].edge = 60_000;
    player.go();
    await play(1);
    expect(opened[0]).toMatchObject({ jumps: 1 });
    expect(phases).toEqual(["playing", "stopped", "loading", "playing"]);
  });

  it("begins anew when it breaks, ever more seldom, and at once again after it has played", async () => {
    player.start();
    await play(2);
    opened[0]?.fail();
    opened[0]?.fail();
    expect(phases.at(-1)).toBe("stuck");
    expect(opened[0]?.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(opened).toHaveLength(2);
    opened[1]?.fail();
    await vi.advanceTimersByTimeAsync(900);
    expect(opened).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(opened).toHaveLength(3);
    await play(3);
    opened[2]?.fail();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(opened).toHaveLength(4);
  });

  it("begins anew when the picture stands still", async () => {
    player.start();
    await play(2);
    await vi.advanceTimersByTimeAsync(14_500);
    expect(opened).toHaveLength(2);
    expect(phases).toContain("stuck");
  });

  it("waits for a tap where it may not begin", async () => {
    screen.refuses = true;
    player.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(phases).toEqual(["tap"]);
    expect(opened).toHaveLength(1);
    screen.refuses = false;
    player.go();
    await play(1);
    expect(phases.at(-1)).toBe("playing");
  });

  it("gives up where there is no way to play it", async () => {
    open = () => Promise.reject(new Unplayable());
    player.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(phases).toEqual(["unplayable"]);
  });

  it("leaves nothing behind when it is closed, not even what was still being opened", async () => {
    player.start();
    player.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(opened.map((engine) => engine.closed)).toEqual([true]);
    expect(delays).toEqual([]);
  });
});
