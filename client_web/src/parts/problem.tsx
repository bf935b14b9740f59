import type { JSX } from "preact";

/** Why it did not work, said at once; nothing while there is nothing to say. */
export function Problem({ text }: { text: string }): JSX.Element | null {
  if (!text) return null;
  return (
    <p class="note bad" role="alert">
      {text}
    </p>
  );
}
