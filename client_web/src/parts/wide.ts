import { signal } from "@preact/signals";

const desk = matchMedia("(min-width: 1080px)");

/** Whether the console's parts stand side by side; its styles change at the same width. */
export const wide = signal(desk.matches);

desk.addEventListener("change", () => (wide.value = desk.matches));
