import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { explain } from "../i18n/words";
import { failureOf } from "../room/failure";

interface Notice {
  id: number;
  text: string;
  label?: string;
  act?: () => void;
  timer: ReturnType<typeof setTimeout>;
}

/** At once; an older one makes room. */
const SHOWN = 3;

/** How many dialogs are open: what lies under one can be neither heard nor tapped. */
export const dialogs = signal(0);

const notices = signal<readonly Notice[]>([]);
let count = 0;

const drop = (id: number) => {
  notices.value = notices.value.filter((notice) => notice.id !== id);
};

const later = (id: number, act: boolean) => setTimeout(() => drop(id), act ? 8_000 : 3_500);

/** A line that passes; with something to do about it, it stays longer. */
export function toast(text: string, label?: string, act?: () => void): void {
  const id = ++count;
  const notice: Notice = { id, text, ...(label && act ? { label, act } : {}), timer: later(id, act !== undefined) };
  notices.value = [...notices.value.slice(1 - SHOWN), notice];
}

/** Say why something did not work. A change of mind (a newer vote in its place) is no failure. */
export function toastFailure(error: unknown): void {
  toast(explain(failureOf(error).code));
}

function take({ id, act }: Notice): void {
  drop(id);
  act?.();
}

/** Do what the newest notice offers, such as taking back what it tells of; whether there was one. */
export function takeOffer(): boolean {
  const newest = [...notices.value].reverse().find((notice) => notice.act);
  if (newest) take(newest);
  return newest !== undefined;
}

interface ToastsProps {
  /** In the dialog that is open, instead of on the page. */
  over?: boolean;
  /** In the flow of a part of the page, above what stands at its lower end: it covers nothing. */
  within?: boolean;
}

/** The notices, in one place of the page or, where one is open, in the dialog `over` it. */
export function Toasts({ over = false, within = false }: ToastsProps): JSX.Element | null {
  if (over !== dialogs.value > 0) return null;
  return (
    <div class={`toasts ${within ? "within" : ""}`} role="status" aria-live="polite">
      {notices.value.map((notice) => (
        <div
          class="toast"
          key={notice.id}
          // Nothing is taken from under somebody's finger.
          onFocusCapture={() => clearTimeout(notice.timer)}
          onBlurCapture={() => (notice.timer = later(notice.id, true))}
        >
          {notice.text}
          {notice.act && (
            <button type="button" class="button" onClick={() => take(notice)}>
              {notice.label}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
