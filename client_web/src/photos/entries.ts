import { type Room, stateOf } from "../page";
import { type Photo, photos } from "../room/activities/photos";
import type { Poll } from "../room/activities/polls";
import { masked } from "../wall/masked";
import { told } from "./addresses";

/** An option of a vote that is a photo. */
export interface Entry {
  readonly photo: string;
  /** The photo as everyone sees it; undefined where it is gone, or older than those in the page and not yet asked for. */
  readonly known: Photo | undefined;
  /** It was hidden or deleted: its option stays, its picture does not. */
  readonly gone: boolean;
  /** What is written under it, else the option's own words. */
  readonly title: string;
  /** As strangers may read it; empty where it is not known. */
  readonly author: string;
}

export const hasEntries = (poll: Poll): boolean => poll.photos.some((photo) => photo !== null);

/** The options that are photos, each at its place; null for the others. */
export function entriesOf(room: Room, poll: Poll): readonly (Entry | null)[] {
  const { photos: shown, count, gone } = stateOf(room.now.value, photos);
  const all = count <= shown.length;
  return poll.options.map((option, place) => {
    const photo = poll.photos[place] ?? null;
    if (photo === null) return null;
    const here = shown.find((one) => one.photo === photo);
    const missing = !here && (all || gone.includes(photo));
    const known = here ?? (missing ? undefined : told(room, photo));
    return { photo, known, gone: missing, title: known?.caption || option, author: known ? masked(known.by) : "" };
  });
}
