import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { words } from "../i18n/words";
import { openRoom, type Room, show, stateOf, titled } from "../page";
import { Logo } from "../parts/bricks";
import { activities, wallParts } from "../views";
import type { WallPart } from "../views/view";
import { lifecycle } from "../room/activities/lifecycle";
import { failureOf } from "../room/failure";
import { Patience } from "../room/patience";
import { Session, takeAddress } from "../room/session";
import { device } from "../room/storage";
import { stayAwake } from "./awake";
import { PairingScreen } from "./pairing";
import { Wall } from "./wall";
import "../style/polls.css";
import "./sheet.css";

const patience = new Patience();
const address = takeAddress();

const room = signal<Room | null>(null);
/** No link opens a room here: the screen shows a code to be paired by. */
const stranger = signal(false);
const parts = signal<readonly WallPart[]>([]);

/** A wall has nobody at it: it tries until it is let in, and shows its cover meanwhile. */
async function arrive(): Promise<void> {
  if (!address.room) {
    stranger.value = true;
    return;
  }
  try {
    parts.value = await wallParts();
    const session = address.link
      ? await Session.begin(device, "wall", address.room, address.link)
      : await Session.resume(device, "wall", address.room);
    if (session) room.value = openRoom(session, "wall", activities);
    else stranger.value = true;
  } catch (error) {
    const failure = failureOf(error);
    if (failure.retry) setTimeout(() => void arrive(), patience.next(failure.retryAfter));
    else stranger.value = true;
  }
}

/** Somebody typed the code: from now on this screen is that room's, also after a reload if it can keep anything. */
async function paired(id: string, link: string): Promise<void> {
  parts.value = await wallParts();
  const session = await Session.begin(device, "wall", id, link);
  history.replaceState(null, "", `/wall/${encodeURIComponent(id)}${location.search}`);
  room.value = openRoom(session, "wall", activities);
  stranger.value = false;
}

/** Whoever runs the room withdrew this screen's link: it asks for another room. */
function letGo(gone: Room): void {
  gone.client.stop();
  gone.session.forget();
  room.value = null;
  stranger.value = true;
}

function Page(): JSX.Element {
  const t = words.value;
  const refused = room.value?.now.value.phase === "refused";
  useEffect(() => {
    if (refused && room.value) letGo(room.value);
  }, [refused]);
  useEffect(() => {
    stayAwake();
    void arrive();
  }, []);
  if (stranger.value) return <PairingScreen onPaired={paired} />;
  if (!room.value?.now.value.position) {
    return (
      <div class="cover">
        <Logo size={160} />
        <p>{t.wall_waiting}</p>
      </div>
    );
  }
  return <Wall room={room.value} parts={parts.value} />;
}

titled(() => (room.value ? stateOf(room.value.now.value, lifecycle).title : ""));
show(() => <Page />);
