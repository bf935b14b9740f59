import type { JSX } from "preact";
import type { Room } from "../page";
import { PollCard } from "./poll_card";

export interface CardOf {
  name: string;
  /** What of this activity is on now; null while nothing is. */
  Card: (props: { room: Room }) => JSX.Element | null;
}

/** What can be on now, in the order in which it stands on the page. A new activity adds its card here. */
export const cards: readonly CardOf[] = [{ name: "polls", Card: PollCard }];
