import { signal } from "@preact/signals";
import { type Failure, failureOf } from "../room/failure";
import { Patience } from "../room/patience";

/** The way into a page's room: tried again by itself where that may help, and never twice at once. */
export class Arrival {
  /** Why the last try did not lead in; null before it, and once one did. */
  readonly failure = signal<Failure | null>(null);
  readonly #enter: () => Promise<void>;
  readonly #patience = new Patience();
  #retry: ReturnType<typeof setTimeout> | undefined;
  #trying = false;

  constructor(enter: () => Promise<void>) {
    this.#enter = enter;
  }

  async go(): Promise<void> {
    clearTimeout(this.#retry);
    // Somebody tapped while a try was on its way: two would make two connections.
    if (this.#trying) return;
    this.#trying = true;
    try {
      await this.#enter();
      this.failure.value = null;
    } catch (error) {
      const failure = failureOf(error);
      this.failure.value = failure;
      // A server that starts anew is back in a moment; nobody should have to tap for that.
      if (failure.retry) this.#retry = setTimeout(() => void this.go(), this.#patience.next(failure.retryAfter));
    } finally {
      this.#trying = false;
    }
  }
}
