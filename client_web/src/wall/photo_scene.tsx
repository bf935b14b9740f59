import type { JSX } from "preact";
import { stageWords } from "../i18n/stage_words";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Drawing } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { ShopTag } from "../parts/shop_tag";
import { Picture } from "../photos/picture";
import { type Photo, photos } from "../room/activities/photos";
import type { Choice } from "../views/view";
import { masked } from "./masked";

/** Photos on the wall at once, the newest: twelve fields, of which the first takes four. */
const MOST = 9;
/** The wall shows photos for so long after one came. */
const STAYS = 60_000;

/** Whether a photo was shown to everyone a short while ago. */
export function photosOnWall(room: Room): boolean {
  const { photos: shown, postedAt } = stateOf(room.now.value, photos);
  return shown.length > 0 && room.client.clock.now() - postedAt < STAYS;
}

/** The newest, with the one that was chosen before them. */
function onWall(room: Room, choice: Choice | null): Photo[] {
  const all = [...stateOf(room.now.value, photos).photos].reverse();
  const chosen = all.filter((one) => one.photo === choice?.subject);
  return [...chosen, ...all.filter((one) => one.photo !== choice?.subject)].slice(0, MOST);
}

/** The caption of the photo that is chosen; null if that is gone. None is needed: an empty wall of them asks for some. */
export function photoNamed(room: Room, choice: Choice | null): string | null {
  if (!choice?.subject) return "";
  const chosen = stateOf(room.now.value, photos).photos.find((one) => one.photo === choice.subject);
  return chosen ? (chosen.caption ?? "") : null;
}

/** Photos: one large, the others around it. */
export function PhotoScene({ room, choice }: { room: Room; choice: Choice | null }): JSX.Element {
  const t = words.value;
  const shown = onWall(room, choice);
  const first = shown[0];
  if (!first) {
    return (
      <div class="cover">
        <Drawing of="photos" scale={3} />
        <p>{stageWords.value.photos_invite}</p>
      </div>
    );
  }
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
