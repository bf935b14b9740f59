import { PhotoTab } from "../audience/photo_tab";
import { words } from "../i18n/words";
import { stateOf } from "../page";
import { photos } from "../room/activities/photos";
import type { View } from "./view";

/** Photos from the audience. */
export const photosView: View = {
  activity: photos,
  tab: {
    name: "photos",
    icon: "photo",
    label: () => words.value.photos,
    count: (room) => stateOf(room.now.value, photos).count,
    newest: (room) => stateOf(room.now.value, photos).newest,
    Panel: PhotoTab,
  },
  mine: async () => (await import("../audience/mine_parts")).photoMine,
  wall: async () => {
    const { photoNamed, photosOnWall, PhotoScene } = await import("../wall/photo_scene");
    return { wants: photosOnWall, scene: "photos", named: photoNamed, Scene: PhotoScene };
  },
  console: async () => (await import("../host/photo_desk")).photoDesk,
};
