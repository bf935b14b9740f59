import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { audienceAddress, DEVICE, NICKNAME, Session, takeAddress } from "../src/room/session";
import { memoryShelf } from "./fakes";

interface Asked {
  path: string;
  body: Record<string, unknown>;
}

let asked: Asked[] = [];
let answers: (() => Response)[] = [];

const pass = (token: string, lasts = 3_600_000) => () =>
  Response.json({
    token,
    device: "d1.signed",
    room: "r1",
    role: "attendee",
    user: "guest-1",
    name: "小王",
    expires_at: Date.now() + lasts,
  });
const refusal = (status: number, code: string, retry: boolean) => () =>
  Response.json({ error: { code, message: "", retry } }, { status });

beforeEach(() => {
  asked = [];
  answers = [];
  vi.stubGlobal("fetch", async (path: string, options: { body?: string }) => {
    asked.push({ path, body: JSON.parse(options.body ?? "{}") as Record<string, unknown> });
    const answer = answers.shift();
    if (!answer) throw new TypeError("no network");
    return answer();
  });
});
afterEach(() => void vi.unstubAllGlobals());

describe("a session", () => {
  it("lets a guest in by a nickname, and is the same person next time", async () => {
    const shelf = memoryShelf();
    answers = [pass("t1"), pass("t2")];
    const session = await Session.begin(shelf, "audience", "r1", undefined, "小王");
    expect(asked[0]).toEqual({ path: "/api/v1/rooms/r1/guest", body: { nickname: "小王" } });
    expect(shelf.get(DEVICE)).toBe("d1.signed");
    expect(shelf.get(NICKNAME)).toBe("小王");
    expect((await Session.resume(shelf, "audience", "r1"))?.pass.token).toBe("t1");
    expect(asked).toHaveLength(1);

    await session.renew();
    expect(asked[1]?.body).toEqual({ nickname: "小王", device: "d1.signed" });
    expect((await Session.resume(shelf, "audience", "r1"))?.pass.token).toBe("t2");
  });

  it("stays in the shop whose code was scanned, until another is", async () => {
    const shelf = memoryShelf();
    answers = [pass("t1"), pass("t2"), pass("t3")];
    const session = await Session.begin(shelf, "audience", "r1", undefined, "小王", "east");
    expect(asked[0]?.body).toEqual({ nickname: "小王", shop: "east" });
    await session.renew();
    expect(asked[1]?.body).toMatchObject({ shop: "east" });
    const again = await Session.resume(shelf, "audience", "r1");
    await again?.moveTo("west");
    expect(asked[2]?.body).toEqual({ nickname: "小王", device: "d1.signed", shop: "west" });
    expect((await Session.resume(shelf, "audience", "r1"))?.shop).toBe("west");
  });

  it("stays in its shop where the move is refused, and may be in none", async () => {
    const shelf = memoryShelf();
    answers = [pass("t1"), refusal(503, "unavailable", true), pass("t2")];
    const session = await Session.begin(shelf, "audience", "r1", undefined, "小王", "east");
    await expect(session.moveTo("west")).rejects.toMatchObject({ code: "unavailable" });
    expect(session.shop).toBe("east");
    await session.moveTo(undefined);
    expect(asked[2]?.body).toEqual({ nickname: "小王", device: "d1.signed" });
    expect((await Session.resume(shelf, "audience", "r1"))?.shop).toBeUndefined();
  });

  it("renews what has run out before it is used", async () => {
    const shelf = memoryShelf();
    answers = [pass("t1", -1), pass("t2")];
    await Session.begin(shelf, "host", "r1", "link.signed");
    expect(asked[0]).toEqual({ path: "/api/v1/links/exchange", body: { link: "link.signed" } });
    expect((await Session.resume(shelf, "host", "r1"))?.pass.token).toBe("t2");
    expect(asked[1]?.body).toMatchObject({ link: "link.signed", device: "d1.signed" });
  });

  it("goes by how long a token lasts, not by what this device takes for the time", async () => {
    const claims = btoa(JSON.stringify({ iat: 1_000, exp: 1_600 }));
    const ofLongAgo = () => Response.json({ token: `h.${claims}.s`, room: "r1", role: "attendee", user: "u", name: "u", expires_at: 1_600_000 });
    answers = [ofLongAgo];
    const session = await Session.begin(memoryShelf(), "audience", "r1", undefined, "小王");
    expect(Math.round(session.freshFor / 1000)).toBe(510);
  });

  it("opens for staff by their cookie each time, and keeps nothing in the browser", async () => {
    const shelf = memoryShelf();
    answers = [pass("t1"), pass("t2")];
    const session = await Session.asStaff(shelf, "host", "r1");
    expect(session.staff).toBe(true);
    await session.renew();
    expect(session.pass.token).toBe("t2");
    expect(asked.map(({ path }) => path)).toEqual(["/api/v1/rooms/r1/enter", "/api/v1/rooms/r1/enter"]);
    expect(await Session.resume(shelf, "host", "r1")).toBeNull();
  });

  it("comes back to a seat with its name and device", async () => {
    const shelf = memoryShelf();
    answers = [pass("t1"), pass("t2")];
    const session = await Session.bySeat(shelf, "audience", "r1", "ABCD-EFGH");
    expect(asked[0]).toEqual({ path: "/api/v1/rooms/r1/seat", body: { code: "ABCD-EFGH" } });
    expect([shelf.get(DEVICE), shelf.get(NICKNAME)]).toEqual(["d1.signed", "小王"]);
    await session.renew();
    expect(asked[1]).toEqual({ path: "/api/v1/rooms/r1/guest", body: { nickname: "小王", device: "d1.signed" } });
  });

  it("keeps pages and rooms apart", async () => {
    const shelf = memoryShelf();
    answers = [pass("t1")];
    await Session.begin(shelf, "audience", "r1", undefined, "小王");
    expect(await Session.resume(shelf, "host", "r1")).toBeNull();
    expect(await Session.resume(shelf, "audience", "r2")).toBeNull();
  });

  it("says why it cannot come in", async () => {
    const shelf = memoryShelf();
    answers = [refusal(401, "revoked", false), refusal(503, "unavailable", true), () => new Response("<html>", { status: 502 })];
    await expect(Session.begin(shelf, "wall", "r1", "l")).rejects.toMatchObject({ code: "revoked", retry: false });
    await expect(Session.begin(shelf, "wall", "r1", "l")).rejects.toMatchObject({ code: "unavailable", retry: true });
    await expect(Session.begin(shelf, "wall", "r1", "l")).rejects.toMatchObject({ code: "unavailable", retry: true });
    await expect(Session.begin(shelf, "wall", "r1", "l")).rejects.toMatchObject({ code: "network", retry: true });
    await expect(Session.begin(shelf, "audience", "r1")).rejects.toMatchObject({ code: "unauthorized" });
  });
});

describe("an address", () => {
  it("gives room and link, and loses the link at once", () => {
    const replaceState = vi.fn<(state: unknown, title: string, url: string) => void>();
    vi.stubGlobal("history", { replaceState });
    vi.stubGlobal("location", { pathname: "/host/r%201", search: "?lang=en", hash: "#link=abc.def" });
    expect(takeAddress()).toEqual({ room: "r 1", link: "abc.def" });
    expect(replaceState).toHaveBeenCalledWith(null, "", "/host/r%201?lang=en");
  });

  it("leads the audience to the server's public name", () => {
    expect(audienceAddress("r1", "https://live.example")).toBe("https://live.example/r/r1");
  });
});
