import type { JSX } from "preact";
import { words } from "../i18n/words";
import { Icon } from "../parts/icons";
import { clockFace } from "../parts/clock_face";
import { useTick } from "../parts/time";
import { isPaused, type Poll, timeLeft } from "../room/activities/polls";
import type { RoomClock } from "../room/clock";

/** What is left of a poll's time; nothing if it has no clock. */
export function Timer({ poll, clock }: { poll: Poll; clock: RoomClock }): JSX.Element | null {
  const t = words.value;
  const paused = isPaused(poll);
  const left = timeLeft(poll, clock.now());
  useTick(left !== null && !paused);
  if (left === null) return null;
  return (
    <span class={`timer figures ${left < 10_500 && !paused ? "soon" : ""}`} role="timer" aria-label={t.poll_time_left}>
      <Icon name={paused ? "pause" : "clock"} size={16} />
      {clockFace(left)}
    </span>
  );
}
