import type { Activity } from "../activity";
import { chat } from "./chat";
import { lifecycle } from "./lifecycle";
import { polls } from "./polls";

/** What a room can do, as this client knows it. A new activity is one file and one line here. */
export const activities: readonly Activity[] = [lifecycle, chat, polls];
