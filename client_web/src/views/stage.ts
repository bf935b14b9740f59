import { stage } from "../room/activities/stage";
import type { View } from "./view";

/** What the wall shows. Of its own scenes the countdown wants the wall by itself, before the talk and after all else. */
export const stageView: View = {
  activity: stage,
  wall: async () => {
    const { countdownNamed, CountdownScene, runs } = await import("../wall/countdown_scene");
    return { wants: runs, scene: "countdown", named: countdownNamed, Scene: CountdownScene };
  },
  console: async () => (await import("../host/stage_desk")).stageDesk,
};
