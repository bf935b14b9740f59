import { failureOf } from "../room/failure";
import { type Kind, KINDS } from "../room/activities/reactions";
import type { RoomClient } from "../room/client";

/** Taps are gathered this long, so that however fast somebody taps, they send once a second. */
const GATHER = 1_000;
/** Of one kind in that time; the server takes no more from one person for long. */
const MOST = 10;

/** One person's taps on their way. What cannot be sent now is dropped: a reaction that comes late is none. */
export class Tapping {
  #gathered = new Map<Kind, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #notBefore = 0;

  constructor(private readonly client: Pick<RoomClient, "say">) {}

  /** Whether it will be sent. */
  tap(kind: Kind): boolean {
    const count = this.#gathered.get(kind) ?? 0;
    if (count >= MOST || Date.now() < this.#notBefore) return false;
    this.#gathered.set(kind, count + 1);
    this.#timer ??= setTimeout(() => this.#send(), GATHER);
    return true;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#gathered.clear();
  }

  #send(): void {
    this.#timer = undefined;
    const gathered = this.#gathered;
    this.#gathered = new Map();
    for (const kind of KINDS) {
      const times = gathered.get(kind);
      if (times) {
        this.client.say("reaction.send", { kind, times }).catch((error: unknown) => {
          const { code, retryAfter } = failureOf(error);
          if (code === "rate_limited") this.#notBefore = Date.now() + (retryAfter ?? GATHER);
        });
      }
    }
  }
}
