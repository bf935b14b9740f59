import type { Activity } from "../activity";
import type { ArrivalsView } from "../messages";

export type Arrived = Readonly<NonNullable<ArrivalsView["people"]>[number]>;

/** Told to hosts only; everybody else has an empty list. */
export interface ArrivalsState {
  /** Who is checked in, the latest last. */
  readonly people: readonly Arrived[];
}

/** Who is checked in. */
export const arrivals: Activity<ArrivalsState> = {
  name: "arrivals",

  read: (view) => ({ people: (view as ArrivalsView | undefined)?.people ?? [] }),

  apply(state, event) {
    switch (event.type) {
      case "arrival.marked":
      case "arrival.unmarked": {
        const { by } = event;
        if (by === null || event.data === null) return state;
        const others = state.people.filter(({ user }) => user !== by.id);
        const came = { user: by.id, name: by.name, guest: by.guest ?? false, at: event.at };
        return { people: event.type === "arrival.marked" ? [...others, came] : others };
      }
      case "room.retired": {
        const before = event.data?.before ?? 0;
        return { people: state.people.filter(({ at }) => at >= before) };
      }
      default:
        // Whoever was erased is taken from the list by the view that is fetched then.
        return state;
    }
  },
};
