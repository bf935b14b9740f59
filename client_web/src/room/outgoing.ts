import { Failure, failureOf } from "./failure";
import { freshId } from "./ids";
import type { Ack, Answer, Position } from "./messages";
import type { Shelf } from "./storage";
import { sendable } from "./text";

const HOLDS = 60;
const ANSWER_WITHIN = 8_000;
/** The server forgets ids after ten minutes; sending again after that could say a thing twice. */
const SURE_FOR = 9 * 60_000;
/** How long an overloaded or broken server is asked again before the person is. */
const PATIENCE = 60_000;

/** A command on its way. `sent`: stored by the server, but its event has not come by yet. */
export interface Sending {
  readonly id: string;
  readonly type: string;
  readonly fields: Record<string, unknown>;
  readonly lane: string;
  /** Shown to its sender until its event comes by, and kept when it fails. */
  readonly shown: boolean;
  readonly replaces?: string;
  readonly madeAt: number;
  /** The last known seq when it was made: its own event comes later. */
  readonly since: number;
  triedAt?: number;
  state: "waiting" | "sent" | "failed";
  waitUntil?: number;
  position?: Position;
  failure?: { code: Failure["code"]; message: string };
}

export interface SendOptions {
  shown?: boolean;
  /** A newer command with the same key takes the place of one that has not left yet. */
  replaces?: string;
}

export interface OutgoingPorts {
  request(type: string, body: object, within: number): Promise<Answer>;
  /** Told after every change. */
  changed(): void;
  /** The server no longer knows our membership or our token. */
  lost(failure: Failure): void;
  /** A shown command was stored at this position. */
  stored(position: Position): void;
}

type Settle = { resolve: (position: Position) => void; reject: (failure: Failure) => void };

/**
 * The commands of one person for one room, one unanswered at a time, so that their order holds.
 * A lane (all of one activity) that has been told to wait does not hold up the others.
 */
export class Outgoing {
  #items: Sending[] = [];
  #settles = new Map<string, Settle>();
  #inFlight: string | null = null;
  /** What the last break left without an answer. */
  #lost: Sending | null = null;
  #ready = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #backoff = 0;
  #heldUntil = new Map<string, number>();

  constructor(
    private readonly room: string,
    private readonly ports: OutgoingPorts,
    private readonly keep: { shelf: Shelf; key: string },
  ) {
    for (const item of keep.shelf.get<Sending[]>(keep.key) ?? []) {
      if (item.state !== "sent") this.#items.push({ ...item, fields: sendable(item.fields) });
    }
  }

  get items(): readonly Sending[] {
    return this.#items;
  }

  /** Until when this lane has been told to wait, in this device's time; 0 if it need not. */
  heldUntil(lane: string): number {
    return this.#heldUntil.get(lane) ?? 0;
  }

  /** Put a command in the queue; settles when the server has answered for good. */
  send(type: string, fields: Record<string, unknown>, since: number, options: SendOptions = {}): Promise<Position> {
    if (options.replaces) this.#withdraw(options.replaces);
    if (this.#items.length >= HOLDS) return Promise.reject(new Failure("full"));
    const item: Sending = {
      id: freshId(),
      type,
      fields: sendable(fields),
      lane: type.slice(0, type.indexOf(".")),
      shown: options.shown ?? false,
      madeAt: Date.now(),
      since,
      state: "waiting",
      ...(options.replaces ? { replaces: options.replaces } : {}),
    };
    this.#items.push(item);
    const answered = new Promise<Position>((resolve, reject) => this.#settles.set(item.id, { resolve, reject }));
    this.#changed();
    this.#pump();
    return answered;
  }

  /** Send a failed command again, under its own id: if it did arrive, it is not said twice. */
  retry(id: string): void {
    const item = this.#items.find((one) => one.id === id);
    if (item?.state !== "failed") return;
    item.state = "waiting";
    delete item.failure;
    delete item.triedAt;
    delete item.waitUntil;
    this.#changed();
    this.#pump();
  }

  /** Give up a failed command. */
  discard(id: string): void {
    this.#items = this.#items.filter((item) => item.id !== id || item.state !== "failed");
    this.#changed();
  }

  /** The rule that told this lane to wait has changed: ask again, the server tells how long now. */
  free(lane: string): void {
    this.#heldUntil.delete(lane);
    for (const item of this.#items) if (item.lane === lane && item.state === "waiting") delete item.waitUntil;
    this.#changed();
    this.#pump();
  }

  /** Joined, or about to be: what waits may go, what was unanswered goes again. */
  open(): void {
    this.#ready = true;
    this.#pump();
  }

  /** Not joined: nothing goes. What is in flight will be sent again, because its answer is lost. */
  hold(): void {
    this.#ready = false;
  }

  /** The connection ended because of what was sent last: that is not sent again. */
  blame(failure: Failure): void {
    const item = this.#lost;
    this.#lost = null;
    if (item?.state !== "waiting") return;
    this.#fail(item, failure);
    this.#changed();
  }

  /** The log is known up to here: what was stored by then needs showing no longer. */
  passed(position: Position): void {
    const before = this.#items.length;
    this.#items = this.#items.filter(
      (item) =>
        item.state !== "sent" ||
        (item.position?.epoch === position.epoch && item.position.seq > position.seq),
    );
    if (this.#items.length !== before) this.#changed();
  }

  stop(): void {
    this.#ready = false;
    clearTimeout(this.#timer);
  }

  #withdraw(replaces: string): void {
    const older = this.#items.find(
      (item) => item.replaces === replaces && item.state === "waiting" && item.triedAt === undefined,
    );
    if (!older) return;
    this.#items = this.#items.filter((item) => item !== older);
    this.#settles.get(older.id)?.reject(new Failure("conflict"));
    this.#settles.delete(older.id);
  }

  #pump(): void {
    clearTimeout(this.#timer);
    if (!this.#ready || this.#inFlight !== null) return;
    const now = Date.now();
    const lanes = new Set<string>();
    let wake = Number.POSITIVE_INFINITY;
    for (const item of this.#items) {
      if (item.state !== "waiting" || lanes.has(item.lane)) continue;
      lanes.add(item.lane);
      if (item.triedAt !== undefined && now - item.triedAt > SURE_FOR) {
        this.#fail(item, new Failure("unsure"));
        this.#pump();
        return;
      }
      if ((item.waitUntil ?? 0) <= now) {
        void this.#deliver(item);
        return;
      }
      wake = Math.min(wake, item.waitUntil ?? wake);
    }
    if (wake !== Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#pump(), wake - now);
  }

  async #deliver(item: Sending): Promise<void> {
    this.#inFlight = item.id;
    item.triedAt ??= Date.now();
    delete item.waitUntil;
    this.#changed();
    try {
      const answer = await this.ports.request(item.type, { ...item.fields, id: item.id, room: this.room }, ANSWER_WITHIN);
      this.#inFlight = null;
      this.#lost = null;
      if (answer.ok) this.#stored(item, (answer as Ack).position);
      // Else it was blamed meanwhile, and has failed already.
      else if (item.state === "waiting") this.#refused(item, failureOf(answer.error));
    } catch (error) {
      // Unanswered. Whether it is stored or not, the same id makes it safe to send again.
      this.#inFlight = null;
      this.#lost = item;
      if (item.state === "waiting" && failureOf(error).code === "timeout") item.waitUntil = Date.now() + this.#pause();
    }
    this.#changed();
    this.#pump();
  }

  #stored(item: Sending, position: Position): void {
    this.#backoff = 0;
    this.#settles.get(item.id)?.resolve(position);
    this.#settles.delete(item.id);
    if (!item.shown) {
      this.#items = this.#items.filter((one) => one !== item);
      return;
    }
    item.state = "sent";
    item.position = position;
    this.ports.stored(position);
  }

  #refused(item: Sending, failure: Failure): void {
    if (failure.code === "not_joined" || failure.code === "expired" || failure.code === "unauthorized") {
      this.#ready = false;
      this.ports.lost(failure);
    } else if (failure.code === "rate_limited") {
      item.waitUntil = Date.now() + (failure.retryAfter ?? 1_000);
      this.#heldUntil.set(item.lane, item.waitUntil);
    } else if (failure.retry && Date.now() - (item.triedAt ?? 0) < PATIENCE) {
      item.waitUntil = Date.now() + (failure.retryAfter ?? this.#pause());
    } else {
      this.#fail(item, failure);
    }
  }

  #fail(item: Sending, failure: Failure): void {
    this.#settles.get(item.id)?.reject(failure);
    this.#settles.delete(item.id);
    if (!item.shown) {
      this.#items = this.#items.filter((one) => one !== item);
      return;
    }
    item.state = "failed";
    item.failure = { code: failure.code, message: failure.message };
  }

  #pause(): number {
    this.#backoff = Math.min(this.#backoff + 1, 5);
    return 250 * 2 ** this.#backoff * (0.5 + Math.random() / 2);
  }

  #changed(): void {
    const waiting = this.#items.filter((item) => item.state !== "sent");
    if (waiting.length) this.keep.shelf.set(this.keep.key, waiting);
    else this.keep.shelf.drop(this.keep.key);
    this.ports.changed();
  }
}
