import type { JSX } from "preact";
import { stageWords } from "../i18n/stage_words";
import { language, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Logo } from "../parts/bricks";
import { Qr } from "../parts/qr";
import { dayAndTime, useTick } from "../parts/time";
import { lifecycle } from "../room/activities/lifecycle";
import { shopInAddress } from "../room/session";
import { takingPart } from "../room/shops";
import { useAddress } from "./rail";
import { countdownOf } from "./countdown_scene";
import { WayIn } from "./way_in";

const day = (at: number): string =>
  new Date(at).toLocaleDateString(language.value, { month: "long", day: "numeric", weekday: "long" });

/** Before and between: what this is, what time it is, and a way in that is seen from the street. */
export function CoverScene({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const { title, status } = stateOf(room.now.value, lifecycle);
  const url = useAddress(room);
  const here = shopInAddress();
  const shops = takingPart.value.filter(({ id }) => here === undefined || id === here).map(({ name }) => name).join(" · ");
  useTick(true, 1_000);
  const now = room.client.clock.now();
  const begins = countdownOf(room)?.ends_at ?? 0;
  return (
    <main class="title-scene">
      <header>
        <Logo size={96} />
        <h1>{title}</h1>
        {shops && <p class="shops">{shops}</p>}
        {begins > now && <p class="begins figures">{stageWords.value.see_you(dayAndTime(begins, now))}</p>}
        <p class="when figures">
          <b>{dayAndTime(now, now)}</b>
          <span>{day(now)}</span>
        </p>
      </header>
      <div class="invitation">
        <Qr text={url} label={url} />
        <p class="scan">{status === "open" ? t.wall_scan : t.say_closed}</p>
        <WayIn url={url} />
      </div>
    </main>
  );
}
