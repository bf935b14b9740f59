import { DrawCard } from "../audience/draw_card";
import { draws } from "../room/activities/draws";
import type { View } from "./view";

/** Lucky draws. In the console and among what is one's own they stand with the other gifts. */
export const drawsView: View = {
  activity: draws,
  Card: DrawCard,
  mine: async () => (await import("../audience/mine_parts")).giftMine,
  wall: async () => {
    const { drawOnWall, DrawScene } = await import("../wall/draw_scene");
    return {
      wants: (room) => drawOnWall(room) !== null,
      scene: "winner",
      named: (room, choice) => drawOnWall(room, choice)?.title ?? null,
      Scene: DrawScene,
    };
  },
};
