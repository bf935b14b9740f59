import type { Activity } from "../activity";
import type { RoomSettings, RoomView } from "../messages";

export type RoomState = Readonly<Pick<RoomView, "title" | "status">> & {
  readonly settings: Pick<RoomSettings, "text_length" | "slow_mode_ms">;
};

const UNKNOWN: RoomState = { title: "", status: "open", settings: { text_length: 500, slow_mode_ms: 0 } };

export const lifecycle: Activity<RoomState> = {
  name: "room",

  read: (view) => ({ ...UNKNOWN, ...(view as RoomView | undefined) }),

  apply(state, event) {
    switch (event.type) {
      case "room.opened":
        return { ...state, status: "open" };
      case "room.closed":
        return { ...state, status: "closed" };
      case "room.created":
      case "room.configured":
        return event.data ? { ...state, ...event.data } : state;
      default:
        return state;
    }
  },
};
