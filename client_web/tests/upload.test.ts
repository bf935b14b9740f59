import { afterEach, describe, expect, it, vi } from "vitest";
import { sendPhoto } from "../src/room/upload";

/** A server that keeps what comes, and breaks the line where it is told to. */
class Server {
  readonly here: number[] = [];
  sent = 0;
  added = 0;
  ids = new Set<string>();
  constructor(
    readonly size: number,
    /** What of a piece comes before the line breaks, by the number of the try; undefined: all of it. */
    readonly breaks: (attempt: number) => number | undefined = () => undefined,
    readonly last: () => Response = () => Response.json({ photo: "p1", width: 4, height: 3, color: "#fff", shown: false }, { status: 201 }),
  ) {}

  get offset(): number {
    return this.here.reduce((sum, one) => sum + one, 0);
  }

  #pieces = 0;
  readonly fetch = async (url: string, { method, headers, body }: RequestInit): Promise<Response> => {
    if ((headers as Record<string, string>)["authorization"] !== "Bearer token") return new Response(null, { status: 401 });
    if (url.endsWith("/uploads")) return Response.json({ upload: "u1", offset: 0, size: this.size, piece: 400_000 }, { status: 201 });
    if (url.endsWith("/photos")) {
      this.added += 1;
      this.ids.add((JSON.parse(String(body)) as { id: string }).id);
      return this.last();
    }
    const stands = { status: method === "HEAD" ? 200 : 204, headers: { "upload-offset": String(this.offset) } };
    if (method === "HEAD") return new Response(null, stands);
    if ((headers as Record<string, string>)["upload-offset"] !== String(this.offset)) {
      return Response.json({ error: { code: "conflict", message: "", retry: false } }, { status: 409 });
    }
    const piece = (body as Blob).size;
    this.#pieces += 1;
    const comes = this.breaks(this.#pieces);
    this.sent += comes ?? piece;
    this.here.push(Math.min(comes ?? piece, piece));
    if (comes !== undefined) throw new TypeError("the line broke");
    return new Response(null, { status: 204, headers: { "upload-offset": String(this.offset) } });
  };
}

const file = (size: number) => new Blob([new Uint8Array(size)]);
const send = (server: Server, more: object = {}) => {
  vi.stubGlobal("fetch", server.fetch);
  return sendPhoto(file(server.size), { room: "r1", token: () => "token", pause: () => Promise.resolve(), ...more });
};

afterEach(() => vi.unstubAllGlobals());

describe("a photo on its way", () => {
  it("goes in pieces that grow", async () => {
    const server = new Server(1_000_000);
    const shares: number[] = [];
    await expect(send(server, { onProgress: (share: number) => shares.push(share) })).resolves.toMatchObject({ photo: "p1" });
    expect(server.here.length).toBeLessThan(6);
    expect(Math.max(...server.here)).toBe(400_000);
    expect(shares.at(-1)).toBe(1);
  });

  it("goes on where it stood when the line broke, and sends little twice", async () => {
    const server = new Server(5_000_000, (attempt) => (attempt === 4 ? 60_000 : attempt === 7 ? 0 : undefined));
    await send(server);
    expect(server.offset).toBe(5_000_000);
    expect(server.sent).toBe(5_000_000);
    expect(server.added).toBe(1);
  });

  it("goes on where only the answer was lost", async () => {
    const server = new Server(300_000, (attempt) => (attempt === 1 ? 131_072 : undefined));
    await send(server);
    expect(server.sent).toBe(300_000);
  });

  it("is added once, however often that has to be asked", async () => {
    let asked = 0;
    const server = new Server(1_000, undefined, () => {
      asked += 1;
      if (asked === 1) throw new TypeError("the line broke");
      if (asked === 2) return Response.json({ error: { code: "overloaded", message: "", retry: true } }, { status: 503 });
      return Response.json({ photo: "p1", width: 4, height: 3, color: "#fff", shown: true }, { status: 201 });
    });
    await expect(send(server)).resolves.toMatchObject({ shown: true });
    expect(server.added).toBe(3);
    expect(server.ids.size).toBe(1);
  });

  it("ends with what the server says of it", async () => {
    const none = () => Response.json({ error: { code: "invalid", message: "no photo", retry: false } }, { status: 422 });
    await expect(send(new Server(1_000, undefined, none))).rejects.toMatchObject({ code: "invalid" });
  });

  it("ends when it is given up", async () => {
    const going = new AbortController();
    const server = new Server(5_000_000, () => 0);
    const pause = () => Promise.resolve(going.abort());
    await expect(send(server, { signal: going.signal, pause })).rejects.toBeDefined();
    expect(server.added).toBe(0);
  });
});
