import { signal } from "@preact/signals";

/** The part of the console that a phone shows: now, chat, more, or a panel's name. */
export const tab = signal("now");
/** The form for a new vote is open. */
export const drafting = signal(false);
export const showingKeys = signal(false);
