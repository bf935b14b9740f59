import type { JSX } from "preact";

/** A sentence with an address in it, which stands whole: half of one on the next line would be typed as a whole one. */
export function Step({ text, address }: { text: string; address: string }): JSX.Element {
  const [before = "", after = ""] = text.split(address);
  const named = text !== before;
  return (
    <span>
      {before}
      {named && <b class="whole">{address}</b>}
      {after}
    </span>
  );
}
