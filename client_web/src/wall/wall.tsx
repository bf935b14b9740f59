import type { JSX } from "preact";
import { words } from "../i18n/words";
import type { Room } from "../page";
import { Logo } from "../parts/bricks";
import { useTick } from "../parts/time";
import type { WallPart } from "../views/view";
import { onWall } from "./choice";
import { CoverScene } from "./cover_scene";
import { Over } from "./over";
import { Rail } from "./rail";

/** The scene at the left, the way in at the right. The console shows the same, smaller. */
export function Wall({ room, parts }: { room: Room; parts: readonly WallPart[] }): JSX.Element {
  const { phase } = room.now.value;
  const t = words.value;
  // Nobody is there to touch the page when the time of what it shows is over.
  useTick(true, 2_000);
  const { scene, part, choice } = onWall(room, parts);
  if (scene === "blank") {
    return (
      <div class="cover">
        <Logo size={160} />
      </div>
    );
  }
  return (
    <div class={`wall of-${scene}`}>
      {scene === "cover" ? (
        <>
          <CoverScene key={scene} room={room} />
          <div class="above">
            <Over room={room} />
          </div>
        </>
      ) : (
        <>
          <main>
            <Over room={room} />
            <div class="scene" key={scene}>
              {part && <part.Scene room={room} choice={choice} />}
            </div>
          </main>
          <Rail room={room} counts={scene !== "countdown"} />
        </>
      )}
      {phase !== "live" && (
        <p class="broken" role="status">
          <i aria-hidden="true" />
          {t.wall_away}
        </p>
      )}
    </div>
  );
}
