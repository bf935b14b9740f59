import type { Activity } from "../activity";
import type { CuesView, CueView, PreparedCue } from "../messages";

export type Cue = Readonly<CueView>;
export type Prepared = Readonly<PreparedCue>;
export type Does = Cue["does"];

export interface CuesState {
  /** The call that is on. */
  readonly on: Cue | null;
  /** What is prepared, in its order; told to hosts only. */
  readonly sheet: readonly Prepared[];
}

const changed = (state: CuesState, cue: string, next: (one: Prepared) => Prepared): CuesState => ({
  ...state,
  sheet: state.sheet.map((one) => (one.cue === cue ? next(one) : one)),
});

/** The host's calls, and the run-sheet. */
export const cues: Activity<CuesState> = {
  name: "cues",

  read(view) {
    const { on = null, sheet = [] } = (view ?? {}) as Partial<CuesView>;
    return { on, sheet };
  },

  apply(state, event) {
    if (event.type === "room.retired" && event.data) {
      const { before } = event.data;
      const young = (at: number | null) => at === null || at >= before;
      return { on: state.on && young(state.on.at) ? state.on : null, sheet: state.sheet.filter((one) => young(one.called_at)) };
    }
    if (!event.type.startsWith("cue.") || !event.data) return state;
    switch (event.type) {
      case "cue.prepared":
        return { ...state, sheet: [...state.sheet, { ...event.data, called_at: null }] };
      case "cue.changed":
        return changed(state, event.data.cue, (one) => ({ ...one, ...event.data }));
      case "cue.moved": {
        const { cue, place } = event.data;
        const moved = state.sheet.filter((one) => one.cue === cue);
        const rest = state.sheet.filter((one) => one.cue !== cue);
        return { ...state, sheet: [...rest.slice(0, place), ...moved, ...rest.slice(place)] };
      }
      case "cue.dropped": {
        const { cue } = event.data;
        return { ...state, sheet: state.sheet.filter((one) => one.cue !== cue) };
      }
      case "cue.called":
        return { ...changed(state, event.data.cue, (one) => ({ ...one, called_at: event.at })), on: { ...event.data, at: event.at } };
      case "cue.withdrawn":
        return { ...state, on: null };
      default:
        return state;
    }
  },
};

/** The one to call next: after the one that was called last, the first that was not called yet. */
export function nextCue({ sheet }: CuesState): Prepared | null {
  const last = sheet.reduce((found, one, place) => {
    const before = sheet[found]?.called_at ?? 0;
    return (one.called_at ?? 0) > before ? place : found;
  }, -1);
  return sheet.find((one, place) => place > last && one.called_at === null) ?? sheet.find((one) => one.called_at === null) ?? null;
}
