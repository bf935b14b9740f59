import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { figure, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Logo } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { Split } from "../parts/shop_tag";
import { Qr } from "../parts/qr";
import { order } from "../room/activities/order";
import { lifecycle } from "../room/activities/lifecycle";
import { api } from "../room/api";
import { audienceAddress, shopInAddress } from "../room/session";
import { crowdOf, takingPart } from "../room/shops";
import type { WallPart } from "../views/view";
import { WayIn } from "./way_in";

/** What is on at the left, the way in at the right. */
export function Wall({ room, parts }: { room: Room; parts: readonly WallPart[] }): JSX.Element {
  const { phase } = room.now.value;
  const t = words.value;
  // Nothing of what people wrote, nor the way to write more.
  if (stateOf(room.now.value, order).panicked) {
    return (
      <div class="cover">
        <Logo size={160} />
      </div>
    );
  }
  const scene = parts.find((one) => one.wants?.(room)) ?? parts.find((one) => !one.wants);
  return (
    <div class="wall">
      <main>{scene && <scene.Scene room={room} />}</main>
      <Rail room={room} />
      {phase !== "live" && (
        <p class="broken" role="status">
          <i aria-hidden="true" />
          {t.wall_away}
        </p>
      )}
    </div>
  );
}

function Rail({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const snapshot = room.now.value;
  const { room: id } = room.session.pass;
  const shop = shopInAddress();
  const [url, setUrl] = useState(() => audienceAddress(id, undefined, shop));
  useEffect(() => {
    // The server may be known by another name than the one this page was opened under.
    api.room(id).then((known) => setUrl(audienceAddress(id, known.url, shop)), () => undefined);
  }, [id]);
  return (
    <aside>
      <header>
        <Logo size={56} />
        <h1>{stateOf(snapshot, lifecycle).title}</h1>
      </header>
      <div class="invitation">
        <Qr text={url} label={url} />
        <p class="scan">{t.wall_scan}</p>
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
