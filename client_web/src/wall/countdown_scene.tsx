import type { JSX } from "preact";
import { stageWords } from "../i18n/stage_words";
import { type Room, stateOf } from "../page";
import { clockFace } from "../parts/clock_face";
import { dayAndTime, isFar, useTick } from "../parts/time";
import { type Countdown, countsDown, stage } from "../room/activities/stage";

/** The time as so many blocks, of which one goes after the other. */
const BLOCKS = 20;
/** From here on it is told by the day, for nobody counts the seconds. */
const DAY = 24 * 3_600_000;

export const countdownOf = (room: Room): Countdown | null => stateOf(room.now.value, stage).countdown;

export const runs = (room: Room): boolean => countdownOf(room) !== null;

export function countdownNamed(room: Room): string | null {
  const countdown = countdownOf(room);
  return countdown && (countdown.text ?? "");
}

/** Large figures, and at their end a word. */
export function CountdownScene({ room }: { room: Room }): JSX.Element | null {
  const t = stageWords.value;
  const countdown = countdownOf(room);
  useTick(countdown !== null);
  if (!countdown) return null;
  const now = room.client.clock.now();
  const left = countsDown(countdown, now);
  const face = left >= DAY ? dayAndTime(countdown.ends_at, now) : clockFace(left);
  const blocks = Math.ceil((left / countdown.duration_ms) * BLOCKS);
  return (
    <div class="countdown-scene">
      {countdown.text && <h2>{countdown.text}</h2>}
      <p class={`face figures ${left >= DAY ? "day" : face.length > 5 ? "long" : ""} ${left ? "" : "over"}`}>
        {left ? face : t.countdown_over}
        {isFar(left) && left < DAY && <small>{dayAndTime(countdown.ends_at, now)}</small>}
      </p>
      <div class="time-blocks" aria-hidden="true">
        {Array.from({ length: BLOCKS }, (_, place) => (
          <i key={place} class={place < blocks ? `b${(place % 5) + 1} full` : ""} />
        ))}
      </div>
    </div>
  );
}

/** What is left of it, small, while the wall shows something else. */
export function CountdownBeside({ room }: { room: Room }): JSX.Element | null {
  const countdown = countdownOf(room);
  useTick(countdown !== null, 500);
  if (!countdown) return null;
  const now = room.client.clock.now();
  const left = countsDown(countdown, now);
  const face = isFar(left) ? dayAndTime(countdown.ends_at, now) : clockFace(left);
  return <b class="beside figures">{left ? face : stageWords.value.countdown_over}</b>;
}
