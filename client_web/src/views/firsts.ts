import { FirstCard } from "../audience/first_card";
import { firsts } from "../room/activities/firsts";
import type { View } from "./view";

/** Gifts for those who tap first. The console's part shows all kinds of gifts. */
export const firstsView: View = {
  activity: firsts,
  Card: FirstCard,
  wall: async () => {
    const { firstOnWall, FirstScene } = await import("../wall/first_scene");
    return {
      wants: (room) => firstOnWall(room) !== null,
      scene: "winner",
      named: (room, choice) => firstOnWall(room, choice)?.title ?? null,
      Scene: FirstScene,
    };
  },
  console: async () => (await import("../host/gift_desk")).giftDesk,
};
