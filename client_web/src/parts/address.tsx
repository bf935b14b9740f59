import type { JSX } from "preact";
import { words } from "../i18n/words";
import { IconButton } from "./bricks";
import { toast } from "./toast";
import "../style/address.css";

export async function copy(text: string): Promise<void> {
  const t = words.value;
  try {
    await navigator.clipboard.writeText(text);
    toast(t.share_copied);
  } catch {
    // Plain http and some messengers' browsers have no clipboard.
    toast(t.share_no_copy);
  }
}

/** An address to be given on. */
export function Address({ url }: { url: string }): JSX.Element {
  const t = words.value;
  return (
    <div class="row tight address">
      <input class="input" readOnly value={url} aria-label={url} onFocus={(event) => event.currentTarget.select()} />
      <IconButton icon="copy" label={t.share_copy} onClick={() => void copy(url)} />
      {"share" in navigator && (
        <IconButton icon="share" label={t.share_send} onClick={() => void navigator.share({ url }).catch(() => undefined)} />
      )}
    </div>
  );
}
