import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Banner } from "../parts/banner";
import { IconButton } from "../parts/bricks";
import { Confirmation } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { TopBar } from "../parts/top_bar";
import { chat } from "../room/activities/chat";
import { tabParts, views } from "../views";
import { useFront } from "./front";
import { StreamPlace } from "./stream_place";
import { Tabs } from "./tabs";

/** The room itself: what is on, and below it the talk and whatever else people do. */
export function Hall({ room }: { room: Room }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useFront(place);
  return (
    <div class="hall" ref={place}>
      <TopBar room={room} />
      <Banner room={room} />
      <Promoted room={room} />
      <StreamPlace room={room} />
      <div class="now">
        <PinnedMessage room={room} />
        {views.map(({ activity, Head }) => Head && <Head key={activity.name} room={room} />)}
        {views.map(({ activity, Card }) => Card && <Card key={activity.name} room={room} />)}
      </div>
      <main>
        <Tabs room={room} parts={tabParts} />
      </main>
      <Confirmation />
      <div class="foot">{views.map(({ activity, Foot }) => Foot && <Foot key={activity.name} room={room} />)}</div>
    </div>
  );
}

/** A host gave this person a role: here is the way to what it is for. */
function Promoted({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const { you } = room.now.value;
  if (you?.role !== "host" && you?.role !== "moderator") return null;
  return (
    <div class="banner back" role="status">
      {t.promoted(t.roles[you.role])}{" "}
      <a href={`/host/${encodeURIComponent(room.session.pass.room)}?promoted`}>{t.open_console}</a>
    </div>
  );
}

function PinnedMessage({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const { pinned } = stateOf(room.now.value, chat);
  const [folded, setFolded] = useState<string | null>(null);
  if (!pinned) return null;
  const short = folded === pinned.message;
  return (
    <section class={`pinned ${short ? "folded" : ""}`} aria-label={t.pinned}>
      <Icon name="pin" size={20} />
      <p>
        <b>{pinned.by.name}</b> {pinned.text}
      </p>
      <IconButton
        icon={short ? "down" : "up"}
        label={short ? t.unfold : t.fold}
        onClick={() => setFolded(short ? null : pinned.message)}
      />
    </section>
  );
}
