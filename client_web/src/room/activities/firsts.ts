import type { Activity } from "../activity";
import type { FirstView } from "../messages";

/** A gift for those who tap first, as last told; `winners` are told to hosts alone. */
export type First = Readonly<FirstView>;

type Winner = NonNullable<First["winners"]>[number];

export interface FirstsState {
  /** Oldest first. */
  readonly firsts: readonly First[];
}

const ASLEEP = {
  status: "draft",
  opens_at: null,
  opened_at: null,
  closed_at: null,
  reason: null,
  taken: 0,
  redeemed: [],
} satisfies Partial<First>;

function change(state: FirstsState, first: string, next: (first: First) => First): FirstsState {
  return { firsts: state.firsts.map((one) => (one.first === first ? next(one) : one)) };
}

/** What the audience hears of for the first time when it is announced or opened. */
function told(state: FirstsState, words: Pick<First, "first" | "title" | "places">, news: Partial<First>): FirstsState {
  if (state.firsts.some((one) => one.first === words.first)) {
    return change(state, words.first, (one) => ({ ...one, ...words, ...news }));
  }
  return { firsts: [...state.firsts, { ...ASLEEP, ...words, ...news }] };
}

/** With the contact of these winners changed, where one hears of winners. */
function reached(first: First, contact: string | null, whom: (winner: Winner) => boolean): First {
  if (!first.winners) return first;
  return { ...first, winners: first.winners.map((one) => (whom(one) ? { ...one, contact } : one)) };
}

export const firsts: Activity<FirstsState> = {
  name: "firsts",

  read: (view) => ({ firsts: (view as FirstsState | undefined)?.firsts ?? [] }),

  apply(state, event) {
    switch (event.type) {
      case "first.created":
        return event.data ? told(state, event.data, { winners: [] }) : state;
      case "first.announced":
        return event.data ? told(state, event.data, { status: "ready" }) : state;
      case "first.opened":
        return event.data ? told(state, event.data, { status: "open", opens_at: null, opened_at: event.at }) : state;
      case "first.tapped": {
        if (!event.data) return state;
        const { first, place } = event.data;
        const { name = "", guest = false } = event.by ?? {};
        return change(state, first, (one) => ({
          ...one,
          taken: Math.max(one.taken, place),
          winners: [...(one.winners ?? []).filter((other) => other.place !== place), { place, name, guest, at: event.at, contact: null }],
        }));
      }
      case "first.closed": {
        if (!event.data) return state;
        const { first, reason, taken } = event.data;
        return change(state, first, (one) => ({ ...one, status: "closed", opens_at: null, closed_at: event.at, reason, taken }));
      }
      case "first.claimed":
      case "first.unclaimed": {
        if (!event.data) return state;
        const { first, place } = event.data;
        const contact = event.type === "first.claimed" ? event.data.contact : null;
        return change(state, first, (one) => reached(one, contact, (winner) => winner.place === place));
      }
      case "first.redeemed":
      case "first.unredeemed": {
        if (!event.data) return state;
        const { first, place } = event.data;
        const given = event.type === "first.redeemed";
        return change(state, first, (one) => {
          const others = one.redeemed.filter((other) => other !== place);
          return { ...one, redeemed: given ? [...others, place] : others };
        });
      }
      case "first.removed": {
        const removed = event.data?.first;
        return { firsts: state.firsts.filter((one) => one.first !== removed) };
      }
      case "room.retired": {
        const before = event.data?.before ?? 0;
        const kept = state.firsts.filter((one) => one.closed_at === null || one.closed_at >= before);
        return { firsts: kept.map((one) => reached(one, null, (winner) => winner.at < before)) };
      }
      default:
        return state;
    }
  },

  hear(state, type, body) {
    if (type !== "first.count") return state;
    // A count that was under way when it closed says less than the closing did.
    return change(state, String(body["first"]), (one) =>
      one.status === "open" ? { ...one, taken: Math.max(one.taken, Number(body["taken"])) } : one,
    );
  },
};

/** When it was last news. */
const newsAt = (first: First): number => Math.max(first.opened_at ?? 0, first.closed_at ?? 0);

/** The one to look at: what is open or counts down, else what was over less than `stays` ms ago. */
export function firstToShow(state: FirstsState, now: number, stays: number): First | null {
  const on = state.firsts.filter((one) => one.status === "open" || one.status === "ready");
  if (on.length) return on.at(-1) ?? null;
  const over = state.firsts.filter((one) => one.status === "closed" && now - newsAt(one) < stays);
  return over.sort((a, b) => newsAt(b) - newsAt(a))[0] ?? null;
}

/** How long until people may tap, in ms of room time; null unless it counts down. */
export const opensIn = (first: First, now: number): number | null =>
  first.status === "ready" && first.opens_at !== null ? Math.max(0, first.opens_at - now) : null;
