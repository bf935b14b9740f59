import type { Activity } from "../activity";
import type { LoggedEvent, PeopleView } from "../messages";

export type Banned = Readonly<NonNullable<PeopleView["banned"]>[number]>;
export type Muted = Readonly<NonNullable<PeopleView["muted"]>[number]>;
export type Warned = Readonly<NonNullable<PeopleView["warned"]>[number]>;
export type Given = Readonly<NonNullable<PeopleView["roles"]>[number]>;

/** Told to hosts only; everybody else has empty lists. */
export interface PeopleState {
  readonly banned: readonly Banned[];
  /** Who may not write, the latest last. */
  readonly muted: readonly Muted[];
  /** Who was warned, the latest last. */
  readonly warned: readonly Warned[];
  /** Who has another role than they came with, the latest last. */
  readonly roles: readonly Given[];
}

const without = <Entry extends { user: string }>(entries: readonly Entry[], user: string): readonly Entry[] =>
  entries.filter((one) => one.user !== user);

function changed(state: PeopleState, event: LoggedEvent): PeopleState {
  switch (event.type) {
    case "person.banned": {
      if (event.data === null) return state;
      const entry = { ...event.data, at: event.at, by: event.by };
      return { ...state, banned: [...without(state.banned, entry.user), entry] };
    }
    case "person.unbanned":
      return event.data ? { ...state, banned: without(state.banned, event.data.user) } : state;
    case "person.muted": {
      if (event.data === null) return state;
      const entry = { ...event.data, at: event.at, by: event.by };
      return { ...state, muted: [...without(state.muted, entry.user), entry] };
    }
    case "person.unmuted":
      return event.data ? { ...state, muted: without(state.muted, event.data.user) } : state;
    case "person.warned": {
      if (event.data === null) return state;
      const entry = { ...event.data, at: event.at, by: event.by };
      return { ...state, warned: [...without(state.warned, entry.user), entry] };
    }
    case "person.unwarned":
      return event.data ? { ...state, warned: without(state.warned, event.data.user) } : state;
    case "person.role_changed": {
      if (event.data === null) return state;
      const entry = { ...event.data, at: event.at, by: event.by };
      return { ...state, roles: [...without(state.roles, entry.user), entry] };
    }
    default:
      // Whoever was erased is taken from the lists by the view that is fetched then.
      return state;
  }
}

/** Who is banned or muted, and who has another role than they came with. */
export const people: Activity<PeopleState> = {
  name: "people",
  read(view) {
    const { banned = [], muted = [], warned = [], roles = [] } = (view as PeopleView | undefined) ?? {};
    return { banned, muted, warned, roles };
  },
  apply: changed,
};
