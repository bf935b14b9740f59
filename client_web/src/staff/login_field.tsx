import type { ComponentChildren, JSX } from "preact";
import { staffWords } from "../i18n/staff_words";

const LOGIN_LENGTH = 64;

interface LoginFieldProps {
  value: string;
  onText: (text: string) => void;
  /** It is known already and cannot be chosen. */
  fixed?: boolean;
  "aria-describedby"?: string;
  children?: ComponentChildren;
}

/** The name under which somebody signs in. */
export function LoginField({ value, onText, fixed = false, children, ...rest }: LoginFieldProps): JSX.Element {
  return (
    <label class="field">
      <span>{staffWords.value.login}</span>
      <input
        {...rest}
        class="input"
        name="login"
        value={value}
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        readOnly={fixed}
        maxLength={LOGIN_LENGTH}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      {children}
    </label>
  );
}
