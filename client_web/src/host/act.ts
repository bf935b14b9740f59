import { words } from "../i18n/console_words";
import type { Room } from "../page";
import { toast, toastFailure } from "../parts/toast";
import type { CommandType, Fields } from "../room/messages";

/** Do something as staff, and say that it is done, and to `whom` if that is done to many in turn; `undo` is offered. */
export async function act<Type extends CommandType>(
  room: Room,
  type: Type,
  fields: Fields<Type>,
  undo?: () => void,
  whom?: string,
): Promise<boolean> {
  try {
    await room.client.send(type, fields);
    const t = words.value;
    const done = t.done[type] ?? t.ok;
    toast(whom ? `${whom} · ${done}` : done, undo ? t.undo : undefined, undo);
    return true;
  } catch (error) {
    toastFailure(error);
    return false;
  }
}
