import type { JSX, RefObject } from "preact";
import { coded } from "../room/coded";

/** A code without the hyphens and blanks that people type along. */
export const isFull = (code: string, length: number): boolean => code.replace("-", "").length === length;

interface CodeFieldProps {
  name: string;
  class: string;
  placeholder: string;
  /** How many signs, without the hyphen. */
  length: number;
  value: string;
  wrong: boolean;
  onCode: (code: string) => void;
  field?: RefObject<HTMLInputElement | null>;
  "aria-label"?: string;
  "aria-describedby"?: string;
}

/** Where a code goes that is read from another screen: it takes the code's own form while it is typed. */
export function CodeField({ length, wrong, onCode, field, class: kind, ...rest }: CodeFieldProps): JSX.Element {
  return (
    <input
      {...rest}
      {...(field ? { ref: field } : {})}
      class={`input ${kind}`}
      autocomplete="off"
      autocapitalize="characters"
      spellcheck={false}
      enterkeyhint="go"
      aria-invalid={wrong}
      onInput={(event) => {
        const neat = coded(event.currentTarget.value, length);
        if (neat !== event.currentTarget.value) event.currentTarget.value = neat;
        onCode(neat);
      }}
    />
  );
}
