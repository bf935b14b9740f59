import type { JSX, PartialInputHTMLAttributes } from "preact";
import { cut } from "../room/text";

type Rest = Pick<
  PartialInputHTMLAttributes<HTMLInputElement>,
  "name" | "placeholder" | "autocomplete" | "enterkeyhint" | "aria-label" | "aria-invalid" | "aria-describedby"
>;

interface LineProps extends Rest {
  value: string;
  /** Characters as the server counts them; the browser's own limit counts otherwise and halves an emoji. */
  most: number;
  onText: (text: string) => void;
}

/** A field for one line of text of a limited length. */
export function Line({ most, value, onText, ...rest }: LineProps): JSX.Element {
  const take = (field: HTMLInputElement) => {
    const text = cut(field.value, most);
    if (text !== field.value) field.value = text;
    onText(text);
  };
  return (
    <input
      {...rest}
      class="input"
      value={value}
      onInput={(event) => {
        // A word that is being composed is longer than it will be.
        if (event.isComposing) onText(event.currentTarget.value);
        else take(event.currentTarget);
      }}
      onCompositionEnd={(event) => take(event.currentTarget)}
    />
  );
}
