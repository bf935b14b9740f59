import type { Activity } from "../activity";
import type { LoggedEvent, PhotosView, PhotoView } from "../messages";

/** Photos of one kind in a page, the newest. */
const KEPT = 100;
const GONE_KEPT = 500;

export type Photo = Readonly<PhotoView>;

export interface PhotosState {
  /** Those that everyone sees, in the order of their adding. */
  readonly photos: readonly Photo[];
  /** How many there are in all. */
  readonly count: number;
  /** What waits for approval, and what was hidden; told to hosts only. */
  readonly pending: readonly Photo[];
  readonly bin: readonly Photo[];
  /** The seq and the time at which a photo was last shown to everyone. */
  readonly newest: number;
  readonly postedAt: number;
  /** Those of which was told that they are shown no more, the last. */
  readonly gone: readonly string[];
}

type Content = Extract<LoggedEvent, { type: "photo.offered" | "photo.posted" | "photo.binned" }>;

function photoOf({ data, by }: Content): Photo | null {
  if (data === null || by === null) return null;
  const { photo, width, height, color, caption, added_at } = data;
  return { photo, at: added_at, by, width, height, color, caption };
}

const without = (photos: readonly Photo[], photo: string) => photos.filter((one) => one.photo !== photo);

/** With the photo at its place: by time, as the server has them. */
function put(photos: readonly Photo[], photo: Photo): readonly Photo[] {
  const later = (one: Photo) => one.at > photo.at || (one.at === photo.at && one.photo > photo.photo);
  const place = photos.findIndex(later);
  const before = place < 0 ? photos : photos.slice(0, place);
  return [...before, photo, ...(place < 0 ? [] : photos.slice(place))];
}

/** It is nowhere any more. */
function taken(state: PhotosState, photo: string): PhotosState {
  const photos = without(state.photos, photo);
  const count = state.count - (state.photos.length - photos.length);
  return { ...state, photos, count, pending: without(state.pending, photo), bin: without(state.bin, photo) };
}

export const photos: Activity<PhotosState> = {
  name: "photos",
  counted: ["photo.posted"],

  read(view) {
    const { photos: shown = [], count = 0, pending = [], bin = [] } = (view ?? {}) as Partial<PhotosView>;
    return { photos: shown, count, pending, bin, newest: 0, postedAt: 0, gone: [] };
  },

  apply(state, event) {
    switch (event.type) {
      case "photo.offered": {
        const photo = photoOf(event);
        if (!photo) return state;
        const rest = taken(state, photo.photo);
        return { ...rest, pending: put(rest.pending, photo) };
      }
      case "photo.posted": {
        const photo = photoOf(event);
        if (!photo) return state;
        const rest = taken(state, photo.photo);
        const shown = put(rest.photos, photo).slice(-KEPT);
        return { ...rest, photos: shown, count: rest.count + 1, newest: event.seq, postedAt: event.at, gone: rest.gone.filter((one) => one !== photo.photo) };
      }
      case "photo.binned": {
        const photo = photoOf(event);
        if (!photo) return state;
        const rest = taken(state, photo.photo);
        return { ...rest, bin: put(rest.bin, photo).slice(-KEPT) };
      }
      case "photo.hidden":
      case "photo.deleted":
        if (!event.data) return state;
        return { ...taken(state, event.data.photo), gone: [...state.gone, event.data.photo].slice(-GONE_KEPT) };
      case "room.retired": {
        const before = event.data?.before ?? 0;
        const young = (some: readonly Photo[]) => some.filter((one) => one.at >= before);
        const shown = young(state.photos);
        const count = state.count - (state.photos.length - shown.length);
        return { ...state, photos: shown, count, pending: young(state.pending), bin: young(state.bin) };
      }
      default:
        return state;
    }
  },
};
