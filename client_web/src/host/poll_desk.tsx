import { words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { pollOnNow, polls } from "../room/activities/polls";
import type { ConsolePart } from "../views/view";
import { drafting } from "./desk";
import { NextAction, OnNow } from "./on_now";
import { closePoll, extendPoll, hasClock, nextStep, openPoll, toggleHidden, togglePause } from "./poll_acts";
import { PollForm } from "./poll_form";
import { PollList } from "./poll_list";

const draft = () => (drafting.value = true);

function keys(room: Room): Record<string, () => void> {
  const poll = pollOnNow(stateOf(room.client.snapshot, polls));
  const next = nextStep(room);
  return {
    n: draft,
    " ": () => {
      if (next.kind === "open") openPoll(room, next.poll);
      else if (next.kind === "close") closePoll(room, next.poll);
    },
    p: () => poll && hasClock(poll) && togglePause(room, poll),
    e: () => poll && hasClock(poll) && extendPoll(room, poll),
    h: () => poll && toggleHidden(room, poll),
  };
}

/** Votes in the console. */
export const pollDesk: ConsolePart = {
  Now: OnNow,
  Next: ({ room }) => <NextAction room={room} onDraft={draft} />,
  panel: {
    name: "polls",
    icon: "bars",
    label: () => words.value.polls,
    count: (room) => stateOf(room.now.value, polls).polls.filter((poll) => poll.status === "draft").length,
    Panel: ({ room }) => <PollList room={room} onDraft={draft} />,
  },
  Over: ({ room }) => (drafting.value ? <PollForm room={room} onClose={() => (drafting.value = false)} /> : null),
  keys,
};
