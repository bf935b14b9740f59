import type { JSX } from "preact";
import { words } from "../i18n/words";
import type { Room } from "../page";
import type { MinePart } from "../views/view";
import { OwnRow } from "./photo_tab";

/** One's own photos, wherever they are, and a way to delete them. */
export const photoMine: MinePart = {
  name: "photos",
  label: () => words.value.mine.photos,
  some: (room) => (room.now.value.mine.photos?.photos.length ?? 0) > 0,
  verdicts: ({ now }) => (now.value.mine.photos?.photos ?? []).flatMap(({ photo, place }) => (place === "hidden" ? photo : [])),
  List,
};

function List({ room }: { room: Room }): JSX.Element {
  const own = [...(room.now.value.mine.photos?.photos ?? [])].reverse();
  return (
    <ul>
      {own.map((one) => (
        <OwnRow key={one.photo} room={room} own={one} />
      ))}
    </ul>
  );
}
