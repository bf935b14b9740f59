import { Failure } from "../src/room/failure";
import type { Link, LinkListener } from "../src/room/link";
import type { Answer, LoggedEvent, Position } from "../src/room/messages";
import type { Activity } from "../src/room/activity";
import type { Shelf } from "../src/room/storage";

/** Luck that can be repeated: mulberry32. */
export function luck(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function memoryShelf(): Shelf {
  const held = new Map<string, string>();
  return {
    get: <T>(key: string) => (held.has(key) ? (JSON.parse(held.get(key) as string) as T) : undefined),
    set: (key, value) => void held.set(key, JSON.stringify(value)),
    drop: (key) => void held.delete(key),
  };
}

/** Keeps the texts of what it was told, in order. */
export const notes: Activity<readonly string[]> = {
  name: "notes",
  counted: ["chat.sent"],
  read: (view) => (view as string[] | undefined) ?? [],
  apply: (state, event) => (event.type === "chat.sent" ? [...state, String(event.data?.text)] : state),
};

type Logged = Extract<LoggedEvent, { type: "chat.sent" }> & { audience: "everyone" | "nobody" };

/** A room's server as far as a client can see it: one log, dedupe by id, joins by position. */
export class FakeServer {
  epoch = "e1";
  log: Logged[] = [];
  answers = new Map<string, Answer>();
  links = new Set<FakeLink>();
  /** Refusals to give before anything is stored, by command type. */
  refusals = new Map<string, Extract<Answer, { ok: false }>[]>();
  recovers = true;
  joins = 0;
  received: { type: string; id: string }[] = [];

  get head(): Position {
    return { epoch: this.epoch, seq: this.log.length };
  }

  texts(): string[] {
    return this.log.filter((one) => one.audience === "everyone").map((one) => String(one.data?.text));
  }

  append(text: string, audience: "everyone" | "nobody" = "everyone"): Position {
    const after = Math.max(0, ...this.log.map((one) => (one.audience === "everyone" ? one.seq : 0)));
    const event: Logged = {
      type: "chat.sent",
      room: "r1",
      epoch: this.epoch,
      after,
      seq: this.log.length + 1,
      at: Date.now(),
      by: { id: "u1", name: "u1", role: "attendee" },
      data: { message: `m${this.log.length + 1}`, text },
      audience,
    };
    this.log.push(event);
    if (audience === "everyone") {
      // As on the wire: the name of the message is its type, the body has none.
      const { type, audience: _, ...body } = event;
      for (const link of this.links) link.push(type, body);
    }
    return this.head;
  }

  /** The log is lost; a new one begins. */
  restart(): void {
    this.epoch += "x";
    this.log = [];
  }

  handle(type: string, body: Record<string, unknown>): Answer {
    const id = String(body["id"]);
    this.received.push({ type, id });
    const refusal = this.refusals.get(type)?.shift();
    if (refusal) return refusal;
    if (type === "room.join") return this.join(body["position"] as Position | undefined);
    const known = this.answers.get(id);
    if (known) return known;
    const answer: Answer = { ok: true, position: this.append(String(body["text"])) };
    this.answers.set(id, answer);
    return answer;
  }

  join(position?: Position): Answer {
    this.joins += 1;
    const rest = {
      ok: true as const,
      mine: {},
      position: this.head,
      now: Date.now(),
      audience: "everyone",
      you: { id: "u1", name: "u1", role: "attendee", guest: true },
      room: { id: "r1", occupancy: this.links.size },
    } as const;
    if (position && this.recovers && position.epoch === this.epoch && position.seq <= this.log.length) {
      const events = this.log.filter((one) => one.seq > position.seq && one.audience === "everyone");
      return { ...rest, recovered: true, events };
    }
    return { ...rest, recovered: false, reason: position ? "epoch" : "first", view: { notes: this.texts() } as never };
  }
}

/** A link with a temper: what passes may be late, lost, doubled or out of order. */
export class FakeLink implements Link {
  isUp = false;
  #listener: LinkListener | null = null;
  #pending = new Set<(failure: Failure) => void>();

  constructor(
    readonly server: FakeServer,
    readonly temper: { delay(): number; lose(): boolean; double(): boolean } = {
      delay: () => 1,
      lose: () => false,
      double: () => false,
    },
  ) {}

  listen(listener: LinkListener): void {
    this.#listener = listener;
  }

  connect(): void {
    if (this.isUp) return;
    this.isUp = true;
    this.server.links.add(this);
    this.#listener?.up();
  }

  cut(): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.server.links.delete(this);
    this.#listener?.down();
    for (const fail of Array.from(this.#pending)) fail(new Failure("network", "", true));
  }

  renew(): void {
    this.cut();
    this.connect();
  }

  close(): void {
    this.isUp = false;
    this.server.links.delete(this);
  }

  refuse(failure: Failure): void {
    this.#listener?.refused(failure);
  }

  push(type: string, body: unknown): void {
    if (this.temper.lose()) return;
    const times = this.temper.double() ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      setTimeout(() => this.isUp && this.#listener?.event(type, structuredClone(body)), this.temper.delay());
    }
  }

  request(type: string, body: object, within: number): Promise<Answer> {
    if (!this.isUp) return Promise.reject(new Failure("network", "", true));
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => {
        clearTimeout(limit);
        this.#pending.delete(fail);
        settle();
      };
      const fail = (failure: Failure) => done(() => reject(failure));
      const limit = setTimeout(() => fail(new Failure("timeout", "", true)), within);
      this.#pending.add(fail);
      if (this.temper.lose()) return;
      setTimeout(() => {
        if (!this.isUp) return;
        const answer = this.server.handle(type, structuredClone(body) as Record<string, unknown>);
        if (this.temper.lose()) return;
        setTimeout(() => this.isUp && done(() => resolve(answer)), this.temper.delay());
      }, this.temper.delay());
    });
  }
}
