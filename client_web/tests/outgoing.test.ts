import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Failure } from "../src/room/failure";
import type { Answer } from "../src/room/messages";
import { Outgoing } from "../src/room/outgoing";
import { shelf, type Shelf } from "../src/room/storage";
import { memoryShelf } from "./fakes";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const refusal = (code: string, retry: boolean, retry_after_ms?: number) =>
  ({ ok: false, error: { code, message: "", retry, ...(retry_after_ms ? { retry_after_ms } : {}) } }) as Answer;
const stored = (seq: number): Answer => ({ ok: true, position: { epoch: "e", seq } });

/** A queue and the requests it makes; each is answered by hand. */
function begin(keep: Shelf = memoryShelf()) {
  const asked: { type: string; body: Record<string, unknown>; answer(answer: Answer | Failure): void }[] = [];
  const lost = vi.fn<(failure: Failure) => void>();
  const outgoing = new Outgoing(
    "r1",
    {
      request: (type, body) =>
        new Promise((resolve, reject) =>
          asked.push({
            type,
            body: body as Record<string, unknown>,
            answer: (answer) => (answer instanceof Failure ? reject(answer) : resolve(answer)),
          }),
        ),
      changed: () => {},
      lost,
      stored: () => {},
    },
    { shelf: keep, key: "out" },
  );
  return { outgoing, asked, lost };
}

const turn = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

describe("the queue of commands", () => {
  it("has one unanswered at a time, in order", async () => {
    const { outgoing, asked } = begin();
    outgoing.open();
    void outgoing.send("chat.send", { text: "a" }, 0, { shown: true });
    void outgoing.send("chat.send", { text: "b" }, 0, { shown: true });
    await turn();
    expect(asked.map((one) => one.body["text"])).toEqual(["a"]);
    asked[0]?.answer(stored(1));
    await turn();
    expect(asked.map((one) => one.body["text"])).toEqual(["a", "b"]);
  });

  it("sends again under the same id after a time-out, a break and a reload", async () => {
    const keep = memoryShelf();
    const { outgoing, asked } = begin(keep);
    outgoing.open();
    void outgoing.send("chat.send", { text: "a" }, 0, { shown: true });
    asked[0]?.answer(new Failure("timeout", "", true));
    await turn(2_000);
    expect(asked).toHaveLength(2);
    outgoing.hold();
    asked[1]?.answer(new Failure("network", "", true));
    await turn(5_000);
    expect(asked).toHaveLength(2);
    outgoing.stop();

    const again = begin(keep);
    again.outgoing.open();
    await turn();
    expect(new Set([...asked, ...again.asked].map((one) => one.body["id"])).size).toBe(1);
    expect(again.asked).toHaveLength(1);
  });

  it("waits as long as it is told, without holding up other lanes", async () => {
    const { outgoing, asked } = begin();
    outgoing.open();
    void outgoing.send("chat.send", { text: "a" }, 0, { shown: true });
    asked[0]?.answer(refusal("rate_limited", true, 5_000));
    await turn();
    expect(outgoing.heldUntil("chat") - Date.now()).toBe(5_000);
    void outgoing.send("chat.send", { text: "b" }, 0, { shown: true });
    void outgoing.send("poll.vote", { poll: "p", choices: ["1"] }, 0);
    await turn();
    expect(asked.map((one) => one.type)).toEqual(["chat.send", "poll.vote"]);
    asked[1]?.answer(stored(2));
    await turn(4_990);
    expect(asked).toHaveLength(2);
    await turn(20);
    expect(asked[2]?.body).toEqual(asked[0]?.body);
  });

  it("keeps a refused message for another try, and drops what only reports", async () => {
    const { outgoing, asked } = begin();
    outgoing.open();
    const said = outgoing.send("chat.send", { text: "a" }, 0, { shown: true });
    const refused = said.catch((error: Failure) => error.code);
    asked[0]?.answer(refusal("closed", false));
    expect(await refused).toBe("closed");
    expect(outgoing.items[0]).toMatchObject({ state: "failed", failure: { code: "closed" } });
    outgoing.retry(outgoing.items[0]?.id ?? "");
    expect(asked[1]?.body).toEqual(asked[0]?.body);
    asked[1]?.answer(stored(3));
    await turn();
    outgoing.passed({ epoch: "e", seq: 2 });
    expect(outgoing.items).toHaveLength(1);
    outgoing.passed({ epoch: "e", seq: 3 });
    expect(outgoing.items).toHaveLength(0);

    const opened = outgoing.send("poll.open", { poll: "p" }, 0);
    const forbidden = opened.catch((error: Failure) => error.code);
    asked[2]?.answer(refusal("forbidden", false));
    expect(await forbidden).toBe("forbidden");
    expect(outgoing.items).toHaveLength(0);
  });

  it("asks a server in trouble ever more seldom, then the person", async () => {
    const { outgoing, asked } = begin();
    outgoing.open();
    const said = outgoing.send("chat.send", { text: "a" }, 0, { shown: true });
    const refused = said.catch((error: Failure) => error.code);
    for (let round = 0; round < 200 && outgoing.items[0]?.state === "waiting"; round += 1) {
      asked.at(-1)?.answer(refusal("unavailable", true));
      await turn(1_000);
    }
    expect(await refused).toBe("unavailable");
    expect(outgoing.items[0]?.state).toBe("failed");
    expect(asked.length).toBeLessThan(30);
  });

  it("takes a changed vote in place of one that has not left", async () => {
    const { outgoing, asked } = begin();
    outgoing.open();
    for (const choice of ["1", "2", "3"]) {
      outgoing.send("poll.vote", { choices: [choice] }, 0, { replaces: "vote p" }).catch(() => {});
    }
    asked[0]?.answer(stored(1));
    await turn();
    expect(asked.map((one) => one.body["choices"])).toEqual([["1"], ["3"]]);
  });

  it("does not send again what the server may have forgotten", async () => {
    const { outgoing, asked } = begin();
    outgoing.open();
    outgoing.send("chat.send", { text: "a" }, 0, { shown: true }).catch(() => {});
    outgoing.hold();
    asked[0]?.answer(new Failure("network", "", true));
    await turn(10 * 60_000);
    outgoing.open();
    await turn();
    expect(asked).toHaveLength(1);
    expect(outgoing.items[0]?.failure?.code).toBe("unsure");
  });

  it("asks to join again when the server does not know us", async () => {
    const { outgoing, asked, lost } = begin();
    outgoing.open();
    void outgoing.send("chat.send", { text: "a" }, 0, { shown: true });
    asked[0]?.answer(refusal("not_joined", false));
    await turn();
    expect(lost).toHaveBeenCalledWith(expect.objectContaining({ code: "not_joined" }));
    expect(asked).toHaveLength(1);
    outgoing.open();
    expect(asked[1]?.body).toEqual(asked[0]?.body);
  });

  it("sends no half characters, also none that were kept from before", async () => {
    const keep = memoryShelf();
    begin(keep).outgoing.send("chat.send", { text: "好\ud83e" }, 0, { shown: true }).catch(() => undefined);
    const [kept] = keep.get<{ fields: Record<string, unknown> }[]>("out") ?? [];
    expect(kept?.fields).toEqual({ text: "好" });
    keep.set("out", [{ ...kept, fields: { text: "旧\ud83e" } }]);
    const { outgoing, asked } = begin(keep);
    outgoing.open();
    expect(asked[0]?.body["text"]).toBe("旧");
  });

  it("does not send again what ended the connection", async () => {
    const { outgoing, asked } = begin();
    outgoing.open();
    void outgoing.send("chat.send", { text: "a" }, 0, { shown: true }).catch(() => undefined);
    void outgoing.send("chat.send", { text: "b" }, 0, { shown: true });
    outgoing.hold();
    asked[0]?.answer(new Failure("network", "", true));
    await turn();
    outgoing.blame(new Failure("too_large"));
    outgoing.open();
    await turn();
    expect(outgoing.items[0]).toMatchObject({ state: "failed", failure: { code: "too_large" } });
    expect(asked.map((one) => one.body["text"])).toEqual(["a", "b"]);
    // Nothing was lost by this connection, so nothing is to blame.
    outgoing.blame(new Failure("too_large"));
    expect(outgoing.items[1]?.state).toBe("waiting");
  });

  it("fails what ended the connection though it was sent once more", async () => {
    const { outgoing, asked } = begin();
    outgoing.open();
    const answered = outgoing.send("chat.send", { text: "a" }, 0, { shown: true });
    void answered.catch(() => undefined);
    outgoing.hold();
    asked[0]?.answer(new Failure("network", "", true));
    await turn();
    outgoing.open();
    await turn();
    expect(asked).toHaveLength(2);
    outgoing.blame(new Failure("too_large"));
    await expect(answered).rejects.toMatchObject({ code: "too_large" });
    outgoing.hold();
    asked[1]?.answer(new Failure("network", "", true));
    await turn();
    outgoing.open();
    outgoing.blame(new Failure("too_large"));
    await turn(5_000);
    expect(asked).toHaveLength(2);
    expect(outgoing.items[0]).toMatchObject({ state: "failed", failure: { code: "too_large" } });
    outgoing.retry(outgoing.items[0]?.id ?? "");
    await turn();
    asked[2]?.answer(stored(1));
    await turn();
    expect(outgoing.items[0]).toMatchObject({ state: "sent" });
  });

  it("has a bound, and lives without storage", async () => {
    const broken = shelf(() => {
      throw new Error("denied");
    });
    const { outgoing } = begin(broken);
    for (let count = 0; count < 60; count += 1) void outgoing.send("chat.send", { text: "a" }, 0, { shown: true });
    await expect(outgoing.send("chat.send", { text: "b" }, 0)).rejects.toMatchObject({ code: "full" });
    expect(begin(broken).outgoing.items).toHaveLength(60);
  });
});
