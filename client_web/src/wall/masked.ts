import type { By } from "../room/messages";

/** Names of the audience are masked where strangers read them: 小*. */
export function masked(by: By): string {
  if (by.role !== "attendee") return by.name;
  const [first = "", ...rest] = Array.from(by.name);
  return rest.length ? `${first}*` : first;
}
