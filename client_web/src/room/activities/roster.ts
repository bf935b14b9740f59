import type { Activity } from "../activity";
import type { PeopleChanged, PeopleListed, PersonHere } from "../messages";

/** Who is in the room, as hosts are told; the server's list is asked for, and changes build on it. */
export interface RosterState {
  /** Of the list that we hold; null: it has to be asked for (anew). */
  readonly number: number | null;
  readonly people: readonly PersonHere[];
  /** How many attendees have lost their connection and may come back. */
  readonly away: number;
  /** Whether all are listed; else staff alone is. */
  readonly whole: boolean;
  /** Who came and went since the list was first asked for, counted; and when the last did. */
  readonly news: { readonly joined: number; readonly left: number };
  /** What was told while the list was under way. */
  readonly early: readonly PeopleChanged[];
}

const EARLY = 16;

const NONE: RosterState = { number: null, people: [], away: 0, whole: true, news: { joined: 0, left: 0 }, early: [] };

function changed(state: RosterState, change: PeopleChanged): RosterState {
  const came = new Map(change.came.map((one) => [one.id, one]));
  const went = new Set(change.went);
  const kept = state.people.flatMap((one) => {
    const now = came.get(one.id) ?? one;
    came.delete(one.id);
    return went.has(one.id) ? [] : [now];
  });
  return {
    ...state,
    number: change.number,
    people: [...kept, ...came.values()],
    away: change.away,
    whole: change.whole,
    news: { joined: change.joined, left: change.left },
  };
}

/** The list that was asked for, and what was told after it. */
export function listed(state: RosterState, answer: PeopleListed): RosterState {
  const { number, people, away, whole } = answer;
  const start: RosterState = { ...NONE, number, people, away, whole, news: state.news };
  return state.early.reduce((now, change) => (change.after === now.number ? changed(now, change) : now), start);
}

/** The connection is another: what we hold stays on the screen until the list comes. */
export const stale = (state: RosterState): RosterState => ({ ...state, number: null, early: [] });

export const roster: Activity<RosterState> = {
  name: "roster",
  read: () => NONE,
  apply: (state) => state,
  hear(state, type, body) {
    if (type !== "room.people") return state;
    const change = body as unknown as PeopleChanged;
    if (state.number === null) return { ...state, early: [...state.early, change].slice(-EARLY) };
    if (change.after === state.number) return changed(state, change);
    // One was dropped on the way.
    return { ...stale(state), early: [change] };
  },
};

/** Those who run the room first, those who lost their connection last; all found who are called so. */
export function inOrder(people: readonly PersonHere[], called = ""): PersonHere[] {
  const wanted = called.trim().toLowerCase();
  const rank = (one: PersonHere) => (one.role !== "attendee" ? 0 : one.away ? 2 : 1);
  return people.filter((one) => one.name.toLowerCase().includes(wanted)).sort((a, b) => rank(a) - rank(b));
}
