import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { socketLink } from "../src/room/link";

type Heard = (...values: unknown[]) => void;

class Emitter {
  readonly #heard = new Map<string, Heard[]>();
  on(name: string, heard: Heard): void {
    this.#heard.set(name, [...(this.#heard.get(name) ?? []), heard]);
  }
  tell(name: string, ...values: unknown[]): void {
    for (const heard of this.#heard.get(name) ?? []) heard(...values);
  }
}

/** As much of socket.io-client's socket as a link uses. */
class FakeSocket extends Emitter {
  readonly io = Object.assign(new Emitter(), { reconnectionDelay: () => undefined });
  connected = false;
  active = true;
  opened = 0;
  onAny(): void {}
  connect(): void {
    this.opened += 1;
    this.io.tell("open");
  }
  disconnect(): void {
    this.connected = false;
    this.io.tell("close");
  }
  letIn(): void {
    this.connected = true;
    this.tell("connect");
  }
}

const made = vi.hoisted(() => ({ socket: undefined as unknown }));
vi.mock("socket.io-client", () => ({ io: () => made.socket }));
vi.stubGlobal("document", { addEventListener: () => undefined, removeEventListener: () => undefined });
vi.stubGlobal("window", { addEventListener: () => undefined, removeEventListener: () => undefined });

let socket: FakeSocket;

function begin() {
  const link = socketLink(() => "token");
  link.listen({ up: () => undefined, down: () => undefined, refused: () => undefined, event: () => undefined });
  link.connect();
  return link;
}

beforeEach(() => {
  vi.useFakeTimers();
  made.socket = socket = new FakeSocket();
});

afterEach(() => {
  vi.useRealTimers();
});

test("a door at which nobody answers is left for a new connection", () => {
  begin();
  vi.advanceTimersByTime(7_000);
  expect(socket.opened).toBe(1);
  vi.advanceTimersByTime(2_000);
  expect(socket.opened).toBe(2);
  vi.advanceTimersByTime(9_000);
  expect(socket.opened).toBe(3);
});

test("who is let in stays", () => {
  begin();
  vi.advanceTimersByTime(7_000);
  socket.letIn();
  vi.advanceTimersByTime(60_000);
  expect(socket.opened).toBe(1);
});

test("who left does not knock again", () => {
  begin().close();
  vi.advanceTimersByTime(60_000);
  expect(socket.opened).toBe(1);
});
