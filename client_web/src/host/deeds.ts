import type { Deeds } from "../chat/messages";
import { words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { toast, toastFailure } from "../parts/toast";
import { chat, type ChatMessage } from "../room/activities/chat";
import { act } from "./act";
import { openPerson } from "./people";

let lastRemoved: ChatMessage | null = null;

async function restore(room: Room, message: ChatMessage): Promise<void> {
  lastRemoved = null;
  await act(room, "chat.restore", { message: message.message });
}

async function remove(room: Room, message: ChatMessage): Promise<void> {
  const t = words.value;
  try {
    await room.client.send("chat.delete", { message: message.message });
    // One's own words have no bin: what their author takes back is gone.
    if (message.by.id === room.client.snapshot.you?.id) {
      toast(t.removed);
      return;
    }
    lastRemoved = message;
    toast(t.removed, t.undo, () => void restore(room, message));
  } catch (error) {
    toastFailure(error);
  }
}

/** Take back the last deletion, if there is one. */
export function undoRemove(room: Room): void {
  if (lastRemoved) void restore(room, lastRemoved);
}

const known = new WeakMap<Room, Deeds>();

/** What staff may do to a message: one tap each, and back again by the notice that follows. */
export function deedsOf(room: Room): Deeds {
  const made = known.get(room);
  if (made) return made;
  const deeds: Deeds = {
    remove: (message) => void remove(room, message),
    person: openPerson,
    pin: (message) => {
      const before = stateOf(room.client.snapshot, chat).pinned;
      if (before?.message === message.message) {
        void act(room, "chat.unpin", {}, () => void act(room, "chat.pin", { message: message.message }));
        return;
      }
      const back = before
        ? () => void act(room, "chat.pin", { message: before.message })
        : () => void act(room, "chat.unpin", {});
      void act(room, "chat.pin", { message: message.message }, back);
    },
  };
  known.set(room, deeds);
  return deeds;
}
