import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { words } from "../i18n/words";
import { openRoom, type Room, show, stateOf, titled } from "../page";
import { Waiting } from "../parts/bricks";
import { Gone } from "../parts/gone";
import { activities } from "../views";
import { lifecycle } from "../room/activities/lifecycle";
import { api, type PublicRoom } from "../room/api";
import { type Failure, failureOf } from "../room/failure";
import { Patience } from "../room/patience";
import { Session, takeAddress } from "../room/session";
import { device } from "../room/storage";
import { Door, Start } from "./door";
import { Hall } from "./hall";
import "../style/chat.css";
import "../style/polls.css";
import "./audience.css";

const address = takeAddress();

const room = signal<Room | null>(null);
const known = signal<PublicRoom | null>(null);
const failure = signal<Failure | null>(null);
const patience = new Patience();
let retry: ReturnType<typeof setTimeout> | undefined;

function begin(session: Session): void {
  room.value = openRoom(session, "audience", activities);
}

let arriving = false;

/** Whoever was here before is in again at once; others are asked for a name. */
async function arrive(): Promise<void> {
  clearTimeout(retry);
  // Somebody tapped while a try was on its way: two would make two connections.
  if (arriving || room.value) return;
  arriving = true;
  try {
    const [session, found] = await Promise.all([
      Session.resume(device, "audience", address.room).catch((error: unknown) => {
        if (failureOf(error).retry) throw error;
        return null;
      }),
      api.room(address.room),
    ]);
    failure.value = null;
    known.value = found;
    if (session) begin(session);
  } catch (error) {
    failure.value = failureOf(error);
    // A server that starts anew is back in a moment; nobody should have to tap for that.
    if (failure.value.retry) retry = setTimeout(() => void arrive(), patience.next(failure.value.retryAfter));
  } finally {
    arriving = false;
  }
}

async function enter(nickname: string): Promise<void> {
  begin(await Session.begin(device, "audience", address.room, address.link, nickname));
}

async function comeBack(code: string): Promise<void> {
  begin(await Session.bySeat(device, "audience", address.room, code));
}

function Page(): JSX.Element {
  const t = words.value;
  useEffect(() => {
    if (address.room) void arrive();
  }, []);
  if (!address.room) return <Start />;
  if (failure.value) return <Gone failure={failure.value} onAgain={() => void arrive()} />;
  if (room.value) return <Inside room={room.value} />;
  if (known.value) return <Door room={known.value} onEnter={enter} onReturn={comeBack} />;
  return <Waiting label={t.loading} />;
}

function Inside({ room: entered }: { room: Room }): JSX.Element {
  const { phase, refusal, position } = entered.now.value;
  if (phase === "refused" && refusal) {
    const again =
      refusal.code === "unauthorized" || refusal.code === "expired"
        ? () => {
            // Shut out, but not for good: come in as somebody new.
            entered.client.stop();
            entered.session.forget();
            room.value = null;
          }
        : undefined;
    return <Gone failure={refusal} {...(again ? { onAgain: again } : {})} />;
  }
  if (!position) return <Waiting label={words.value.connecting} />;
  return <Hall room={entered} />;
}

titled(() => (room.value ? stateOf(room.value.now.value, lifecycle).title : (known.value?.title ?? "")));
show(() => <Page />);
