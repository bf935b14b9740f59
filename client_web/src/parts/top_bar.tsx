import type { ComponentChildren, JSX } from "preact";
import { explain, figure, switchLanguage, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { lifecycle } from "../room/activities/lifecycle";
import { Logo } from "./bricks";
import { Icon } from "./icons";
import { toast } from "./toast";

/** To the other language; `spelt` out where it stands among other words. */
export function LanguageSwitch({ spelt = false }: { spelt?: boolean }): JSX.Element {
  const t = words.value;
  return (
    <button
      type="button"
      class="button quiet language"
      {...(spelt ? {} : { "aria-label": `${t.other_language} · ${t.switch_language}` })}
      onClick={() => void switchLanguage().catch(() => toast(explain("network")))}
    >
      {spelt ? t.switch_language : t.other_language}
    </button>
  );
}

/** How many are in the room. */
export function Occupancy({ count }: { count: number | null }): JSX.Element | null {
  const t = words.value;
  if (count === null) return null;
  return (
    <span class="occupancy figures" title={t.people(figure(count))}>
      <Icon name="people" size={16} />
      <span aria-hidden="true">{figure(count)}</span>
      <span class="seen-by-readers">{t.people(figure(count))}</span>
    </span>
  );
}

/** Whether the room is on, and for real. */
export function Live({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const { status, rehearsal } = stateOf(room.now.value, lifecycle);
  const open = status === "open";
  if (rehearsal) return <span class="tag rehearsal">{t.rehearsal}</span>;
  return <span class={`tag ${open ? "live" : ""}`}>{open ? t.live : t.room_closed}</span>;
}

/** `children` stand at the end. */
export function TopBar({ room, children }: { room: Room; children?: ComponentChildren }): JSX.Element {
  const t = words.value;
  const { title } = stateOf(room.now.value, lifecycle);
  return (
    <header class="top">
      <Logo />
      <h1>{title || t.app}</h1>
      <Live room={room} />
      <Occupancy count={room.now.value.occupancy} />
      <LanguageSwitch />
      {children}
    </header>
  );
}
