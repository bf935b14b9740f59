import type { Activity } from "./activity";
import { RoomClock } from "./clock";
import { Failure, failureOf } from "./failure";
import { judge } from "./gate";
import { freshId } from "./ids";
import type { Link } from "./link";
import type { By, CommandType, Fields, HistoryAnswer, JoinAnswer, LoggedEvent, Mine, PeopleListed, Position, Reason } from "./messages";
import { Outgoing, type SendOptions, type Sending } from "./outgoing";
import type { Shelf } from "./storage";

const JOIN_WITHIN = 10_000;
/** Our own message stored, but its event did not come: ask for what is missing after this long. */
const ECHO_WITHIN = 3_000;
const HELD_EVENTS = 2_000;
/** Why the last connection ended comes right behind the word that lets us in: what ended it must not be sent again. */
const CLOSING_TOLD = 20;

export type Phase = "connecting" | "live" | "away" | "refused";

/** What became of a break: how much was caught up with, or that it was too much. */
export interface Resumed {
  at: number;
  recovered: boolean;
  missed: number;
  reason?: Reason;
}

/** Why the server ended our last connection, where it could not say so then. */
export interface Cut {
  reason: string;
  at: number;
}

export interface Snapshot {
  phase: Phase;
  /** Since when the way to the server is broken, in this device's time. */
  awaySince: number | null;
  refusal: Failure | null;
  resumed: Resumed | null;
  cut: Cut | null;
  you: By | null;
  audience: "everyone" | "hosts";
  position: Position | null;
  occupancy: number | null;
  /** How many of them are in which shop, where several take part. */
  shops: Readonly<Record<string, number>>;
  activities: Readonly<Record<string, unknown>>;
  mine: Readonly<Mine>;
  sending: readonly Sending[];
}

export interface RoomClientOptions {
  room: string;
  link: Link;
  activities: readonly Activity[];
  keep: { shelf: Shelf; key: string };
  /** A token that has run out is renewed here; rejects when the person is not let in any more. */
  renew(): Promise<void>;
}

/**
 * A room as one person sees it. Events are taken in order without holes: a hole is filled by a join that
 * says how far we know the log, and what arrives meanwhile is kept for after it.
 */
export class RoomClient {
  readonly clock = new RoomClock();
  readonly outgoing: Outgoing;
  #state: Snapshot;
  #listeners = new Set<(snapshot: Snapshot) => void>();
  #eventListeners = new Set<(event: LoggedEvent) => void>();
  /** Events since the running join was asked for; null when none is running. */
  #meanwhile: LoggedEvent[] | null = null;
  #joins = 0;
  /** What came in since the break; the server may replay it before it answers the join. */
  #missed = 0;
  #failedJoins = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #echo: ReturnType<typeof setTimeout> | undefined;
  #told = false;
  #renewing = false;
  /** What we hold names somebody who was erased: take the whole view. */
  #anew = false;
  #stopped = false;

  constructor(private readonly options: RoomClientOptions) {
    this.#state = {
      phase: "connecting",
      awaySince: null,
      refusal: null,
      resumed: null,
      cut: null,
      you: null,
      audience: "everyone",
      position: null,
      occupancy: null,
      shops: {},
      activities: Object.fromEntries(options.activities.map((one) => [one.name, one.read(undefined)])),
      mine: {},
      sending: [],
    };
    this.outgoing = new Outgoing(
      options.room,
      {
        request: (type, body, within) => options.link.request(type, body, within),
        changed: () => this.#set({ sending: [...this.outgoing.items] }),
        lost: (failure) => this.#lost(failure),
        stored: (position) => this.#expectEcho(position),
      },
      options.keep,
    );
    this.#state = { ...this.#state, sending: [...this.outgoing.items] };
  }

  get snapshot(): Snapshot {
    return this.#state;
  }

  /** Told of the newest snapshot, once for all changes of one turn. Returns how to stop. */
  subscribe(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Told of each logged event once, in order, after the state has taken it in. */
  onEvent(listener: (event: LoggedEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  start(): void {
    const { link } = this.options;
    link.listen({
      up: () => void this.#join(),
      down: () => this.#down(),
      refused: (failure) => void this.#renew(failure),
      event: (type, body) => this.#receive(type, body),
    });
    link.connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#joins += 1;
    clearTimeout(this.#timer);
    clearTimeout(this.#echo);
    this.outgoing.stop();
    this.options.link.close();
    this.#listeners.clear();
  }

  /** Ask for something to happen; settles when it is stored or refused for good. */
  send<Type extends CommandType>(type: Type, fields: Fields<Type>, options?: SendOptions): Promise<Position> {
    return this.outgoing.send(type, fields, this.#state.position?.seq ?? 0, options);
  }

  /** Say what only matters now: it has no place in line, and is not sent again. Rejects if it did not arrive. */
  async say<Type extends CommandType>(type: Type, fields: Fields<Type>): Promise<void> {
    if (this.#state.phase !== "live") throw new Failure("network");
    const body = { ...fields, id: freshId(), room: this.options.room };
    const answer = await this.options.link.request(type, body, JOIN_WITHIN);
    if (!answer.ok) throw failureOf(answer.error);
  }

  /** Say something that is neither kept nor told to others: lost if it cannot be said now. */
  tell(type: "stream.report", fields: { delay_ms: number | null }): void {
    if (this.#state.phase !== "live" || !this.options.link.isUp) return;
    const body = { id: freshId(), room: this.options.room, ...fields };
    this.options.link.request(type, body, JOIN_WITHIN).catch(() => undefined);
  }

  /** Older events than `before`, newest last. */
  async history(before: number, limit = 100): Promise<HistoryAnswer> {
    const body = { id: freshId(), room: this.options.room, before, limit };
    const answer = await this.options.link.request("room.history", body, JOIN_WITHIN);
    if (!answer.ok) throw failureOf(answer.error);
    return answer as HistoryAnswer;
  }

  /** Who is in the room; told to hosts only. */
  async people(): Promise<PeopleListed> {
    const answer = await this.options.link.request("people.list", { id: freshId(), room: this.options.room }, JOIN_WITHIN);
    if (!answer.ok) throw failureOf(answer.error);
    return answer as PeopleListed;
  }

  /** Change what an activity holds beside the log, such as older pages of it. */
  update<State>(activity: Activity<State>, change: (state: State) => State): void {
    const activities = this.#state.activities;
    this.#set({ activities: { ...activities, [activity.name]: change(activities[activity.name] as State) } });
  }

  /** The person has seen what became of the break. */
  dismiss(): void {
    this.#set({ resumed: null });
  }

  /** Come back with a new token before the old one runs out. */
  reconnect(): void {
    this.options.link.renew();
  }

  // Joining and recovering

  #down(): void {
    this.#joins += 1;
    this.#meanwhile = null;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.outgoing.hold();
    if (this.#state.phase === "refused") return;
    const phase = this.#state.position === null ? "connecting" : "away";
    if (this.#state.phase === "live") this.#missed = 0;
    this.#set({ phase, awaySince: this.#state.awaySince ?? Date.now() });
  }

  async #join(): Promise<void> {
    if (this.#meanwhile !== null || this.#stopped || !this.options.link.isUp) return;
    const turn = ++this.#joins;
    this.#meanwhile = [];
    this.outgoing.hold();
    const asked = Date.now();
    const position = this.#anew ? null : this.#state.position;
    const body = { id: freshId(), room: this.options.room, ...(position ? { position } : {}) };
    try {
      const asking = this.options.link.request("room.join", body, JOIN_WITHIN);
      // Behind it and not after its answer, for a round trip is dear on a poor network: the server takes what one
      // connection sends in its order, and refuses what is behind a join that it refuses.
      setTimeout(() => turn === this.#joins && this.#meanwhile !== null && this.outgoing.open(), CLOSING_TOLD);
      const answer = await asking;
      if (turn !== this.#joins) return;
      if (!answer.ok) throw failureOf(answer.error);
      this.#joined(answer as JoinAnswer, asked);
    } catch (error) {
      if (turn !== this.#joins) return;
      this.#meanwhile = null;
      this.#notJoined(failureOf(error));
    }
  }

  #joined(answer: JoinAnswer, asked: number): void {
    this.clock.learn(answer.now, asked, Date.now());
    const first = this.#state.position === null;
    const away = this.#state.phase !== "live";
    const anew = (this.#anew && !away) || answer.reason === "role";
    const held = this.#meanwhile ?? [];
    this.#meanwhile = null;

    if (answer.recovered) {
      for (const event of answer.events ?? []) {
        // The answer is whole: what it leaves out was not for us, so only what we know is skipped.
        if (event.seq > (this.#state.position?.seq ?? 0)) this.#take(event);
      }
      this.#advance(answer.position);
    } else {
      this.#adopt(answer);
    }
    const before = this.#state.resumed;
    // A loss stays until it has been seen, though the line broke once more meanwhile.
    const unseen = answer.recovered && before !== null && !before.recovered;
    const resumed: Resumed | null =
      first || anew || unseen || (!away && answer.recovered)
        ? before
        : { at: Date.now(), recovered: answer.recovered, missed: this.#missed, ...(answer.reason ? { reason: answer.reason } : {}) };
    this.#set({
      phase: "live",
      awaySince: null,
      refusal: null,
      you: answer.you,
      audience: answer.audience,
      mine: answer.mine,
      occupancy: answer.room.occupancy,
      shops: answer.room.shops ?? {},
      resumed,
    });

    let hole = false;
    for (const event of held.sort((a, b) => a.seq - b.seq)) {
      if (!this.#offer(event)) hole = true;
    }
    if (this.#state.position) this.outgoing.passed(this.#state.position);
    if (hole) {
      this.#recoverSoon();
      return;
    }
    this.#failedJoins = 0;
    this.outgoing.open();
    // Somebody was erased, or a rehearsal cleared, among what we have just caught up with.
    if (this.#anew) void this.#join();
  }

  /** Nothing to build on: take the whole view in place of what we knew. */
  #adopt(answer: JoinAnswer): void {
    const view: Record<string, unknown> = { ...answer.view };
    this.#anew = false;
    this.#set({
      position: answer.position,
      activities: Object.fromEntries(this.options.activities.map((one) => [one.name, one.read(view[one.name])])),
    });
  }

  #notJoined(failure: Failure): void {
    this.outgoing.hold();
    if (failure.code === "expired" || failure.code === "unauthorized") void this.#renew(failure);
    else if (!failure.retry) this.#refuse(failure);
    else if (this.options.link.isUp) this.#recoverSoon(failure.retryAfter);
  }

  /** A command was refused for who sent it. */
  #lost(failure: Failure): void {
    if (failure.code !== "not_joined") void this.#renew(failure);
    // It may have been behind a join that was refused, and the next one has its time.
    else if (this.#timer === undefined && !this.#renewing) void this.#join();
  }

  #recoverSoon(after?: number): void {
    clearTimeout(this.#timer);
    const tries = this.#failedJoins++;
    // The first hole is filled at once; a server in trouble is asked ever more seldom, and not by all at once.
    this.#timer = undefined;
    const pause = after ?? (tries === 0 ? 0 : Math.min(300 * 2 ** tries, 8_000) * (0.5 + Math.random()));
    if (pause === 0) void this.#join();
    else this.#later(() => void this.#join(), pause);
  }

  #later(act: () => void, pause: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      act();
    }, pause);
  }

  async #renew(failure: Failure): Promise<void> {
    if (this.#renewing || this.#stopped) return;
    if (failure.retry) {
      this.#later(() => this.options.link.connect(), failure.retryAfter ?? 1_000 + Math.random() * 2_000);
      return;
    }
    if (failure.code !== "expired" && failure.code !== "unauthorized") {
      this.#refuse(failure);
      return;
    }
    this.#renewing = true;
    try {
      await this.options.renew();
      this.#renewing = false;
      this.options.link.renew();
    } catch (error) {
      this.#renewing = false;
      const cause = failureOf(error);
      if (cause.retry) this.#later(() => void this.#renew(failure), cause.retryAfter ?? 3_000);
      else this.#refuse(cause);
    }
  }

  #refuse(failure: Failure): void {
    this.#joins += 1;
    this.outgoing.hold();
    this.#set({ phase: "refused", refusal: failure });
    this.options.link.close();
  }

  // What arrives

  #receive(type: string, body: unknown): void {
    if (typeof body !== "object" || body === null) return;
    const message = body as Record<string, unknown>;
    if (type === "connection.closed") {
      const reason = String(message["reason"]);
      // For good: coming back by itself would only end the same way.
      if (reason === "kicked" || reason === "banned") this.#refuse(new Failure(reason));
      else this.#wasCut(reason);
      return;
    }
    if (message["room"] !== this.options.room) return;
    if (typeof message["seq"] === "number") {
      // On the wire the type is the name of the Socket.IO event; answers and history carry it inside.
      this.#logged({ ...message, type } as unknown as LoggedEvent);
    } else if (type === "room.occupancy") {
      this.#set({ occupancy: message["count"] as number, shops: (message["shops"] ?? {}) as Record<string, number> });
    } else if (type === "room.role") {
      // What we hold was told to another role; the room is heard again after a join as this one.
      this.#anew = true;
      void this.#join();
    } else if (type === "room.position") {
      this.#stands(message["position"] as Position);
    } else if (type === "room.mine") {
      // Always the whole: what is not in it any more holds no longer.
      this.#set({ mine: message["mine"] as Mine });
    } else {
      this.#hear(type, message);
    }
  }

  /** The room may stand elsewhere, without a word for long; a join under way brings that anyhow. */
  #stands(position: Position): void {
    const known = this.#state.position;
    if (!known || this.#meanwhile !== null || this.#timer !== undefined) return;
    if (known.epoch !== position.epoch || known.seq < position.seq) void this.#join();
  }

  /** A command that ends every connection must not be sent by each new one. */
  #wasCut(reason: string): void {
    // A token that ran out is renewed without a word.
    if (reason === "expired") return;
    if (reason === "too_large") this.outgoing.blame(new Failure("too_large"));
    if (reason === "bad_packet") this.outgoing.blame(new Failure("invalid"));
    this.#set({ cut: { reason, at: Date.now() } });
  }

  #logged(event: LoggedEvent): void {
    if (this.#meanwhile !== null) {
      // A join answer that resets us may be older than this event, so it is kept even if it fits now.
      if (this.#meanwhile.length < HELD_EVENTS) this.#meanwhile.push(event);
      if (this.#state.position !== null) this.#offer(event);
      return;
    }
    if (this.#state.position === null) return;
    if (!this.#offer(event)) {
      // A join that waits for its turn will bring this event too.
      if (this.#timer !== undefined) return;
      void this.#join();
      (this.#meanwhile as LoggedEvent[] | null)?.push(event);
    } else if (this.#state.position) {
      this.outgoing.passed(this.#state.position);
    }
  }

  /** Take the event in if it fits; false if something before it is missing. */
  #offer(event: LoggedEvent): boolean {
    const verdict = judge(this.#state.position, event);
    if (verdict === "apply") this.#take(event);
    return verdict !== "gap";
  }

  #take(event: LoggedEvent): void {
    const activities = { ...this.#state.activities };
    for (const one of this.options.activities) activities[one.name] = one.apply(activities[one.name], event);
    this.#set({ activities, position: { epoch: event.epoch, seq: event.seq } });
    if (this.#state.phase === "away" && this.options.activities.some((one) => one.counted?.includes(event.type))) {
      this.#missed += 1;
    }
    for (const listener of this.#eventListeners) listener(event);
    if (event.type !== "person.erased" && event.type !== "room.cleared") return;
    this.#anew = true;
    if (this.#meanwhile === null && this.#timer === undefined) queueMicrotask(() => void this.#join());
  }

  #advance(position: Position): void {
    const known = this.#state.position;
    if (known && known.epoch === position.epoch && known.seq >= position.seq) return;
    this.#set({ position });
  }

  #hear(type: string, message: Record<string, unknown>): void {
    const activities = { ...this.#state.activities };
    for (const one of this.options.activities) {
      if (one.hear) activities[one.name] = one.hear(activities[one.name], type, message);
    }
    this.#set({ activities });
  }

  #expectEcho(position: Position): void {
    const known = this.#state.position;
    if (known) this.outgoing.passed(known);
    if (this.options.activities.some((one) => one.alone?.(this.#state.mine, position))) {
      this.outgoing.passed(position);
      return;
    }
    if (known && known.epoch === position.epoch && known.seq >= position.seq) return;
    clearTimeout(this.#echo);
    this.#echo = setTimeout(() => {
      const now = this.#state.position;
      if (now && (now.epoch !== position.epoch || now.seq < position.seq)) void this.#join();
    }, ECHO_WITHIN);
  }

  #set(change: Partial<Snapshot>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#told) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      for (const listener of this.#listeners) listener(this.#state);
    });
  }
}
