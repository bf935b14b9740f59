import { DrawCard } from "../audience/draw_card";
import { draws } from "../room/activities/draws";
import type { View } from "./view";

/** Lucky draws. In the console they stand among the gifts. */
export const drawsView: View = {
  activity: draws,
  Card: DrawCard,
  wall: async () => {
    const { drawOnWall, DrawScene } = await import("../wall/draw_scene");
    return { wants: (room) => drawOnWall(room) !== null, Scene: DrawScene };
  },
};
