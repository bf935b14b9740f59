import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { words } from "../i18n/words";
import { openRoom, type Room, show, stateOf, titled } from "../page";
import { Arrival } from "../parts/arrival";
import { Empty, Waiting } from "../parts/bricks";
import { Gone } from "../parts/gone";
import { LanguageSwitch } from "../parts/top_bar";
import { activities } from "../views";
import { lifecycle } from "../room/activities/lifecycle";
import { api, type PublicRoom } from "../room/api";
import { failureOf } from "../room/failure";
import { Session, takeAddress } from "../room/session";
import { device } from "../room/storage";
import { Door, Start } from "./door";
import { Hall } from "./hall";
import "../style/chat.css";
import "../style/polls.css";
import "./audience.css";

const address = takeAddress();
/** The addresses of this page; the server gives it for those of no page at all, too. */
const OURS = /^\/(r(\/[^/]*\/?)?)?$/;

const room = signal<Room | null>(null);
const known = signal<PublicRoom | null>(null);

function begin(session: Session): void {
  room.value = openRoom(session, "audience", activities);
}

/** Whoever was here before is in again at once; others are asked for a name. */
const arrival = new Arrival(async () => {
  if (room.value) return;
  const [session, found] = await Promise.all([
    Session.resume(device, "audience", address.room).catch((error: unknown) => {
      if (failureOf(error).retry) throw error;
      return null;
    }),
    api.room(address.room),
  ]);
  known.value = found;
  const { shop } = address;
  if (session && shop && shop !== session.shop && found.shops?.some(({ id }) => id === shop)) await session.moveTo(shop);
  if (session) begin(session);
});

async function enter(nickname: string, shop?: string): Promise<void> {
  begin(await Session.begin(device, "audience", address.room, address.link, nickname, shop));
}

async function comeBack(code: string, shop?: string): Promise<void> {
  begin(await Session.bySeat(device, "audience", address.room, code, shop));
}

function Page(): JSX.Element {
  const t = words.value;
  useEffect(() => {
    if (address.room && OURS.test(location.pathname)) void arrival.go();
  }, []);
  if (!OURS.test(location.pathname)) return <Lost />;
  if (!address.room) return <Start />;
  const failure = arrival.failure.value;
  if (failure) return <Gone failure={failure} onAgain={() => void arrival.go()} />;
  if (room.value) return <Inside room={room.value} />;
  if (known.value) return <Door room={known.value} shop={address.shop} onEnter={enter} onReturn={comeBack} />;
  return <Waiting label={t.loading} />;
}

/** An address of no page: where to go instead. */
function Lost(): JSX.Element {
  const t = words.value;
  return (
    <Empty drawing="lost" title={t.lost_page} hint={t.lost_page_hint}>
      <a class="button main" href="/">
        {t.to_start}
      </a>
      <a class="button quiet" href="/lobby">
        {t.start_staff}
      </a>
      <LanguageSwitch spelt />
    </Empty>
  );
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
    return <Gone failure={refusal} inside {...(again ? { onAgain: again } : {})} />;
  }
  if (!position) return <Waiting label={words.value.connecting} />;
  return <Hall room={entered} />;
}

titled(() => (room.value ? stateOf(room.value.now.value, lifecycle).title : (known.value?.title ?? "")));
show(() => <Page />);
