import { signal } from "@preact/signals";

export type Tab = "now" | "chat" | "polls" | "more";

/** The part of the console that a phone shows. */
export const tab = signal<Tab>("now");
/** The form for a new vote is open. */
export const drafting = signal(false);
export const showingKeys = signal(false);
