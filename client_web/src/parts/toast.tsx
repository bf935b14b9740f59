import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { explain } from "../i18n/words";
import { failureOf } from "../room/failure";

interface Notice {
  id: number;
  text: string;
  label?: string;
  act?: () => void;
}

/** How many dialogs are open: what lies under one can be neither heard nor tapped. */
export const dialogs = signal(0);

const notices = signal<readonly Notice[]>([]);
let count = 0;

const drop = (id: number) => {
  notices.value = notices.value.filter((notice) => notice.id !== id);
};

/** A line that passes; with something to do about it, it stays longer. */
export function toast(text: string, label?: string, act?: () => void): void {
  const id = ++count;
  const notice: Notice = { id, text, ...(label && act ? { label, act } : {}) };
  notices.value = [...notices.value.slice(-1), notice];
  setTimeout(() => drop(id), act ? 8_000 : 3_500);
}

/** Say why something did not work. A change of mind (a newer vote in its place) is no failure. */
export function toastFailure(error: unknown): void {
  toast(explain(failureOf(error).code));
}

/** The notices, on the page or, where one is open, in the dialog `over` it. */
export function Toasts({ over = false }: { over?: boolean }): JSX.Element | null {
  if (over !== dialogs.value > 0) return null;
  return (
    <div class="toasts" role="status" aria-live="polite">
      {notices.value.map((notice) => (
        <div class="toast" key={notice.id}>
          {notice.text}
          {notice.act && (
            <button
              type="button"
              class="button"
              onClick={() => {
                drop(notice.id);
                notice.act?.();
              }}
            >
              {notice.label}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
