import type { JSX } from "preact";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { lifecycle } from "../room/activities/lifecycle";

/** Beside any scene: nobody should take a rehearsal for the show. */
export function RehearsalMark({ room }: { room: Room }): JSX.Element | null {
  return stateOf(room.now.value, lifecycle).rehearsal ? <p class="rehearsal-mark">{words.value.rehearsal}</p> : null;
}
