import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RoomClient } from "../src/room/client";
import { Failure } from "../src/room/failure";
import type { Shelf } from "../src/room/storage";
import { FakeLink, FakeServer, luck, memoryShelf, notes } from "./fakes";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function begin(server: FakeServer, options: { link?: FakeLink; shelf?: Shelf; renew?: () => Promise<void> } = {}) {
  const link = options.link ?? new FakeLink(server);
  const client = new RoomClient({
    room: "r1",
    link,
    activities: [notes],
    keep: { shelf: options.shelf ?? memoryShelf(), key: "out" },
    renew: options.renew ?? (() => Promise.resolve()),
  });
  client.start();
  return { client, link, said: () => client.snapshot.activities["notes"] as string[] };
}

const settle = (ms = 50) => vi.advanceTimersByTimeAsync(ms);

describe("joining", () => {
  it("takes the view first, then events in order", async () => {
    const server = new FakeServer();
    server.append("a");
    const { client, said } = begin(server);
    await settle();
    expect(client.snapshot.phase).toBe("live");
    server.append("b");
    await settle();
    expect(said()).toEqual(["a", "b"]);
    expect(client.snapshot.position).toEqual(server.head);
  });

  it("keeps events that overtake the first answer", async () => {
    const server = new FakeServer();
    server.append("a");
    // The answer takes 10 ms each way, events none: "b" comes first.
    const delays = [10, 10, 0];
    const link = new FakeLink(server, { delay: () => delays.shift() ?? 0, lose: () => false, double: () => false });
    const { said } = begin(server, { link });
    await settle(11);
    server.append("b");
    await settle();
    expect(said()).toEqual(["a", "b"]);
  });

  it("ignores events of other rooms and unknown types, but counts the latter's place", async () => {
    const server = new FakeServer();
    const { client, link, said } = begin(server);
    await settle();
    link.push("chat.sent", { type: "chat.sent", room: "r2", epoch: "e1", after: 0, seq: 1, data: { text: "x" } });
    link.push("draw.begun", { type: "draw.begun", room: "r1", epoch: "e1", after: 0, seq: 1, at: 0, by: null, data: {} });
    await settle();
    expect(said()).toEqual([]);
    expect(client.snapshot.position?.seq).toBe(1);
  });

  it("asks again while the server cannot answer, and gives up when it may not", async () => {
    const server = new FakeServer();
    const busy = { ok: false as const, error: { code: "unavailable" as const, message: "", retry: true } };
    server.refusals.set("room.join", [busy, busy]);
    const { client } = begin(server);
    await settle(5_000);
    expect(client.snapshot.phase).toBe("live");

    server.refusals.set("room.join", [
      { ok: false, error: { code: "not_found", message: "", retry: false } },
    ]);
    const second = begin(server);
    await settle();
    expect(second.client.snapshot.phase).toBe("refused");
    expect(second.client.snapshot.refusal?.code).toBe("not_found");
  });
});

describe("recovering", () => {
  it("fills a hole by its position", async () => {
    const server = new FakeServer();
    let drop = false;
    const link = new FakeLink(server, { delay: () => 1, lose: () => drop, double: () => false });
    const { said } = begin(server, { link });
    await settle();
    drop = true;
    server.append("lost");
    drop = false;
    server.append("seen");
    await settle();
    expect(said()).toEqual(["lost", "seen"]);
    expect(server.joins).toBe(2);
  });

  it("learns of a new epoch in a room where nobody says anything", async () => {
    const server = new FakeServer();
    const { client, link, said } = begin(server);
    server.append("old");
    await settle();
    server.restart();
    link.push("room.position", { room: "r1", position: server.head });
    link.push("room.position", { room: "r1", position: server.head });
    await settle();
    expect(client.snapshot.position).toEqual({ epoch: "e1x", seq: 0 });
    expect(said()).toEqual([]);
    expect(server.joins).toBe(2);
  });

  it("asks for what it missed where the room stands further on", async () => {
    const server = new FakeServer();
    let drop = false;
    const link = new FakeLink(server, { delay: () => 1, lose: () => drop, double: () => false });
    const { said } = begin(server, { link });
    await settle();
    drop = true;
    server.append("lost");
    drop = false;
    link.push("room.position", { room: "r1", position: server.head });
    await settle();
    expect(said()).toEqual(["lost"]);
  });

  it("does not take what others alone were told for a hole", async () => {
    const server = new FakeServer();
    const { said } = begin(server);
    await settle();
    server.append("vote", "nobody");
    server.append("a");
    await settle();
    expect(said()).toEqual(["a"]);
    expect(server.joins).toBe(1);
  });

  it("says after a break how much it caught up with", async () => {
    const server = new FakeServer();
    const { client, link, said } = begin(server);
    await settle();
    link.cut();
    await settle();
    expect(client.snapshot.phase).toBe("away");
    server.append("a");
    server.append("b");
    link.connect();
    await settle();
    expect(said()).toEqual(["a", "b"]);
    expect(client.snapshot.resumed).toMatchObject({ recovered: true, missed: 2 });
  });

  it("counts what is replayed before the answer, too", async () => {
    const server = new FakeServer();
    const { client, link, said } = begin(server);
    await settle();
    link.cut();
    server.append("a");
    server.append("b");
    link.connect();
    for (const { type, audience: _, ...body } of server.log) link.push(type, body);
    await settle();
    expect(said()).toEqual(["a", "b"]);
    expect(client.snapshot.resumed).toMatchObject({ recovered: true, missed: 2 });
    server.append("c");
    await settle();
    link.cut();
    link.connect();
    await settle();
    expect(client.snapshot.resumed).toMatchObject({ recovered: true, missed: 0 });
  });

  it("says when it could not catch up, and shows the newest", async () => {
    const server = new FakeServer();
    const { client, link, said } = begin(server);
    await settle();
    server.append("old");
    await settle();
    link.cut();
    server.restart();
    server.append("new");
    link.connect();
    await settle();
    expect(said()).toEqual(["new"]);
    expect(client.snapshot.resumed).toMatchObject({ recovered: false, reason: "epoch" });
    // It breaks once more before that was read, and nothing is missing this time.
    link.cut();
    link.connect();
    await settle();
    expect(client.snapshot.resumed).toMatchObject({ recovered: false, reason: "epoch" });
  });

  it("keeps events that come while it recovers without success", async () => {
    const server = new FakeServer();
    let delays: number[] = [];
    const slow = new FakeLink(server, { delay: () => delays.shift() ?? 1, lose: () => false, double: () => false });
    const { client, link, said } = begin(server, { link: slow });
    await settle();
    server.recovers = false;
    link.cut();
    delays = [10, 10, 0];
    link.connect();
    // The view is made at 10 ms; "after" is announced and arrives before the answer does.
    await settle(11);
    server.append("after");
    await settle(5);
    expect(said()).toEqual(["after"]);
    await settle();
    expect(said()).toEqual(["after"]);
    expect(client.snapshot.position).toEqual(server.head);
  });

  it("takes the whole view when somebody was erased", async () => {
    const server = new FakeServer();
    server.append("mine");
    const { link, client, said } = begin(server);
    await settle();
    server.log = server.log.map((event) => ({ ...event, data: { message: "m1", text: "-" } }));
    const position = server.append("hidden", "nobody");
    link.push("person.erased", { room: "r1", ...position, after: 1, at: 0, by: null, data: { pseudonym: "p" } });
    await settle();
    expect(said()).toEqual(["-"]);
    expect(client.snapshot.resumed).toBeNull();
    server.append("on");
    await settle();
    expect(said()).toEqual(["-", "on"]);
  });

  it("shows the room anew when a rehearsal is cleared", async () => {
    const server = new FakeServer();
    server.append("a try");
    const { link, said } = begin(server);
    await settle();
    expect(said()).toEqual(["a try"]);
    server.log = server.log.map((event) => ({ ...event, audience: "nobody" as const }));
    const position = server.append("hidden", "nobody");
    link.push("room.cleared", { room: "r1", ...position, after: 1, at: 0, by: null, data: { names: {} } });
    await settle();
    expect(said()).toEqual([]);
  });

  it("tells how many are here from the first answer on", async () => {
    const { client, link } = begin(new FakeServer());
    await settle();
    expect(client.snapshot.occupancy).toBe(1);
    link.push("room.occupancy", { room: "r1", count: 128 });
    await settle();
    expect(client.snapshot.occupancy).toBe(128);
  });

  it("tells why the last connection was ended, and does not repeat what ended it", async () => {
    const server = new FakeServer();
    const { client, link } = begin(server);
    await settle();
    void client.send("chat.send", { text: "a" }, { shown: true }).catch(() => undefined);
    link.cut();
    await settle();
    link.connect();
    link.push("connection.closed", { reason: "bad_packet", message: "A packet that is not allowed." });
    await settle();
    expect(client.snapshot.cut?.reason).toBe("bad_packet");
    expect(client.snapshot.phase).toBe("live");
    expect(client.snapshot.sending[0]).toMatchObject({ state: "failed", failure: { code: "invalid" } });
    expect(server.texts()).toEqual([]);
  });

  it("sends what is unanswered behind its join, without waiting for the answer", async () => {
    const server = new FakeServer();
    const link = new FakeLink(server, { delay: () => 150, lose: () => false, double: () => false });
    const { client, said } = begin(server, { link });
    await settle(400);
    void client.send("chat.send", { text: "a" }, { shown: true });
    await settle(160);
    link.cut(); // stored, and the answer is lost
    void client.send("chat.send", { text: "b" }, { shown: true });
    link.connect();
    await settle(340);
    // One round trip and a moment: joined, and "a" known; "b" goes after it.
    expect(client.snapshot.phase).toBe("live");
    expect(server.received.map((one) => one.type)).toEqual(["room.join", "chat.send", "room.join", "chat.send"]);
    expect(client.snapshot.sending.map((one) => one.fields["text"])).toEqual(["b"]);
    await settle(400);
    expect(said()).toEqual(["a", "b"]);
    expect(client.snapshot.sending).toEqual([]);
  });

  it("waits with what was refused behind a join until the next one", async () => {
    const server = new FakeServer();
    const { client, link, said } = begin(server);
    await settle();
    link.cut();
    void client.send("chat.send", { text: "a" }, { shown: true });
    server.refusals.set("room.join", [{ ok: false, error: { code: "unavailable", message: "", retry: true, retry_after_ms: 500 } }]);
    server.refusals.set("chat.send", [{ ok: false, error: { code: "not_joined", message: "", retry: false } }]);
    const delays = [30, 30, 30, 30];
    link.temper.delay = () => delays.shift() ?? 1;
    link.connect();
    await settle(450);
    expect(server.received.map((one) => one.type)).toEqual(["room.join", "room.join", "chat.send"]);
    await settle(400);
    expect(server.received.slice(3).map((one) => one.type)).toEqual(["room.join", "chat.send"]);
    expect(said()).toEqual(["a"]);
    expect(client.snapshot.sending).toEqual([]);
  });

  it("asks no room again while its token is being renewed", async () => {
    const server = new FakeServer();
    let renewed = (): void => undefined;
    const renew = () => new Promise<void>((resolve) => (renewed = resolve));
    const { client, link, said } = begin(server, { renew });
    await settle();
    link.cut();
    void client.send("chat.send", { text: "a" }, { shown: true });
    server.refusals.set("room.join", [{ ok: false, error: { code: "expired", message: "", retry: false } }]);
    server.refusals.set("chat.send", [{ ok: false, error: { code: "not_joined", message: "", retry: false } }]);
    const delays = [30, 30, 30, 30];
    link.temper.delay = () => delays.shift() ?? 1;
    link.connect();
    await settle(2_000);
    expect(server.received.map((one) => one.type)).toEqual(["room.join", "room.join", "chat.send"]);
    renewed();
    await settle();
    expect(said()).toEqual(["a"]);
    expect(client.snapshot.phase).toBe("live");
  });

  it("renews a token that has run out, and says so if that is refused", async () => {
    const server = new FakeServer();
    const renew = vi.fn<() => Promise<void>>(() => Promise.resolve());
    const { client, link } = begin(server, { renew });
    await settle();
    link.cut();
    link.refuse(new Failure("expired"));
    await settle();
    expect(renew).toHaveBeenCalledTimes(1);
    expect(client.snapshot.phase).toBe("live");

    renew.mockRejectedValueOnce(new Failure("revoked"));
    link.cut();
    link.refuse(new Failure("expired"));
    await settle();
    expect(client.snapshot.phase).toBe("refused");
    expect(client.snapshot.refusal?.code).toBe("revoked");
  });
});

describe("any order of losses, doubles, delays, breaks and reloads", () => {
  const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

  it.each(seeds)("run %i loses nothing and keeps the order", async (seed) => {
    const chance = luck(seed);
    vi.spyOn(Math, "random").mockImplementation(chance);
    let calm = false;
    const temper = {
      delay: () => (calm ? 1 : Math.floor(chance() * 60)),
      lose: () => !calm && chance() < 0.1,
      double: () => !calm && chance() < 0.1,
    };
    const server = new FakeServer();
    const shelf = memoryShelf();
    let { client, link, said } = begin(server, { link: new FakeLink(server, temper), shelf });
    const mine: string[] = [];
    const others: string[] = [];

    for (let step = 0; step < 150; step += 1) {
      const what = chance();
      if (what < 0.45) {
        others.push(`other ${step}`);
        server.append(`other ${step}`);
      } else if (what < 0.5) {
        server.append("hidden", "nobody");
      } else if (what < 0.75) {
        mine.push(`mine ${step}`);
        client.send("chat.send", { text: `mine ${step}` }, { shown: true }).catch(() => {});
      } else if (what < 0.8) {
        link.cut();
      } else if (what < 0.9) {
        link.connect();
      } else if (what < 0.92) {
        client.stop();
        link.cut();
        ({ client, link, said } = begin(server, { link: new FakeLink(server, temper), shelf }));
      } else if (what < 0.94) {
        server.recovers = !server.recovers;
      }
      await settle(Math.floor(chance() * 80));
    }

    calm = true;
    server.recovers = true;
    link.cut();
    link.connect();
    await settle(120_000);

    expect(said()).toEqual(server.texts());
    expect(client.snapshot.position).toEqual(server.head);
    const stored = server.texts();
    expect(stored.filter((text) => text.startsWith("other"))).toEqual(others);
    // Every message once, and in the order in which it was written.
    expect(stored.filter((text) => text.startsWith("mine"))).toEqual(mine);
    expect(client.outgoing.items).toEqual([]);
    vi.restoreAllMocks();
  });
});
