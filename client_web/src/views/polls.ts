import { PollCard } from "../audience/poll_card";
import { polls } from "../room/activities/polls";
import type { View } from "./view";

/** Votes and ratings. */
export const pollsView: View = {
  activity: polls,
  Card: PollCard,
  mine: async () => (await import("../audience/mine_parts")).pollMine,
  wall: async () => {
    const { pollOnWall, PollScene } = await import("../wall/poll_scene");
    return {
      wants: (room) => pollOnWall(room) !== null,
      scene: "poll",
      named: (room, choice) => pollOnWall(room, choice)?.question ?? null,
      Scene: PollScene,
    };
  },
  console: async () => (await import("../host/poll_desk")).pollDesk,
};
