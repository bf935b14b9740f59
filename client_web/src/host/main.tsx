import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { words } from "../i18n/words";
import { openRoom, type Room, show, stateOf, titled } from "../page";
import { Empty, Waiting } from "../parts/bricks";
import { Gone } from "../parts/gone";
import { activities } from "../room/activities";
import { lifecycle } from "../room/activities/lifecycle";
import { type Failure, failureOf } from "../room/failure";
import { Session, takeAddress } from "../room/session";
import { device } from "../room/storage";
import { Console } from "./console";
import "../style/chat.css";
import "../style/polls.css";
import "./host.css";

const address = takeAddress();

const room = signal<Room | null>(null);
const failure = signal<Failure | null>(null);
const stranger = signal(false);

async function arrive(): Promise<void> {
  failure.value = null;
  try {
    const session = address.link
      ? await Session.begin(device, "host", address.room, address.link)
      : await Session.resume(device, "host", address.room);
    if (session) room.value = openRoom(session, "host", activities);
    else stranger.value = true;
  } catch (error) {
    failure.value = failureOf(error);
  }
}

function Page(): JSX.Element {
  const t = words.value;
  useEffect(() => void arrive(), []);
  if (stranger.value) return <Empty drawing="lost" title={t.need_link} hint={t.need_link_hint} />;
  if (failure.value) return <Gone failure={failure.value} onAgain={() => void arrive()} />;
  if (!room.value) return <Waiting label={t.loading} />;
  const { phase, refusal, position } = room.value.now.value;
  if (phase === "refused" && refusal) return <Gone failure={refusal} />;
  if (!position) return <Waiting label={t.connecting} />;
  return <Console room={room.value} />;
}

titled(() => [words.value.host, room.value ? stateOf(room.value.now.value, lifecycle).title : ""].filter(Boolean).join(" · "));
show(() => <Page />);
