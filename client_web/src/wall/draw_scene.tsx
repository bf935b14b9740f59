import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { figure, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { useTick } from "../parts/time";
import { type Draw, draws, drawToShow } from "../room/activities/draws";
import "./gift_scene.css";

/** Winners stay on the wall this long. */
const STAYS = 180_000;
/** More names than these are drawn smaller. */
const FEW = 8;

export const drawOnWall = (room: Room): Draw | null =>
  drawToShow(stateOf(room.now.value, draws), room.client.clock.now(), STAYS);

/** Who is in it, the seal, then the winners by masked names. */
export function DrawScene({ room }: { room: Room }): JSX.Element | null {
  const t = words.value.gifts;
  const wanted = drawOnWall(room);
  const last = useRef(wanted);
  // Until the wall itself notices that its time is over.
  const draw = wanted ?? last.current;
  last.current = draw;
  useTick(draw?.status === "drawn", 5_000);
  if (!draw) return null;
  return (
    <div class="gift-scene">
      <h2>{draw.title}</h2>
      {draw.status === "drawn" ? (
        <ol class={`names ${draw.won.length > FEW ? "many" : ""}`}>
          {draw.won.map((prize) => (
            <li key={prize.place} class={`b${((prize.place - 1) % 5) + 1}`}>
              <b class="figures">{prize.place}</b>
              <span>{prize.shown || t.nobody}</span>
              {draw.passed.some((one) => one.place === prize.place) && <em>{t.draw_redrawn}</em>}
            </li>
          ))}
        </ol>
      ) : (
        <p class="count figures">
          <b>{figure(draw.entrants)}</b>
          <span>{` ${t.wall_in}`}</span>
        </p>
      )}
      <p class="say">
        {draw.status === "open" ? t.wall_draw_open : draw.status === "frozen" ? t.wall_draw_frozen : t.wall_draw_drawn}
      </p>
    </div>
  );
}
