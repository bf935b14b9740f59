import type { JSX } from "preact";
import { figure, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { type Draw, draws, drawToShow } from "../room/activities/draws";
import type { Choice } from "../views/view";

/** Winners stay on the wall this long. */
const STAYS = 180_000;
/** More names than these are drawn smaller. */
const FEW = 8;

/** The draw that was chosen, else the one that is on or was drawn a short while ago. */
export function drawOnWall(room: Room, choice: Choice | null = null): Draw | null {
  const state = stateOf(room.now.value, draws);
  if (!choice?.subject) return drawToShow(state, room.client.clock.now(), choice ? Number.POSITIVE_INFINITY : STAYS);
  return state.draws.find((one) => one.draw === choice.subject && one.status !== "draft") ?? null;
}

/** Who is in it, the seal, then the winners by masked names. */
export function DrawScene({ room, choice }: { room: Room; choice: Choice | null }): JSX.Element | null {
  const t = words.value.gifts;
  const draw = drawOnWall(room, choice);
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
