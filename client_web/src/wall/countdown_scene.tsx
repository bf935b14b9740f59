import type { JSX } from "preact";
import { stageWords } from "../i18n/stage_words";
import { type Room, stateOf } from "../page";
import { clockFace } from "../parts/clock_face";
import { useTick } from "../parts/time";
import { type Countdown, countsDown, stage } from "../room/activities/stage";

/** The time as so many blocks, of which one goes after the other. */
const BLOCKS = 20;

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
  const left = countsDown(countdown, room.client.clock.now());
  const face = clockFace(left);
  const blocks = Math.ceil((left / countdown.duration_ms) * BLOCKS);
  return (
    <div class="countdown-scene">
      {countdown.text && <h2>{countdown.text}</h2>}
      <p class={`face figures ${face.length > 5 ? "long" : ""} ${left ? "" : "over"}`}>{left ? face : t.countdown_over}</p>
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
  const left = countsDown(countdown, room.client.clock.now());
  return <b class="beside figures">{left ? clockFace(left) : stageWords.value.countdown_over}</b>;
}
