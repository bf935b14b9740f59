/** Pauses between tries of what may work later, in ms: ever longer, and never the same for everybody. */
export class Patience {
  #tries = 0;

  constructor(
    private readonly first = 1_000,
    private readonly longest = 15_000,
  ) {}

  /** How long to wait now; at least as long as the server asked for. */
  next(asked = 0): number {
    const pause = Math.min(this.first * 2 ** this.#tries, this.longest);
    this.#tries += 1;
    return Math.max(asked, pause * (0.5 + Math.random() / 2));
  }

  reset(): void {
    this.#tries = 0;
  }
}
