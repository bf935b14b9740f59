import { chat } from "../room/activities/chat";
import type { View } from "./view";

/** The talk. Audience and console are built around it, so it needs no card and no panel. */
export const chatView: View = {
  activity: chat,
  wall: async () => {
    const { ChatScene } = await import("../wall/chat_scene");
    return { Scene: ChatScene };
  },
};
