import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stayAwake } from "../src/wall/awake";
import { pairing } from "../src/wall/pair";

class Lock {
  released = false;
  #acts: (() => void)[] = [];
  addEventListener(_: "release", act: () => void): void {
    this.#acts.push(act);
  }
  release(): void {
    this.released = true;
    for (const act of this.#acts) act();
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = () => vi.advanceTimersByTimeAsync(0);

describe("a screen", () => {
  let locks: Lock[] = [];
  let visible = true;
  let change = () => {};
  let refuse = false;
  const screen = {
    visible: () => visible,
    listen: (act: () => void) => (change = act),
    lock: async () => {
      if (refuse) throw new Error("low battery");
      locks.push(new Lock());
      return locks[locks.length - 1] as Lock;
    },
  };
  beforeEach(() => {
    locks = [];
    visible = true;
    refuse = false;
  });

  it("is kept awake again after its lock was taken away", async () => {
    stayAwake(screen, true);
    await settle();
    expect(locks).toHaveLength(1);
    locks[0]?.release();
    await settle();
    expect(locks).toHaveLength(2);
  });

  it("asks again when it is seen again, and not twice", async () => {
    stayAwake(screen, true);
    await settle();
    visible = false;
    locks[0]?.release();
    await settle();
    expect(locks).toHaveLength(1);
    visible = true;
    change();
    change();
    await settle();
    expect(locks).toHaveLength(2);
  });

  it("asks again some time after it was refused", async () => {
    refuse = true;
    stayAwake(screen, true);
    await settle();
    refuse = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(locks).toHaveLength(1);
  });

  it("asks for nothing where there is nothing to ask", async () => {
    stayAwake(screen, false);
    await settle();
    expect(locks).toEqual([]);
  });
});

describe("pairing", () => {
  let answers: Record<string, (() => Response)[]> = {};
  let asked: string[] = [];
  const said: (string | null)[] = [];

  beforeEach(() => {
    asked = [];
    said.length = 0;
    vi.stubGlobal("fetch", async (path: string) => {
      asked.push(path);
      const answer = answers[path.replace("/api/v1", "")]?.shift();
      if (!answer) throw new TypeError("no network");
      return answer();
    });
  });

  const code = (name: string) => () => Response.json({ pairing: `p ${name}`, code: name, expires_at: Date.now() + 600_000 });

  it("shows a code until somebody typed it, over pauses and a server that forgot it", async () => {
    answers = {
      "/pairings": [code("ABC-DEF"), code("GHK-MNP")],
      "/pairings/collect": [
        () => Response.json({ paired: false }),
        () => Response.json({ error: { code: "not_found", message: "", retry: false } }, { status: 404 }),
        () => Response.json({ paired: true, room: "r1", link: "l.signed" }),
      ],
    };
    const paired = vi.fn<(room: string, link: string) => Promise<void>>(async () => {});
    void pairing((one) => said.push(one), paired, () => true);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(said).toEqual(["ABC-DEF", null, "GHK-MNP"]);
    expect(paired.mock.calls).toEqual([["r1", "l.signed"]]);
    expect(asked).toHaveLength(5);
  });

  it("keeps the code through a break, and ends with the page", async () => {
    answers = { "/pairings": [code("ABC-DEF")], "/pairings/collect": [] };
    let live = true;
    void pairing((one) => said.push(one), async () => {}, () => live);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(new Set(said)).toEqual(new Set(["ABC-DEF"]));
    live = false;
    await vi.advanceTimersByTimeAsync(20_000);
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.length).toBe(before);
  });
});
