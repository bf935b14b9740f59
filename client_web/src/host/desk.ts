import { computed, signal } from "@preact/signals";

/** The parts of the console where one has been, the latest first, each once: now, waiting, chat, more, or a panel's name. */
const visited = signal<readonly string[]>(["now"]);

/** The part where one is: a phone shows it alone. */
export const tab = computed(() => visited.value[0] ?? "now");

/** Of these parts the one where one was last, else the first. */
export const lastOf = (names: readonly string[]): string | undefined =>
  visited.value.find((name) => names.includes(name)) ?? names[0];

/** The form for a new vote is open. */
export const drafting = signal(false);
export const showingKeys = signal(false);

/** To that part: on a phone it comes alone, on a desk to the front of its column. */
export function go(name: string): void {
  visited.value = [name, ...visited.value.filter((one) => one !== name)];
  requestAnimationFrame(() => {
    const panel = document.getElementById(`panel-${name}`);
    panel?.scrollIntoView({ block: "nearest" });
    panel?.focus({ preventScroll: true });
  });
}
