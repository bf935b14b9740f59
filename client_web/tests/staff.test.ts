import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { staffEn } from "../src/i18n/staff_en";
import { staffZh } from "../src/i18n/staff_zh";
import { lobbyApi } from "../src/lobby/api";
import { coded } from "../src/room/coded";
import { staffApi } from "../src/staff/api";
import { bytesOf, canUsePasskeys, deviceName, makePasskey, PasskeyFailure, showPasskey, textOf } from "../src/staff/passkey";
import { placeOf, safeNext } from "../src/staff/place";

interface Asked {
  method: string;
  path: string;
  body: unknown;
}

let asked: Asked[] = [];
let answers: (() => Response)[] = [];

beforeEach(() => {
  asked = [];
  answers = [];
  vi.stubGlobal("location", { hostname: "live.example" });
  vi.stubGlobal("fetch", async (path: string, options: { method: string; body?: string }) => {
    asked.push({ method: options.method, path, body: options.body === undefined ? null : JSON.parse(options.body) });
    return answers.shift()?.() ?? Response.json({});
  });
});
afterEach(() => void vi.unstubAllGlobals());

describe("the way after signing in", () => {
  it("leads only into our own house", () => {
    expect(safeNext("/host/r1?lang=en")).toBe("/host/r1?lang=en");
    const tricks = ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", null];
    for (const trick of [...tricks, "/.//evil.example", "/a/..//evil.example", "/%2e//evil.example", "/.\\\\evil.example", "/\t/evil.example", "//["]) {
      expect(safeNext(trick)).toBeNull();
    }
  });

  it("knows each page by its address", () => {
    expect(placeOf("/lobby")).toEqual({ page: "lobby" });
    expect(placeOf("/lobby/rooms/r%201")).toEqual({ page: "room", room: "r 1" });
    expect(placeOf("/lobby/rooms/100%")).toEqual({ page: "room", room: "100%" });
    expect(placeOf("/lobby/rooms/r1/sheet")).toEqual({ page: "sheet", room: "r1" });
    expect(placeOf("/lobby/rooms/50%")).toEqual({ page: "room", room: "50%" });
    expect(placeOf("/staff")).toEqual({ page: "account" });
    expect(placeOf("/staff/people")).toEqual({ page: "people" });
    expect(placeOf("/staff/nowhere")).toEqual({ page: "account" });
  });
});

describe("what staff ask for", () => {
  it("goes where the contract says", async () => {
    await staffApi.signIn("lin", "secret-8817");
    await staffApi.change("st_1", { disabled: true });
    await staffApi.setPassword("new-secret-8817");
    await staffApi.setPassword("new-secret-8817", "old");
    await lobbyApi.rooms({ shop: "s 1", before: 5 });
    await lobbyApi.duplicate("r1", "再来一次");
    expect(asked).toEqual([
      { method: "POST", path: "/api/v1/staff/session", body: { login: "lin", password: "secret-8817" } },
      { method: "PATCH", path: "/api/v1/staff/st_1", body: { disabled: true } },
      { method: "PUT", path: "/api/v1/staff/password", body: { password: "new-secret-8817" } },
      { method: "PUT", path: "/api/v1/staff/password", body: { current: "old", password: "new-secret-8817" } },
      { method: "GET", path: "/api/v1/rooms?limit=30&shop=s+1&before=5", body: null },
      { method: "POST", path: "/api/v1/rooms/r1/duplicate", body: { title: "再来一次" } },
    ]);
  });

  it("says how long to wait after too many tries", async () => {
    answers = [() => Response.json({ error: { code: "rate_limited", message: "", retry: true, retry_after_ms: 4_000 } }, { status: 429 })];
    await expect(staffApi.signIn("lin", "x")).rejects.toMatchObject({ code: "rate_limited", retryAfter: 4_000 });
  });
});

describe("a code", () => {
  it("is made neat while it is typed", () => {
    expect(coded("abcd", 6)).toBe("ABC-D");
    expect(coded(" ab c-d ef9", 6)).toBe("ABC-DEF");
    expect(coded("ＡＢＣＤ２", 8)).toBe("ABCD-2");
    expect(coded("abcd", 8)).toBe("ABCD");
    expect(coded("", 6)).toBe("");
  });
});

describe("passkeys", () => {
  const bytes = (...values: number[]) => Uint8Array.from(values).buffer;

  it("speak the form of the web", () => {
    expect(textOf(bytes(251, 255, 254, 1))).toBe("-__-AQ");
    expect([...bytesOf("-__-AQ")]).toEqual([251, 255, 254, 1]);
  });

  it("are made with bytes and told as text", async () => {
    const create = vi.fn<(options: CredentialCreationOptions) => Promise<unknown>>(async () => ({
      id: "AQI",
      rawId: bytes(1, 2),
      type: "public-key",
      authenticatorAttachment: "platform",
      getClientExtensionResults: () => ({}),
      response: { clientDataJSON: bytes(3), attestationObject: bytes(4), getTransports: () => ["internal"] },
    }));
    vi.stubGlobal("window", { PublicKeyCredential: Object });
    vi.stubGlobal("navigator", { credentials: { create } });
    const made = await makePasskey({
      challenge: "BQY",
      rp: { id: "localhost", name: "Showfloor" },
      user: { id: "Bw", name: "lin", displayName: "小林" },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
      excludeCredentials: [{ id: "CA", type: "public-key" }],
    });
    const given = create.mock.calls[0]?.[0].publicKey;
    expect([...new Uint8Array(given?.challenge as Uint8Array<ArrayBuffer>)]).toEqual([5, 6]);
    expect([...new Uint8Array(given?.user.id as Uint8Array<ArrayBuffer>)]).toEqual([7]);
    expect(made).toEqual({
      id: "AQI",
      rawId: "AQI",
      type: "public-key",
      authenticatorAttachment: "platform",
      clientExtensionResults: {},
      response: { clientDataJSON: "Aw", attestationObject: "BA", transports: ["internal"] },
    });
  });

  it("say in our words why none came", async () => {
    vi.stubGlobal("window", { PublicKeyCredential: Object });
    const given = (name: string) => ({ credentials: { get: async () => Promise.reject(new DOMException("x", name)) } });
    for (const [name, reason] of [
      ["NotAllowedError", "passkey_given_up"],
      ["SecurityError", "no_passkeys"],
      ["InvalidStateError", "passkey_known"],
    ]) {
      vi.stubGlobal("navigator", given(name as string));
      await expect(showPasskey({ challenge: "AA" })).rejects.toMatchObject({ reason });
    }
    vi.stubGlobal("window", {});
    await expect(showPasskey({ challenge: "AA" })).rejects.toBeInstanceOf(PasskeyFailure);
  });

  it("need a name of the house", () => {
    vi.stubGlobal("window", { PublicKeyCredential: Object });
    vi.stubGlobal("navigator", { credentials: {} });
    expect(["live.example", "localhost", "10.example", "192.168.0.7", "[::1]"].filter((host) => canUsePasskeys(host))).toEqual([
      "live.example",
      "localhost",
      "10.example",
    ]);
  });

  it("are called after the device", () => {
    expect(deviceName("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1")).toBe("Safari · iPhone");
    expect(deviceName("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140 Safari/537.36 Edg/140")).toBe("Edge · Windows");
    expect(deviceName("curl")).toBe("?");
  });
});

describe("the staff's words", () => {
  const texts = (words: object): string[] =>
    Object.values(words).flatMap((value: unknown) => {
      if (typeof value === "function") return texts([(value as (...given: unknown[]) => unknown)(3, 4)]);
      return typeof value === "object" && value !== null ? texts(value) : [String(value)];
    });

  it("say something in both languages, each in its own script", () => {
    expect([...texts(staffZh), ...texts(staffEn)].filter((text) => text.includes("undefined"))).toEqual([]);
    expect(texts(staffEn).filter((text) => /\p{Script=Han}/u.test(text))).toEqual([]);
    expect(texts(staffZh).filter((text) => /\p{Script=Han}[,;?!:]/u.test(text))).toEqual([]);
  });

  it("name the same roles, acts and errors", () => {
    for (const table of ["roles", "actions", "errors"] as const) {
      expect(Object.keys(staffEn[table])).toEqual(Object.keys(staffZh[table]));
    }
  });
});
