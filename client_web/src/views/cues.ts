import { CueCard } from "../audience/cue_card";
import { cues } from "../room/activities/cues";
import type { View } from "./view";

/** The host's calls, and the run-sheet. */
export const cuesView: View = {
  activity: cues,
  Head: CueCard,
  over: async () => (await import("../wall/lines")).CueLine,
  console: async () => (await import("../host/run_desk")).runDesk,
};
