import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { clockFace } from "../parts/clock_face";
import { lifecycle } from "../room/activities/lifecycle";
import { order } from "../room/activities/order";

export interface Barred {
  /** Why nothing can be written now, in words for who wanted to. */
  why: string;
  /** It ends by itself: what is left is in the words. */
  counts: boolean;
}

/** Why this person cannot write now, here (`chat`) or anywhere; null if they can. Staff always can. */
export function barred(room: Room, place: "chat" | "elsewhere"): Barred | null {
  const t = words.value;
  const snapshot = room.now.value;
  const { muted, chat_closed, panicked } = stateOf(snapshot, order);
  const own = snapshot.mine.people?.muted;
  if (stateOf(snapshot, lifecycle).status === "closed") return { why: t.say_closed, counts: false };
  if (own) {
    const left = own.until === null ? null : own.until - room.client.clock.now();
    if (left === null) return { why: t.muted_you, counts: false };
    if (left > 0) return { why: t.muted_you_for(clockFace(left)), counts: true };
  }
  if (muted || panicked) return { why: t.muted_all, counts: false };
  if (chat_closed && place === "chat") return { why: t.chat_closed, counts: false };
  return null;
}
