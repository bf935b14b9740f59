import type { JSX } from "preact";
import type { Room } from "../page";
import { ChatScene } from "./chat_scene";
import { pollOnWall, PollScene } from "./poll_scene";

export interface SceneOf {
  name: string;
  wants: (room: Room) => boolean;
  Scene: (props: { room: Room }) => JSX.Element | null;
}

/** The first that wants the wall has it. A new activity adds its scene here. */
export const scenes: readonly SceneOf[] = [
  { name: "polls", wants: (room) => pollOnWall(room) !== null, Scene: PollScene },
  { name: "chat", wants: () => true, Scene: ChatScene },
];
