import type { JSX } from "preact";
import { figure } from "../../src/i18n/words";
import { type Room, stateOf } from "../../src/page";
import type { View } from "../../src/views/view";
import { applause } from "./applause";

function Level({ room }: { room: Room }): JSX.Element | null {
  const { claps } = stateOf(room.now.value, applause);
  return claps > 0 ? <p class="card figures">{figure(claps)}</p> : null;
}

/** Claps: a card for the audience, a scene on the wall, a tab in the console. */
export const applauseView: View = {
  activity: applause,
  Card: Level,
  wall: async () => ({ wants: (room) => stateOf(room.now.value, applause).claps > 0, Scene: Level }),
  console: async () => ({ panel: { name: "applause", icon: "bars", label: () => "Applause", Panel: Level } }),
};
