import { words } from "../i18n/console_words";
import { deskWords } from "../i18n/desk_words";
import { type Room, stateOf } from "../page";
import { confirmFirst } from "../parts/dialog";
import { isPaused, type Poll, pollLastClosed, polls, pollToShow } from "../room/activities/polls";
import { act } from "./act";
import { confirmTyped } from "./typed";

const MORE_TIME = 30_000;

export const hasClock = (poll: Poll): boolean => poll.closes_at !== null || poll.remaining_ms !== null;

/** Two votes at once are rarely meant, so that is asked first. */
export function openPoll(room: Room, poll: Pick<Poll, "poll">): void {
  const t = words.value;
  const open = () => void act(room, "poll.open", { poll: poll.poll });
  const other = stateOf(room.client.snapshot, polls).polls.find((one) => one.status === "open" && one.poll !== poll.poll);
  if (other) confirmFirst(t.poll_open_over, t.poll_open_over_sure(other.question), t.poll_open_anyway, open);
  else open();
}

export function closePoll(room: Room, poll: Poll): void {
  const t = words.value;
  confirmFirst(t.poll_close, t.poll_close_sure, t.poll_close_now, () => void act(room, "poll.close", { poll: poll.poll }));
}

export function removePoll(room: Room, poll: Poll): void {
  const t = words.value;
  if (poll.status === "draft") void act(room, "poll.remove", { poll: poll.poll });
  else confirmFirst(t.poll_remove, t.poll_remove_sure, t.remove, () => void act(room, "poll.remove", { poll: poll.poll }));
}

/** Its ballots are void, so it is typed. */
export function resetPoll(room: Room, poll: Poll): void {
  const desk = deskWords.value;
  const reset = () => void act(room, "poll.reset", { poll: poll.poll });
  confirmTyped(desk.poll_reset, desk.poll_reset_sure(poll.question), desk.reset_word, reset);
}

export function togglePause(room: Room, poll: Poll): void {
  const which = { poll: poll.poll };
  const [now, back] = isPaused(poll) ? (["poll.resume", "poll.pause"] as const) : (["poll.pause", "poll.resume"] as const);
  void act(room, now, which, () => void act(room, back, which));
}

export function extendPoll(room: Room, poll: Poll): void {
  void act(room, "poll.extend", { poll: poll.poll, by_ms: MORE_TIME });
}

/** Once shown, the result of a closed vote cannot be hidden again, so then there is no way back to offer. */
export function toggleHidden(room: Room, poll: Poll): void {
  const which = { poll: poll.poll };
  if (poll.hidden) {
    const back = poll.status === "closed" ? undefined : () => void act(room, "poll.hide", which);
    void act(room, "poll.reveal", which, back);
  } else {
    void act(room, "poll.hide", which, () => void act(room, "poll.reveal", which));
  }
}

/** What a host most likely wants to do next. */
export type Next =
  | { kind: "close" | "reveal" | "open"; poll: Poll }
  | { kind: "draft"; poll: null };

export function nextStep(room: Room): Next {
  const state = stateOf(room.now.value, polls);
  const shown = pollToShow(state, room.client.clock.now());
  if (shown?.status === "open") return { kind: "close", poll: shown };
  const last = pollLastClosed(state);
  if (last?.hidden) return { kind: "reveal", poll: last };
  const draft = state.polls.find((poll) => poll.status === "draft");
  return draft ? { kind: "open", poll: draft } : { kind: "draft", poll: null };
}
