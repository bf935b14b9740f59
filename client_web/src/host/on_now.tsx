import type { JSX } from "preact";
import { words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { Empty } from "../parts/bricks";
import { Icon, type IconName } from "../parts/icons";
import { useTick } from "../parts/time";
import { wide } from "../parts/wide";
import { Bars, Turnout } from "../polls/bars";
import { Timer } from "../polls/timer";
import { isPaused, type Poll, polls, pollToShow } from "../room/activities/polls";
import { withKey } from "./key_hint";
import { closePoll, extendPoll, hasClock, nextStep, openPoll, toggleHidden, togglePause } from "./poll_acts";

/** The vote that is on. */
export function OnNow({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const snapshot = room.now.value;
  const state = stateOf(snapshot, polls);
  const poll = pollToShow(state, room.client.clock.now());
  useTick(poll?.status === "closed" && state.polls.some((one) => one.status === "open"), 2_000);
  const drafts = state.polls.some((one) => one.status === "draft");
  return (
    <div class="poll-now">
      {poll ? (
        <PollNow room={room} poll={poll} />
      ) : (
        <Empty drawing="polls" title={t.on_nothing} hint={drafts ? t.on_nothing_drafts : t.on_nothing_hint} />
      )}
    </div>
  );
}

/** A vote with its result, as hosts see it, and what can be done while it runs. */
function PollNow({ room, poll }: { room: Room; poll: Poll }): JSX.Element {
  const t = words.value;
  const open = poll.status === "open";
  const acts = open && (
    <div class="row acts">
      {hasClock(poll) && (
        <>
          <Act
            icon={isPaused(poll) ? "play" : "pause"}
            label={isPaused(poll) ? t.poll_resume : t.poll_pause}
            by="p"
            onClick={() => togglePause(room, poll)}
          />
          <Act icon="clock" label={t.poll_extend} by="e" onClick={() => extendPoll(room, poll)} />
        </>
      )}
      <Act
        icon={poll.hidden ? "eye" : "hidden"}
        label={poll.hidden ? t.poll_reveal : t.poll_hide}
        by="h"
        onClick={() => toggleHidden(room, poll)}
      />
    </div>
  );
  return (
    <article class="stack">
      <header class="poll-head">
        <span class={`tag ${open ? "live" : ""}`}>{t.poll_states[poll.status]}</span>
        {isPaused(poll) && <span class="tag warn">{t.poll_paused}</span>}
        <span class="note">{t.poll_kinds[poll.kind]}</span>
        <span class="grow" />
        <Timer poll={poll} clock={room.client.clock} />
      </header>
      <h2 class="question">{poll.question}</h2>
      <p class="turnout">
        <Turnout result={poll.result} occupancy={open ? room.now.value.occupancy : null} />
      </p>
      {/* A thumb reaches the lower end; on a desk the bars are on the wall above, and may be scrolled away. */}
      {wide.value && acts}
      <Bars room={room} poll={poll} result={poll.result} />
      {(open || poll.hidden) && (
        <p class="note row tight">
          <Icon name={poll.hidden ? "hidden" : "eye"} size={16} />
          {poll.hidden ? t.poll_results_hidden : t.poll_results_shown}
        </p>
      )}
      {!wide.value && acts}
    </article>
  );
}

interface ActProps {
  icon: IconName;
  label: string;
  /** Its key. */
  by: string;
  onClick: () => void;
}

function Act({ icon, label, by, onClick }: ActProps): JSX.Element {
  return (
    <button type="button" class="button" title={withKey(label, by)} onClick={onClick}>
      <Icon name={icon} size={20} />
      {label}
    </button>
  );
}

/** One large button within the thumb's reach. */
export function NextAction({ room, onDraft }: { room: Room; onDraft: () => void }): JSX.Element {
  const t = words.value;
  const { kind, poll } = nextStep(room);
  if (kind === "draft") {
    return (
      <button type="button" class="button main large wide" title={withKey(t.poll_new, "n")} onClick={onDraft}>
        <Icon name="plus" />
        {t.poll_new}
      </button>
    );
  }
  const step = {
    close: { icon: "stop" as const, label: t.poll_close, run: () => closePoll(room, poll) },
    reveal: { icon: "eye" as const, label: t.poll_reveal, run: () => toggleHidden(room, poll) },
    open: { icon: "play" as const, label: t.poll_open, run: () => openPoll(room, poll) },
  }[kind];
  return (
    <button
      type="button"
      class="button main large wide"
      title={kind === "reveal" ? withKey(step.label, "h") : withKey(step.label, t.key_space)}
      onClick={step.run}
    >
      <Icon name={step.icon} />
      <span class="step">
        {step.label}
        {kind !== "close" && <small>{poll.question}</small>}
      </span>
    </button>
  );
}
