import { type Room, stateOf } from "../page";
import { type Announcement, announcements } from "../room/activities/announcements";
import { cues, nextCue, type Prepared } from "../room/activities/cues";
import { act } from "./act";

/** Undo of what is on now, as it was. */
function before(room: Room): () => void {
  const { on } = stateOf(room.client.snapshot, cues);
  if (on) return () => bring(room, on);
  return () => withdraw(room);
}

/** On again: from the run-sheet where it still stands there. */
function bring(room: Room, one: { cue: string; text: string; does: Prepared["does"] }): void {
  const there = stateOf(room.client.snapshot, cues).sheet.some((each) => each.cue === one.cue && each.text === one.text);
  if (there) void act(room, "cue.call", { cue: one.cue });
  else void act(room, "cue.say", { text: one.text, does: one.does });
}

/** Call a prepared one. */
export const call = (room: Room, one: Prepared): void => void act(room, "cue.call", { cue: one.cue }, before(room));

/** Call the next of the run-sheet, if there is one. */
export function callNext(room: Room): void {
  const next = nextCue(stateOf(room.client.snapshot, cues));
  if (next) call(room, next);
}

/** Call what was not prepared. */
export const say = (room: Room, text: string, does: Prepared["does"]): Promise<boolean> =>
  act(room, "cue.say", { text, does }, before(room));

/** End the call that is on. */
export function withdraw(room: Room): void {
  const { on } = stateOf(room.client.snapshot, cues);
  if (on) void act(room, "cue.withdraw", { cue: on.cue }, () => bring(room, on));
}

/** Take one out of the run-sheet. */
export const drop = (room: Room, { cue, text, does }: Prepared): void =>
  void act(room, "cue.drop", { cue }, () => void act(room, "cue.prepare", { text, does }));

/** Announce it no more. */
export function withdrawAnnouncement(room: Room, { announcement, text, link }: Announcement): void {
  void act(room, "announcement.withdraw", { announcement }, () => void act(room, "announcement.post", { text, link }));
}

/** What is announced now; the newest, for what is in the page may be a moment older. */
export const announced = (room: Room): Announcement | null => stateOf(room.client.snapshot, announcements).current;
