import { PollCard } from "../audience/poll_card";
import { polls } from "../room/activities/polls";
import type { View } from "./view";

/** Votes and ratings. */
export const pollsView: View = {
  activity: polls,
  Card: PollCard,
  wall: async () => {
    const { pollOnWall, PollScene } = await import("../wall/poll_scene");
    return { wants: (room) => pollOnWall(room) !== null, Scene: PollScene };
  },
  console: async () => (await import("../host/poll_desk")).pollDesk,
};
