import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { words } from "../i18n/console_words";
import { openRoom, type Room, show, stateOf, titled } from "../page";
import { Arrival } from "../parts/arrival";
import { Empty, Waiting } from "../parts/bricks";
import { Gone } from "../parts/gone";
import { activities, consoleParts } from "../views";
import type { ConsolePart } from "../views/view";
import { lifecycle } from "../room/activities/lifecycle";
import { roster } from "../room/activities/roster";
import { shed } from "../room/activities/shed";
import { failureOf } from "../room/failure";
import { Session, takeAddress } from "../room/session";
import { device } from "../room/storage";
import { Console } from "./console";
import "../style/chat.css";
import "../style/polls.css";
import "./host.css";

const address = takeAddress();

const room = signal<Room | null>(null);
const parts = signal<readonly ConsolePart[]>([]);

const signIn = (): string => `/staff?next=${encodeURIComponent(location.pathname)}`;

/** By the link that opened the room on this device, if it still does, else as the staff who are signed in. */
async function asBefore(): Promise<Session | null> {
  const kept = await Session.resume(device, "host", address.room).catch((error: unknown) => {
    if (failureOf(error).retry) throw error;
    return null;
  });
  if (kept) return kept;
  const given = new URLSearchParams(location.search).has("promoted") ? await promoted() : null;
  if (given) return given;
  return Session.asStaff(device, "host", address.room).catch((error: unknown) => {
    if (failureOf(error).code === "unauthorized") return null;
    throw error;
  });
}

/** As the person from the audience on this device, if a host has given them a role since. */
async function promoted(): Promise<Session | null> {
  const session = await Session.resume(device, "audience", address.room).catch(() => null);
  await session?.renew();
  return session && STAFF.has(session.pass.role) ? session : null;
}

const arrival = new Arrival(async () => {
  if (room.value) return;
  if (!address.room) {
    location.replace("/lobby");
    return;
  }
  const [session, fetched] = await Promise.all([
    address.link ? Session.begin(device, "host", address.room, address.link) : asBefore(),
    consoleParts(),
  ]);
  parts.value = fetched;
  if (session) room.value = openRoom(session, "host", [...activities, roster, shed]);
  else location.replace(signIn());
});

function Page(): JSX.Element {
  const t = words.value;
  useEffect(() => void arrival.go(), []);
  const failure = arrival.failure.value;
  if (failure) return <Gone failure={failure} staff onAgain={() => void arrival.go()} />;
  if (!room.value) return <Waiting label={t.loading} />;
  const { phase, refusal, position, you } = room.value.now.value;
  if (phase === "refused" && refusal) {
    return room.value.session.staff && SIGNED_OUT.has(refusal.code) ? <SignedOut /> : <Gone failure={refusal} staff inside />;
  }
  if (!position) return <Waiting label={t.connecting} />;
  if (you && !STAFF.has(you.role)) return <NotRunning room={address.room} />;
  return <Console room={room.value} parts={parts.value} />;
}

const STAFF = new Set<string>(["host", "moderator"]);
const SIGNED_OUT = new Set<string>(["unauthorized", "revoked", "expired"]);

/** Somebody took the role back. */
function NotRunning({ room: id }: { room: string }): JSX.Element {
  const t = words.value;
  return (
    <Empty drawing="door" title={t.not_running} hint={t.not_running_hint}>
      <a class="button main" href={`/r/${encodeURIComponent(id)}`}>
        {t.to_audience}
      </a>
    </Empty>
  );
}

/** The staff session has ended, here or from another device. */
function SignedOut(): JSX.Element {
  const t = words.value;
  return (
    <Empty drawing="door" title={t.signed_out} hint={t.signed_out_hint}>
      <a class="button main" href={signIn()}>
        {t.sign_in_again}
      </a>
    </Empty>
  );
}

titled(() => [words.value.host, room.value ? stateOf(room.value.now.value, lifecycle).title : ""].filter(Boolean).join(" · "));
show(() => <Page />);
