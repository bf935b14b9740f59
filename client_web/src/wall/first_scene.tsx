import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { figure, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { clockFace } from "../parts/clock_face";
import { useTick } from "../parts/time";
import { type First, firsts, firstToShow, opensIn } from "../room/activities/firsts";
import "./gift_scene.css";

/** What is over stays on the wall this long. */
const STAYS = 60_000;
/** So many places are drawn one by one; more are drawn as a share of so many blocks. */
const BLOCKS = 100;

export const firstOnWall = (room: Room): First | null =>
  firstToShow(stateOf(room.now.value, firsts), room.client.clock.now(), STAYS);

/** The countdown, then the places as blocks that fill up, then the end. */
export function FirstScene({ room }: { room: Room }): JSX.Element | null {
  const t = words.value.gifts;
  const wanted = firstOnWall(room);
  const last = useRef(wanted);
  // Until the wall itself notices that its time is over.
  const first = wanted ?? last.current;
  last.current = first;
  useTick(first !== null, 500);
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
