import type { JSX } from "preact";
import { figure, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { clockFace } from "../parts/clock_face";
import { useTick } from "../parts/time";
import { type First, firsts, firstToShow, opensIn } from "../room/activities/firsts";
import type { Choice } from "../views/view";

/** What is over stays on the wall this long. */
const STAYS = 60_000;
/** So many places are drawn one by one; more are drawn as a share of so many blocks. */
const BLOCKS = 100;

/** The one that was chosen, else the one that is on or was over a short while ago. */
export function firstOnWall(room: Room, choice: Choice | null = null): First | null {
  const state = stateOf(room.now.value, firsts);
  if (!choice?.subject) return firstToShow(state, room.client.clock.now(), choice ? Number.POSITIVE_INFINITY : STAYS);
  return state.firsts.find((one) => one.first === choice.subject && one.status !== "draft") ?? null;
}

/** The countdown, then the places as blocks that fill up, then the end. */
export function FirstScene({ room, choice }: { room: Room; choice: Choice | null }): JSX.Element | null {
  const t = words.value.gifts;
  const first = firstOnWall(room, choice);
  useTick(first?.status === "ready", 500);
  if (!first) return null;
  const wait = opensIn(first, room.client.clock.now());
  const done = first.status === "closed";
  return (
    <div class="gift-scene">
      <h2>{first.title}</h2>
      {wait === null ? (
        <>
          <p class="count figures">
            <b>{figure(first.taken)}</b>
            <span>{` / ${figure(first.places)}`}</span>
          </p>
          <Places first={first} />
          <p class="say">{done ? (first.reason === "full" ? t.first_full : t.first_over) : t.wall_tap}</p>
        </>
      ) : (
        <>
          <p class="count figures">
            <b>{clockFace(wait)}</b>
          </p>
          <p class="say">{t.wall_ready(figure(first.places))}</p>
        </>
      )}
    </div>
  );
}

function Places({ first }: { first: First }): JSX.Element {
  const blocks = Math.min(first.places, BLOCKS);
  const full = first.taken === first.places ? blocks : Math.floor((first.taken / first.places) * blocks);
  return (
    <div class={`places ${blocks > 50 ? "many" : ""}`} aria-hidden="true">
      {Array.from({ length: blocks }, (_, place) => (
        <i key={place} class={place < full ? `b${(place % 5) + 1} full` : ""} />
      ))}
    </div>
  );
}
