import { afterEach, describe, expect, it, vi } from "vitest";
import { call } from "../src/room/http";

afterEach(() => void vi.unstubAllGlobals());

const answering = (answer: (signal: AbortSignal) => Response) =>
  vi.stubGlobal("fetch", async (_path: string, { signal }: { signal: AbortSignal }) => answer(signal));

describe("asking our server", () => {
  it("waits no longer for the rest of an answer than for its head", async () => {
    answering((signal) => {
      const body = new ReadableStream({
        start(stream) {
          stream.enqueue(new TextEncoder().encode('{"id":'));
          signal.addEventListener("abort", () => stream.error(signal.reason));
        },
      });
      return new Response(body, { headers: { "content-type": "application/json" } });
    });
    await expect(call("GET", "/rooms/r1", { within: 20 })).rejects.toMatchObject({ code: "network", retry: true });
  });

  it("takes a page of somebody in between for no answer, and an empty one for done", async () => {
    answering(() => new Response("<h1>Bad gateway</h1>", { status: 502 }));
    await expect(call("GET", "/rooms/r1")).rejects.toMatchObject({ code: "unavailable", retry: true });
    answering(() => new Response(null, { status: 204 }));
    await expect(call("DELETE", "/staff/session")).resolves.toBeNull();
  });
});
