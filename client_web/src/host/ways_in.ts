import type { RoomLink } from "../room/api";

/** What a co-host may do: all that a host may, or run what is on and keep order. */
export const POWERS = ["host", "moderator"] as const;
export type Power = (typeof POWERS)[number];

const isStaff = (link: RoomLink): boolean => (POWERS as readonly string[]).includes(link.role);

/** The links that somebody runs the room by, and all others; those that open nothing any more are neither. */
export function sortedLinks(links: readonly RoomLink[], now: number): { staff: RoomLink[]; others: RoomLink[] } {
  const alive = links.filter((link) => link.revoked_at === null && (link.expires_at ?? now + 1) > now);
  return { staff: alive.filter(isStaff), others: alive.filter((link) => !isStaff(link)) };
}
