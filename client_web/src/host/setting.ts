import type { Room } from "../page";
import type { Fields } from "../room/messages";
import { act } from "./act";

type Settings = NonNullable<Fields<"room.configure">["settings"]>;

/** Set a rule of the room; `before` is what undoing sets. */
export function set(room: Room, settings: Settings, before: Settings): void {
  void act(room, "room.configure", { settings }, () => void act(room, "room.configure", { settings: before }));
}
