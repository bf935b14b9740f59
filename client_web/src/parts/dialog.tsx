import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { words } from "../i18n/words";
import { IconButton } from "./bricks";
import { dialogs, Toasts } from "./toast";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A window above the page: the browser keeps the focus in it and closes it with Escape. */
export function Dialog({ title, onClose, children }: DialogProps): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  const gone = useRef(false);
  // Before it is taken from the page: passive effects end after that.
  useLayoutEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    dialogs.value += 1;
    return () => {
      dialogs.value -= 1;
      // Closed rather than only taken away, so that the browser gives the focus back to where it was.
      gone.current = true;
      dialog?.close();
    };
  }, []);
  return (
    <dialog ref={box} class="dialog" aria-label={title} onClose={() => gone.current || onClose()}>
      <div>
        <h2>{title}</h2>
        {children}
        {/* The last in order, so that the first field gets the focus; a phone may have no Escape. */}
        <IconButton class="shut" icon="close" label={words.value.close} onClick={onClose} />
      </div>
      <Toasts over />
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

const close = (): void => {
  question.value = null;
};

export function Confirmation(): JSX.Element | null {
  const asked = question.value;
  // Whoever comes to this page next was not asked.
  useEffect(() => close, []);
  if (!asked) return null;
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
