import type { Activity } from "../activity";

/** How many messages of the last minute were too many and went back to their senders; told to hosts only. */
export const shed: Activity<number> = {
  name: "shed",
  read: () => 0,
  apply: (state) => state,
  hear: (state, type, body) => (type === "room.shed" ? Number(body["count"]) : state),
};
