import { Talk } from "../audience/talk";
import { words } from "../i18n/words";
import { stateOf } from "../page";
import { chat } from "../room/activities/chat";
import type { View } from "./view";

/** The talk. The console is built around it, so it needs no panel there. */
export const chatView: View = {
  activity: chat,
  tab: {
    name: "chat",
    icon: "chat",
    label: () => words.value.chat,
    newest: (room) => {
      const { messages } = stateOf(room.now.value, chat);
      return messages[messages.length - 1]?.seq ?? 0;
    },
    Panel: Talk,
  },
  mine: async () => (await import("../audience/mine_parts")).chatMine,
  wall: async () => {
    const { ChatScene } = await import("../wall/chat_scene");
    return { scene: "chat", Scene: ChatScene };
  },
};
