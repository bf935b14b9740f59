import type { Activity } from "../activity";
import type { LoggedEvent, PollCreated, PollsView, PollView, Result } from "../messages";

/** A poll as last told; whether its result may be shown, `resultFor` says. */
export type Poll = Readonly<PollView>;

export interface PollsState {
  /** Oldest first. */
  readonly polls: readonly Poll[];
  /** The result that was revealed last, once its poll had closed, and when. */
  readonly revealed?: { readonly poll: string; readonly at: number };
}

export const RATING = 5;

/** Choices count from 0 in the order of the options; a rating's are 1 to 5. */
export const firstChoice = (poll: Pick<Poll, "kind">): number => (poll.kind === "rating" ? 1 : 0);

const places = (poll: Pick<PollCreated, "kind" | "options">): number => (poll.kind === "rating" ? RATING : poll.options.length);

function nought(poll: Pick<PollCreated, "kind" | "options">): Result {
  const counts = Array.from({ length: places(poll) }, () => 0);
  return { counts, voters: 0, guests: { counts, voters: 0 } };
}

/** A draft whose options have changed. */
const recounted = (poll: Poll): Poll => ({ ...poll, result: nought(poll) });

const ASLEEP = { closes_at: null, remaining_ms: null, opened_at: null, closed_at: null } as const;

function change(state: PollsState, poll: string, next: (poll: Poll) => Poll): PollsState {
  return { ...state, polls: state.polls.map((one) => (one.poll === poll ? next(one) : one)) };
}

function opened(state: PollsState, event: Extract<LoggedEvent, { type: "poll.opened" }>): PollsState {
  if (!event.data) return state;
  const { closes_at, ...words } = event.data;
  const known = state.polls.find((one) => one.poll === words.poll);
  const poll: Poll = {
    ...ASLEEP,
    photos: [],
    ...words,
    closes_at,
    status: "open",
    opened_at: event.at,
    result: known?.result ?? (words.hidden ? null : nought(words)),
  };
  if (known) return change(state, poll.poll, () => poll);
  return { ...state, polls: [...state.polls, poll] };
}

export const polls: Activity<PollsState> = {
  name: "polls",

  read: (view) => ({ polls: (view as PollsView | undefined)?.polls ?? [] }),

  apply(state, event) {
    switch (event.type) {
      case "poll.created": {
        if (!event.data) return state;
        const draft: Poll = { ...ASLEEP, photos: [], ...event.data, status: "draft", result: nought(event.data) };
        return { ...state, polls: [...state.polls, draft] };
      }
      case "poll.redrafted": {
        if (!event.data) return state;
        const { was, ...words } = event.data;
        const draft: Poll = { ...ASLEEP, ...words, status: "draft", result: nought(words) };
        // Where it stood; what it was goes with `poll.removed`, of which everybody hears.
        return { ...state, polls: state.polls.flatMap((one) => (one.poll === was ? [draft, one] : [one])) };
      }
      case "poll.entered": {
        if (!event.data) return state;
        const { poll, option, photo } = event.data;
        return change(state, poll, (one) => {
          const before = one.photos.length ? one.photos : one.options.map(() => null);
          return recounted({ ...one, options: [...one.options, option], photos: [...before, photo] });
        });
      }
      case "poll.withdrawn": {
        if (!event.data) return state;
        const { poll, photo } = event.data;
        return change(state, poll, (one) => {
          const place = one.photos.indexOf(photo);
          if (place < 0) return one;
          const rest = one.photos.filter((_, other) => other !== place);
          const options = one.options.filter((_, other) => other !== place);
          const most = Math.max(1, Math.min(one.max_choices, options.length));
          return recounted({ ...one, options, photos: rest.some(Boolean) ? rest : [], max_choices: most });
        });
      }
      case "poll.opened":
        return opened(state, event);
      case "poll.paused":
      case "poll.resumed":
      case "poll.extended": {
        if (!event.data) return state;
        const { poll, ...clock } = event.data;
        return change(state, poll, (one) => ({ ...one, closes_at: null, remaining_ms: null, ...clock }));
      }
      case "poll.hidden":
        return event.data ? change(state, event.data.poll, (one) => ({ ...one, hidden: true })) : state;
      case "poll.revealed": {
        if (!event.data) return state;
        const { poll, result } = event.data;
        const told = change(state, poll, (one) => ({ ...one, hidden: false, result }));
        return { ...told, revealed: { poll, at: event.at } };
      }
      case "poll.closed": {
        if (!event.data) return state;
        const { poll, result } = event.data;
        return change(state, poll, (one) => ({
          ...one,
          status: "closed",
          closes_at: null,
          remaining_ms: null,
          closed_at: event.at,
          result: result ?? one.result,
        }));
      }
      case "poll.counted": {
        if (!event.data) return state;
        const { poll, result } = event.data;
        return change(state, poll, (one) => ({ ...one, result }));
      }
      case "poll.removed": {
        const removed = event.data?.poll;
        return { ...state, polls: state.polls.filter((one) => one.poll !== removed) };
      }
      case "room.retired": {
        const before = event.data?.before ?? 0;
        return { ...state, polls: state.polls.filter((one) => one.closed_at === null || one.closed_at >= before) };
      }
      default:
        return state;
    }
  },

  hear(state, type, body) {
    if (type !== "poll.tally") return state;
    // A tally that was under way when the poll closed says less than the closing did.
    return change(state, String(body["poll"]), (one) =>
      one.status === "open" ? { ...one, result: body["result"] as Result } : one,
    );
  },
};

/** The result, if this person may see it now. */
export function resultFor(poll: Poll, staff: boolean): Result | null {
  return staff || !poll.hidden ? poll.result : null;
}

/** What has ended is told this long before something older that is still open is shown again. */
const TOLD_FOR = 20_000;

/** The poll to look at: one whose result is news, else the one that opened last, else the last that was told. */
export function pollToShow(state: PollsState, now: number): Poll | null {
  const open = pollOnNow(state);
  const closed = pollLastTold(state);
  if (!open || !closed) return open ?? closed;
  const told = toldAt(state, closed);
  return told > (open.opened_at ?? 0) && now - told < TOLD_FOR ? closed : open;
}

/** When the result of a closed poll became news: as it closed, or as it was revealed later. */
function toldAt(state: PollsState, poll: Poll): number {
  const revealed = state.revealed?.poll === poll.poll ? state.revealed.at : 0;
  return Math.max(poll.closed_at ?? 0, revealed);
}

function pollLastTold(state: PollsState): Poll | null {
  const closed = state.polls.filter((poll) => poll.status === "closed");
  return closed.sort((a, b) => toldAt(state, b) - toldAt(state, a))[0] ?? null;
}

/** The open poll that opened last. */
export function pollOnNow(state: PollsState): Poll | null {
  const open = state.polls.filter((poll) => poll.status === "open");
  return open.sort((a, b) => (b.opened_at ?? 0) - (a.opened_at ?? 0))[0] ?? null;
}

export function pollLastClosed(state: PollsState): Poll | null {
  const closed = state.polls.filter((poll) => poll.status === "closed");
  return closed.sort((a, b) => (b.closed_at ?? 0) - (a.closed_at ?? 0))[0] ?? null;
}

export const isPaused = (poll: Poll): boolean => poll.status === "open" && poll.remaining_ms !== null;

/** How long is left, in ms of room time; null without a clock. */
export function timeLeft(poll: Poll, now: number): number | null {
  if (poll.status !== "open") return null;
  if (poll.remaining_ms !== null) return poll.remaining_ms;
  return poll.closes_at === null ? null : Math.max(0, poll.closes_at - now);
}

/** One bar of a result. */
export interface Bar {
  readonly choice: number;
  readonly label: string;
  readonly count: number;
  /** Of all who voted, 0 to 1. With several choices a person they add up to more than 1. */
  readonly share: number;
  /** As high as a tower beside others, 0 to 1: the highest is 1. */
  readonly height: number;
  readonly best: boolean;
}

export function bars(poll: Poll, result: Result | null, label: (choice: number) => string): Bar[] {
  const first = firstChoice(poll);
  const counts = result?.counts ?? nought(poll).counts;
  const most = Math.max(0, ...counts);
  return counts.map((count, place) => ({
    choice: place + first,
    label: poll.kind === "rating" ? label(place + first) : (poll.options[place] ?? ""),
    count,
    share: result?.voters ? count / result.voters : 0,
    height: most ? count / most : 0,
    best: most > 0 && count === most,
  }));
}

/** The mean of a rating; null before the first vote. */
export function average(result: Result): number | null {
  const sum = result.counts.reduce((total, count, place) => total + count * (place + 1), 0);
  return result.voters ? sum / result.voters : null;
}
