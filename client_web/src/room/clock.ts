/** The room's time, learned from answers that carry `now`; the answer with the shortest way is trusted most. */
export class RoomClock {
  #offset = 0;
  #way = Number.POSITIVE_INFINITY;

  learn(now: number, askedAt: number, answeredAt: number): void {
    const way = answeredAt - askedAt;
    // A later answer replaces a better one only if this clock has visibly been set since.
    const offset = now - (askedAt + way / 2);
    if (way > this.#way && Math.abs(offset - this.#offset) < way) return;
    this.#offset = offset;
    this.#way = way;
  }

  now(): number {
    return Date.now() + this.#offset;
  }
}
