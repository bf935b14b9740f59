import type { JSX } from "preact";
import type { By } from "../room/messages";
import { type Part, shopOf } from "../room/shops";
import { figure } from "../i18n/words";
import "../style/shops.css";

/** In which shop somebody is, where several take part. */
export function ShopTag({ by }: { by: Pick<By, "shop"> }): JSX.Element | null {
  const name = shopOf(by);
  return name ? <span class="tag shop">{name}</span> : null;
}

/** A count shop by shop, in one quiet line. */
export function Split({ parts }: { parts: readonly Part[] }): JSX.Element | null {
  if (parts.length === 0) return null;
  return (
    <p class="split figures">
      {parts.map(({ id, name, count }) => (
        <span key={id}>
          {name} <b>{figure(count)}</b>
        </span>
      ))}
    </p>
  );
}

/** The same within a bar: one segment for each, as wide as its share. */
export function Segments({ parts }: { parts: readonly Part[] }): JSX.Element | null {
  if (parts.length < 2) return null;
  return (
    <span class="segments" aria-hidden="true">
      {parts.map(({ id, share }) => share > 0 && <span key={id} style={{ width: `${share * 100}%` }} />)}
    </span>
  );
}
