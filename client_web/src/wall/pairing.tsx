import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { words } from "../i18n/words";
import { Logo } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { Step } from "../parts/step";
import { type OnPaired, pairing } from "./pair";
import "./pairing.css";

/** A wall without a room: a code to be typed where the room is. */
export function PairingScreen({ onPaired }: { onPaired: OnPaired }): JSX.Element {
  const t = words.value;
  const address = `${location.host}/lobby`;
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
        {t.pair_steps(address).map((step, place) => (
          <li key={step}>
            <span class={`sign b${place + 1}`} aria-hidden="true">
              {place + 1}
            </span>
            <Step text={step} address={address} />
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
