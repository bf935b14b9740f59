import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { deskWords } from "../i18n/desk_words";
import { words } from "../i18n/console_words";
import { Dialog } from "../parts/dialog";

interface Question {
  title: string;
  text: string;
  /** What has to be typed: short, and as the page spells it. */
  word: string;
  act: () => void;
}

const question = signal<Question | null>(null);

/** Ask before what takes away other people's doing for good: a word has to be typed. */
export function confirmTyped(title: string, text: string, word: string, act: () => void): void {
  question.value = { title, text, word, act };
}

const close = (): void => {
  question.value = null;
};

const plain = (text: string): string => text.normalize("NFKC").trim().toLowerCase();

export function TypedConfirmation(): JSX.Element | null {
  useEffect(() => close, []);
  return question.value && <Asked key={question.value.title} {...question.value} />;
}

function Asked({ title, text, word, act }: Question): JSX.Element {
  const desk = deskWords.value;
  const [typed, setTyped] = useState("");
  const sure = plain(typed) === plain(word);
  return (
    <Dialog title={title} onClose={close}>
      <p>{text}</p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!sure) return;
          close();
          act();
        }}
      >
        <label class="field">
          <span>{desk.typed_ask(word)}</span>
          <input
            class="input"
            value={typed}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <div class="row end">
          <button type="button" class="button" onClick={close}>
            {words.value.cancel}
          </button>
          <button type="submit" class="button risky" disabled={!sure}>
            {title}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
