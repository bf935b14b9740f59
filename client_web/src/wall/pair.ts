import { api, type Pairing } from "../room/api";
import { failureOf } from "../room/failure";
import { Patience } from "../room/patience";

/** How long a code lasts. A television's clock may be hours off, so the instant in the answer says nothing. */
const LASTS = 600_000;
/** A new code a while before the old one ends, so that nobody types one that is about to die. */
const AHEAD = 30_000;

export type OnPaired = (room: string, link: string) => Promise<void>;

/** Ask for a code and wait until somebody has typed it; then for the next one. Ends when `live` says so. */
export async function pairing(show: (code: string | null) => void, paired: OnPaired, live: () => boolean): Promise<void> {
  const patience = new Patience();
  let pending: (Pairing & { until: number }) | null = null;
  while (live()) {
    try {
      if (!pending || Date.now() > pending.until) {
        const made = await api.pairing();
        pending = { ...made, until: Date.now() + LASTS - AHEAD };
        show(made.code);
      }
      const answer = await api.collect(pending.pairing);
      patience.reset();
      if (!answer.paired || !live()) continue;
      await paired(answer.room, answer.link);
      return;
    } catch (error) {
      const failure = failureOf(error);
      // A server that started anew knows no old codes.
      if (!failure.retry) pending = null;
      show(pending?.code ?? null);
      await new Promise((resolve) => setTimeout(resolve, patience.next(failure.retryAfter)));
    }
  }
}
