import type { Activity } from "../activity";
import type { DrawView, LoggedEvent } from "../messages";

/** A lucky draw as last told. */
export type Draw = Readonly<DrawView>;
/** A place that was won; names and contacts are told to hosts alone. */
export type Prize = Draw["won"][number];

export interface DrawsState {
  /** Oldest first. */
  readonly draws: readonly Draw[];
}

const ASLEEP = {
  status: "draft",
  entrants: 0,
  roll: null,
  commitment: null,
  seed: null,
  won: [],
  passed: [],
  opened_at: null,
  frozen_at: null,
  drawn_at: null,
} satisfies Partial<Draw>;

function change(state: DrawsState, draw: string, next: (draw: Draw) => Draw): DrawsState {
  return { draws: state.draws.map((one) => (one.draw === draw ? next(one) : one)) };
}

/** What the audience hears of for the first time when it is opened or frozen. */
function told(state: DrawsState, words: Pick<Draw, "draw" | "title" | "winners" | "of">, news: Partial<Draw>): DrawsState {
  const { draw, title, winners, of } = words;
  const whole = { draw, title, winners, of, ...news };
  if (state.draws.some((one) => one.draw === draw)) return change(state, draw, (one) => ({ ...one, ...whole }));
  return { draws: [...state.draws, { ...ASLEEP, ...whole }] };
}

/** The prize of this place, changed; a ticket that was not there has it from now on. */
function prize(draw: Draw, place: number, ticket: string | null, news: Partial<Prize>): Draw {
  const before = draw.won.find((one) => one.place === place);
  const kept = before && (ticket === null || before.ticket === ticket) ? before : null;
  if (!kept && ticket === null) return draw;
  const next: Prize = { ...(kept ?? { place, ticket: ticket ?? "", shown: "", redeemed: false }), ...news };
  return { ...draw, won: [...draw.won.filter((one) => one.place !== place), next].sort((a, b) => a.place - b.place) };
}

function won(state: DrawsState, event: LoggedEvent): DrawsState {
  switch (event.type) {
    case "draw.won": {
      if (!event.data) return state;
      const { draw, place, ticket } = event.data;
      const { name = "", guest = false } = event.by ?? {};
      return change(state, draw, (one) => prize(one, place, ticket, { name, guest, contact: null }));
    }
    case "draw.named": {
      if (!event.data) return state;
      const { draw, place, ticket, name } = event.data;
      return change(state, draw, (one) => prize(one, place, ticket, { shown: name }));
    }
    case "draw.redrawn": {
      if (!event.data) return state;
      const { draw, place, before, ticket } = event.data;
      return change(state, draw, (one) => {
        const passed = [...one.passed, { place, ticket: before }];
        return prize({ ...one, passed }, place, ticket, {});
      });
    }
    case "draw.claimed": {
      if (!event.data) return state;
      const { draw, place, contact } = event.data;
      return change(state, draw, (one) => prize(one, place, null, { contact }));
    }
    case "draw.unclaimed": {
      if (!event.data) return state;
      const { draw, place } = event.data;
      return change(state, draw, (one) => prize(one, place, null, { contact: null }));
    }
    case "draw.redeemed":
    case "draw.unredeemed": {
      if (!event.data) return state;
      const { draw, place } = event.data;
      return change(state, draw, (one) => prize(one, place, null, { redeemed: event.type === "draw.redeemed" }));
    }
    default:
      return state;
  }
}

export const draws: Activity<DrawsState> = {
  name: "draws",

  read: (view) => ({ draws: (view as DrawsState | undefined)?.draws ?? [] }),

  apply(state, event) {
    switch (event.type) {
      case "draw.created":
        return event.data ? told(state, event.data, {}) : state;
      case "draw.opened":
        return event.data ? told(state, event.data, { status: "open", opened_at: event.at }) : state;
      case "draw.frozen": {
        if (!event.data) return state;
        const { entrants, roll, commitment } = event.data;
        return told(state, event.data, { status: "frozen", frozen_at: event.at, entrants, roll, commitment });
      }
      case "draw.revealed": {
        if (!event.data) return state;
        const { draw, seed, tickets } = event.data;
        return change(state, draw, (one) =>
          tickets.reduce<Draw>((next, ticket, place) => prize(next, place + 1, ticket, {}), {
            ...one,
            status: "drawn" as const,
            drawn_at: event.at,
            seed,
          }),
        );
      }
      case "draw.removed": {
        const removed = event.data?.draw;
        return { draws: state.draws.filter((one) => one.draw !== removed) };
      }
      case "poll.redrafted": {
        if (!event.data) return state;
        const { was, poll } = event.data;
        return { draws: state.draws.map((one) => (one.status === "draft" && one.of === was ? { ...one, of: poll } : one)) };
      }
      case "room.retired": {
        const before = event.data?.before ?? 0;
        return { draws: state.draws.filter((one) => one.drawn_at === null || one.drawn_at >= before) };
      }
      default:
        return won(state, event);
    }
  },

  hear(state, type, body) {
    if (type !== "draw.count") return state;
    // A count that was under way when it was frozen says less than the freezing did.
    return change(state, String(body["draw"]), (one) =>
      one.status === "open" ? { ...one, entrants: Number(body["entrants"]) } : one,
    );
  },
};

/**
 * The place that a ticket has won. Read from what everybody is told: one's own `place` may come a moment after it, and
 * nobody should read meanwhile that they lost.
 */
export const placeOf = (draw: Draw, ticket: string): number | null =>
  draw.won.find((one) => one.ticket === ticket)?.place ?? null;

/** From whom it is drawn. */
export function drawFrom({ of }: Pick<Draw, "of">): "present" | "voters" | "photos" | "arrivals" {
  if (of === null) return "present";
  return of === "photos" || of === "arrivals" ? of : "voters";
}

/** The one to look at: what is on, else what was drawn less than `stays` ms ago. */
export function drawToShow(state: DrawsState, now: number, stays: number): Draw | null {
  const on = state.draws.filter((one) => one.status === "open" || one.status === "frozen");
  if (on.length) return on.at(-1) ?? null;
  const over = state.draws.filter((one) => one.status === "drawn" && now - (one.drawn_at ?? 0) < stays);
  return over.sort((a, b) => (b.drawn_at ?? 0) - (a.drawn_at ?? 0))[0] ?? null;
}
