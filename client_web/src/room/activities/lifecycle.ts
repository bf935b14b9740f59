import type { Activity } from "../activity";
import type { RoomSettings, RoomView } from "../messages";

export type RoomState = Readonly<Pick<RoomView, "title" | "status" | "rehearsal">> & {
  readonly settings: Pick<
    RoomSettings,
    | "text_length"
    | "room_rate"
    | "slow_mode_ms"
    | "approve_chat"
    | "approve_questions"
    | "filter_common"
    | "filter_holds"
    | "photos_open"
    | "photos_approved"
    | "shops"
    | "reactions_open"
  >;
  /** When slow mode was last changed, as far as this page saw it; what was said before counts for none of it. */
  readonly slowSince: number;
};

const SETTINGS = {
  text_length: 500,
  room_rate: 40,
  slow_mode_ms: 0,
  approve_chat: false,
  approve_questions: false,
  filter_common: false,
  filter_holds: false,
  photos_open: true,
  photos_approved: true,
  shops: [],
  reactions_open: true,
};

const UNKNOWN: RoomState = { title: "", status: "open", rehearsal: false, settings: SETTINGS, slowSince: 0 };

export const lifecycle: Activity<RoomState> = {
  name: "room",

  read: (view) => ({ ...UNKNOWN, ...(view as RoomView | undefined) }),

  apply(state, event) {
    switch (event.type) {
      case "room.opened":
        return { ...state, status: "open" };
      case "room.closed":
        return { ...state, status: "closed" };
      case "room.rehearsal_started":
      case "room.cleared":
        return { ...state, rehearsal: event.type === "room.rehearsal_started" };
      case "room.created":
      case "room.configured": {
        if (!event.data) return state;
        const same = event.data.settings.slow_mode_ms === state.settings.slow_mode_ms;
        return { ...state, ...event.data, slowSince: same ? state.slowSince : event.at };
      }
      default:
        return state;
    }
  },
};
