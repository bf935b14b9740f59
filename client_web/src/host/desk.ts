import { signal } from "@preact/signals";

/** The part of the console that a phone shows: now, waiting, chat, more, or a panel's name. */
export const tab = signal("now");
/** The form for a new vote is open. */
export const drafting = signal(false);
export const showingKeys = signal(false);

/** To that part: a phone shows it alone, on a desk it is brought into sight. */
export function go(name: string): void {
  tab.value = name;
  requestAnimationFrame(() => {
    const panel = document.getElementById(`panel-${name}`);
    panel?.scrollIntoView({ block: "nearest" });
    panel?.focus({ preventScroll: true });
  });
}
