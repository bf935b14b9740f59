import type { By } from "./messages";

const MACHINES = new Set<By["role"]>(["wall", "bot"]);
/** Accounts of the staff are governed where staff is. */
const ACCOUNT = "st_";

/** What `you` may do about somebody; the server has the last word. */
export function deedsOn(by: By, you: By | null): { kick: boolean; ban: boolean; role: boolean } {
  const host = you?.role === "host";
  const staff = host || you?.role === "moderator";
  if (!staff || you === null || by.id === you.id || by.id.startsWith(ACCOUNT) || by.id.startsWith("erased:")) {
    return { kick: false, ban: false, role: false };
  }
  const below = host || by.role !== "host";
  // Somebody whom a bot speaks for has no connection to end, and no other role.
  const here = by.via === undefined;
  return { kick: below && here, ban: below, role: host && here && !MACHINES.has(by.role) };
}
