import { signal } from "@preact/signals";

/** The tab that something else on the page leads to; whoever shows the tabs takes it from here. */
export const wanted = signal<string | null>(null);

/** After the page was drawn with the tab in it, and once more because it may have been out of sight. */
const drawn = (act: () => void): void => void requestAnimationFrame(() => requestAnimationFrame(act));

/** To a tab, and there into the field where one writes. */
export function toField(tab: string): void {
  wanted.value = tab;
  drawn(() => document.querySelector<HTMLElement>(`#kind-${tab} textarea`)?.focus());
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
