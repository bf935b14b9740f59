import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { figure, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Logo } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { Qr } from "../parts/qr";
import { Split } from "../parts/shop_tag";
import { lifecycle } from "../room/activities/lifecycle";
import { api } from "../room/api";
import { audienceAddress, shopInAddress } from "../room/session";
import { crowdOf, takingPart } from "../room/shops";
import { CountdownBeside } from "./countdown_scene";
import { WayIn } from "./way_in";

/** Where the audience comes in. */
export function useAddress(room: Room): string {
  const { room: id } = room.session.pass;
  const shop = shopInAddress();
  const [url, setUrl] = useState(() => audienceAddress(id, undefined, shop));
  useEffect(() => {
    // The server may be known by another name than the one this page was opened under.
    api.room(id).then((known) => setUrl(audienceAddress(id, known.url, shop)), () => undefined);
  }, [id]);
  return url;
}

/** What this is, the way in, and how many are in already. */
export function Rail({ room, counts }: { room: Room; counts: boolean }): JSX.Element {
  const t = words.value;
  const snapshot = room.now.value;
  const url = useAddress(room);
  return (
    <aside>
      <header>
        <Logo size={56} />
        <h1>{stateOf(snapshot, lifecycle).title}</h1>
        {counts && <CountdownBeside room={room} />}
      </header>
      <div class="invitation">
        <Qr text={url} label={url} />
        <p class="scan">{stateOf(snapshot, lifecycle).status === "open" ? t.wall_scan : t.say_closed}</p>
        <WayIn url={url} />
      </div>
      <Split parts={crowdOf(takingPart.value, snapshot.shops, snapshot.occupancy ?? 0, t.shop_others)} />
      <p class="crowd figures">
        {snapshot.occupancy !== null && (
          <>
            <Icon name="people" size={40} />
            {t.people(figure(snapshot.occupancy))}
          </>
        )}
      </p>
    </aside>
  );
}
