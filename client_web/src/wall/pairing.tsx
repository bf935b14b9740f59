import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { words } from "../i18n/words";
import { Logo } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { api, type Pairing as Pending } from "../room/api";
import { failureOf } from "../room/failure";
import { Patience } from "../room/patience";
import "./pairing.css";

/** A new code a while before the old one ends, so that nobody types one that is about to die. */
const AHEAD = 30_000;

type OnPaired = (room: string, link: string) => Promise<void>;

/** Ask for a code and wait until somebody has typed it; then for the next one. Ends when `live` says so. */
export async function pairing(show: (code: string | null) => void, paired: OnPaired, live: () => boolean): Promise<void> {
  const patience = new Patience();
  let pending: (Pending & { until: number }) | null = null;
  while (live()) {
    try {
      if (!pending || Date.now() > pending.until) {
        const made = await api.pairing();
        // A television's clock may be hours off: only the length counts, and that is known from the first answer.
        pending = { ...made, until: Date.now() + Math.max(60_000, LASTS - AHEAD) };
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

const LASTS = 600_000;

/** A wall without a room: a code to be typed where the room is. */
export function PairingScreen({ onPaired }: { onPaired: OnPaired }): JSX.Element {
  const t = words.value;
  const [code, setCode] = useState<string | null>(null);
  useEffect(() => {
    let live = true;
    void pairing(setCode, onPaired, () => live);
    return () => {
      live = false;
    };
  }, []);
  return (
    <main class="pairing">
      <header>
        <Logo size={96} />
        <h1>{t.pair_title}</h1>
      </header>
      <ol>
        {t.pair_steps(`${location.host}/lobby`).map((step, place) => (
          <li key={step}>
            <span class={`sign b${place + 1}`} aria-hidden="true">
              {place + 1}
            </span>
            {step}
          </li>
        ))}
      </ol>
      {code ? (
        <p class="pair-code figures" aria-label={`${t.pair_code} ${code}`}>
          {Array.from(code).map((sign, place) =>
            sign === "-" ? (
              // The place is all that tells the signs of a code apart.
              // oxlint-disable-next-line react/no-array-index-key
              <i key={place} aria-hidden="true" />
            ) : (
              // oxlint-disable-next-line react/no-array-index-key
              <b key={place}>{sign}</b>
            ),
          )}
        </p>
      ) : (
        <p class="pair-code waiting-for-code">
          <Icon name="clock" size={48} />
          {t.pair_offline}
        </p>
      )}
      <p class="aside-note">{t.pair_new}</p>
    </main>
  );
}
