import type { Poll } from "../room/activities/polls";

const OPTIONS = 20;
/** In place of a draft's id: a draft that is yet to be made. */
export const NEW = "";

/** Drafts that can have one more. */
export const draftsFor = (all: readonly Poll[]): readonly Poll[] =>
  all.filter((poll) => poll.status === "draft" && poll.kind !== "rating" && poll.options.length < OPTIONS);

/** The draft that photos go to: the one that was chosen, else the last that has photos already; null for a new one. */
export function targetOf(all: readonly Poll[], wanted: string | null): Poll | null {
  const drafts = draftsFor(all);
  if (wanted === NEW) return null;
  const found = drafts.find((poll) => poll.poll === wanted);
  return found ?? [...drafts].reverse().find((poll) => poll.photos.some(Boolean)) ?? null;
}

/** A name for one more option that no other has. */
export function optionFor(poll: Pick<Poll, "options"> | null, name: (number: number) => string): string {
  const taken = poll?.options ?? [];
  let number = taken.length + 1;
  while (taken.includes(name(number))) number += 1;
  return name(number);
}
