import type { JSX } from "preact";
import { words } from "../i18n/words";
import type { Room } from "../page";
import { Icon } from "../parts/icons";
import type { Size } from "./addresses";
import type { Entry } from "./entries";
import { Picture } from "./picture";
import "./entry.css";

interface EntryProps {
  room: Room;
  entry: Entry;
  size: Size;
}

/** The picture of an entry; where it is gone, its place. */
export function EntryPicture({ room, entry, size }: EntryProps): JSX.Element {
  if (entry.gone) {
    return (
      <span class="entry-picture gone">
        <Icon name="photo" size={20} />
        <span class="seen-by-readers">{words.value.entry_gone}</span>
      </span>
    );
  }
  const { width, height, color } = entry.known ?? { width: 4, height: 3, color: "var(--sunk)" };
  return (
    <span class="entry-picture">
      <Picture key={entry.photo} room={room} photo={{ photo: entry.photo, width, height, color }} size={size} alt="" />
    </span>
  );
}

/** What an entry is called, and by whom it is. */
export function EntryName({ entry }: { entry: Entry }): JSX.Element {
  return (
    <span class="grow entry-name">
      <span>{entry.title}</span>
      {entry.author && <small>{entry.author}</small>}
    </span>
  );
}
