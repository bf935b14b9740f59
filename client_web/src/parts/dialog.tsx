import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { words } from "../i18n/words";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A window above the page: the browser keeps the focus in it and closes it with Escape. */
export function Dialog({ title, onClose, children }: DialogProps): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    box.current?.showModal();
  }, []);
  return (
    <dialog ref={box} class="dialog" aria-label={title} onClose={onClose}>
      <div>
        <h2>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

interface Question {
  title: string;
  text: string;
  yes: string;
  act: () => void;
}

const question = signal<Question | null>(null);

/** Ask before doing what cannot be taken back at once. */
export function confirmFirst(title: string, text: string, yes: string, act: () => void): void {
  question.value = { title, text, yes, act };
}

export function Confirmation(): JSX.Element | null {
  const asked = question.value;
  if (!asked) return null;
  const close = () => {
    question.value = null;
  };
  return (
    <Dialog title={asked.title} onClose={close}>
      <p>{asked.text}</p>
      <div class="row end">
        <button type="button" class="button" onClick={close}>
          {words.value.cancel}
        </button>
        <button
          type="button"
          class="button risky"
          onClick={() => {
            close();
            asked.act();
          }}
        >
          {asked.yes}
        </button>
      </div>
    </Dialog>
  );
}
