import { signal } from "@preact/signals";

/** The tab that something else on the page leads to; whoever shows the tabs takes it from here. */
export const wanted = signal<string | null>(null);

/** On a slow phone the tab is drawn some frames after it was asked for; a page that is not drawn at all is given up. */
const FRAMES = 120;

function focusOnceSeen(selector: string, frames = FRAMES): void {
  requestAnimationFrame(() => {
    const field = document.querySelector<HTMLElement>(selector);
    field?.focus();
    // A tab that is not chosen yet takes no focus.
    if (document.activeElement !== field && frames > 0) focusOnceSeen(selector, frames - 1);
  });
}

/** To a tab, and there into the field where one writes. */
export function toField(tab: string): void {
  wanted.value = tab;
  focusOnceSeen(`#kind-${tab} textarea`);
}

/** To the photos, with the phone's own way to choose or take one. It must be asked for while the tap lasts. */
export function toPicker(): void {
  wanted.value = "photos";
  document.querySelector<HTMLInputElement>("#kind-photos input[type=file]")?.click();
}

/** To a card of what is on, with its first button ready. */
export function toCard(which: string): void {
  const card = document.querySelector<HTMLElement>(`.now > .card.${which}`);
  card?.scrollIntoView({ block: "nearest" });
  card?.querySelector<HTMLElement>(".body button, .body [tabindex], .body input, button.main")?.focus({ preventScroll: true });
}
