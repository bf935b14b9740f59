import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { staffWords } from "../i18n/staff_words";
import { IconButton } from "../parts/bricks";
import { lengthOf } from "../room/text";

/** The server takes no shorter ones. */
export const PASSWORD_LENGTH = 10;
const LONGEST = 200;

interface SecretProps {
  label: string;
  value: string;
  /** "new-password" also says what is still missing. */
  autocomplete: "current-password" | "new-password";
  invalid?: boolean;
  onText: (text: string) => void;
}

/** A field for a password, which can be looked at: phones make it easy to mistype. */
export function Secret({ label, value, autocomplete, invalid, onText }: SecretProps): JSX.Element {
  const t = staffWords.value;
  const [shown, setShown] = useState(false);
  const missing = PASSWORD_LENGTH - lengthOf(value);
  const fresh = autocomplete === "new-password";
  return (
    <div class="field">
      <label class="field">
        <span>{label}</span>
        <span class="secret">
          <input
            class="input"
            type={(shown ? "text" : "password") as "password"}
            value={value}
            maxLength={LONGEST}
            autocomplete={autocomplete}
            autocapitalize="none"
            spellcheck={false}
            aria-invalid={invalid ?? false}
            onInput={(event) => onText(event.currentTarget.value)}
          />
        </span>
      </label>
      <IconButton
        class="look"
        icon={shown ? "hidden" : "eye"}
        label={shown ? t.hide_password : t.show_password}
        pressed={shown}
        onClick={() => setShown(!shown)}
      />
      {fresh && (
        <p class="note" aria-live="polite">
          {value && missing > 0 ? t.password_short(missing) : t.password_rule}
        </p>
      )}
    </div>
  );
}
