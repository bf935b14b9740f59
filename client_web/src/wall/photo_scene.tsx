import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Icon } from "../parts/icons";
import { ShopTag } from "../parts/shop_tag";
import { Picture } from "../photos/picture";
import { photos } from "../room/activities/photos";
import { masked } from "./masked";
import "./photo_scene.css";

/** Photos on the wall at once, the newest: twelve fields, of which the first takes four. */
const MOST = 9;
/** The wall shows photos for so long after one came. */
const STAYS = 60_000;

/** Whether a photo was shown to everyone a short while ago. */
export function photosOnWall(room: Room): boolean {
  const { photos: shown, postedAt } = stateOf(room.now.value, photos);
  return shown.length > 0 && room.client.clock.now() - postedAt < STAYS;
}

/** The newest photos: the last one large, the others around it. */
export function PhotoScene({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const [, redraw] = useState(0);
  useEffect(() => {
    // Nobody is there to touch the page when the time is over.
    const timer = setInterval(() => redraw((count) => count + 1), 5_000);
    return () => clearInterval(timer);
  }, []);
  const shown = [...stateOf(room.now.value, photos).photos].slice(-MOST).reverse();
  const first = shown[0];
  if (!first) return null;
  return (
    <div class="photo-scene">
      <header>
        <span class="sort">
          <Icon name="photo" size={56} />
          {t.photos_wall}
        </span>
        <span class="name">
          {masked(first.by)}
          {" "}
          <ShopTag by={first.by} />
          {first.caption && <> · {first.caption}</>}
        </span>
      </header>
      <ul class={`mosaic of-${shown.length <= 1 ? "one" : shown.length <= 5 ? "few" : "many"}`}>
        {shown.map((photo, place) => (
          <li key={photo.photo} class={place === 0 ? "first" : ""}>
            <Picture room={room} photo={photo} size={place === 0 ? 2048 : 640} alt={t.photo_of(masked(photo.by))} />
          </li>
        ))}
      </ul>
    </div>
  );
}
