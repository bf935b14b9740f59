import { ReactionBar } from "../audience/reaction_bar";
import { reactions } from "../room/activities/reactions";
import type { View } from "./view";

/** Reactions, told in bulk. The console shows how many there are in its health strip. */
export const reactionsView: View = {
  activity: reactions,
  Foot: ReactionBar,
  over: async () => (await import("../wall/reaction_rise")).ReactionRise,
};
