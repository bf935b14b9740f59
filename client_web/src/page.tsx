import { signal, type ReadonlySignal } from "@preact/signals";
import type { Activity } from "./room/activity";
import { lifecycle } from "./room/activities/lifecycle";
import { RoomClient, type Snapshot } from "./room/client";
import type { ShopNamed } from "./room/messages";
import { socketLink } from "./room/link";
import { Session } from "./room/session";
import { takingPart } from "./room/shops";
import { tab } from "./room/storage";

export { show, titled } from "./show";

/** A room on the screen: the client, and its newest snapshot once a frame at most. */
export interface Room {
  client: RoomClient;
  session: Session;
  now: ReadonlySignal<Snapshot>;
}

/** A server of an earlier version knows of none. */
const NO_SHOPS: readonly ShopNamed[] = [];

export function openRoom(session: Session, page: string, activities: readonly Activity[]): Room {
  const { room, user } = session.pass;
  const client = new RoomClient({
    room,
    link: socketLink(() => session.pass.token),
    activities,
    keep: { shelf: tab, key: `showfloor.out.${page}.${room}.${user}` },
    renew: () => session.renew(),
  });
  const now = signal(client.snapshot);
  let asked = false;
  client.subscribe(() => {
    if (asked) return;
    asked = true;
    // A busy room changes more often than a screen can show; a hidden page need not be drawn at all.
    requestAnimationFrame(() => {
      asked = false;
      now.value = client.snapshot;
      takingPart.value = stateOf(client.snapshot, lifecycle).settings.shops ?? NO_SHOPS;
    });
  });
  client.start();
  renewInTime(client, session);
  return { client, session, now };
}

function renewInTime(client: RoomClient, session: Session): void {
  const shutOut = () => client.snapshot.phase === "refused";
  // setTimeout takes at most 2^31 - 1 ms; a later round goes on from there.
  const pause = Math.min(Math.max(session.freshFor, 5_000), 2 ** 31 - 1);
  setTimeout(async () => {
    // Shut out: whoever comes in on this page now is somebody else.
    if (shutOut()) return;
    if (session.freshFor <= 0) {
      // Refused here, it is refused again when the token ends, and then the page says so.
      await session.renew().then(() => client.reconnect(), () => undefined);
    }
    if (!shutOut()) renewInTime(client, session);
  }, pause);
}

/** The state of one activity, of the type that its reducer gives it. */
export const stateOf = <State,>(snapshot: Snapshot, activity: Activity<State>): State =>
  snapshot.activities[activity.name] as State;
