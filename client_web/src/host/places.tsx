import type { JSX } from "preact";
import { deskWords } from "../i18n/desk_words";
import { words } from "../i18n/console_words";
import type { Room } from "../page";
import { Icon, type IconName } from "../parts/icons";
import type { ConsolePart, Under } from "../views/view";
import { go, tab } from "./desk";
import { waitingIn } from "./queue";

type Corner = "now" | Under;

/** A part of the console, and the tab at the bottom of a phone under which it stands. */
interface Place {
  name: string;
  icon: IconName;
  label: string;
  under: Corner;
  count: number;
}

const CORNERS: readonly (readonly [Corner, IconName])[] = [
  ["now", "now"],
  ["queue", "chat"],
  ["run", "bars"],
  ["stage", "screen"],
  ["more", "more"],
];

function placesOf(room: Room, parts: readonly ConsolePart[]): Place[] {
  const t = words.value;
  const desk = deskWords.value;
  return [
    { name: "now", icon: "now", label: desk.tabs.now, under: "now", count: 0 },
    { name: "waiting", icon: "clock", label: desk.waiting, under: "queue", count: waitingIn(room, parts, room.now.value).length },
    { name: "chat", icon: "chat", label: t.chat, under: "queue", count: 0 },
    ...parts.map(({ panel: { name, icon, label, count, under = "run" } }) => ({
      name,
      icon,
      label: label(),
      under,
      count: count?.(room) ?? 0,
    })),
    { name: "more", icon: "more", label: desk.tabs.more, under: "more", count: 0 },
  ];
}

/** Where one was last under each tab. */
const lately = new Map<Corner, string>();

/** To the tab at that place, as the keys 1 to 5 do. */
export function corner(room: Room, parts: readonly ConsolePart[], place: number): void {
  const all = placesOf(room, parts);
  const under = CORNERS[place]?.[0];
  if (under && all.some((one) => one.under === under)) go(homeOf(all, under));
}

const homeOf = (all: readonly Place[], under: Corner): string => {
  const mine = all.filter((one) => one.under === under);
  const last = lately.get(under);
  return (mine.find((one) => one.name === last) ?? mine[0])?.name ?? "now";
};

interface PlacesProps {
  room: Room;
  parts: readonly ConsolePart[];
}

/** The tabs at the bottom of a phone. */
export function Tabs({ room, parts }: PlacesProps): JSX.Element {
  const { tabs } = deskWords.value;
  const all = placesOf(room, parts);
  const here = all.find((one) => one.name === tab.value);
  if (here) lately.set(here.under, here.name);
  const waiting = all.find((one) => one.name === "waiting")?.count ?? 0;
  return (
    <nav class="tabs">
      {CORNERS.filter(([under]) => all.some((one) => one.under === under)).map(([under, icon]) => (
        <button
          key={under}
          type="button"
          aria-current={here?.under === under ? "page" : undefined}
          onClick={() => go(homeOf(all, under))}
        >
          <Icon name={icon} />
          <span>
            {tabs[under]}
            {under === "queue" && waiting > 0 && <b class="figures">{waiting}</b>}
          </span>
        </button>
      ))}
    </nav>
  );
}

/** What else stands under the tab that is chosen, on a phone. */
export function Beside({ room, parts }: PlacesProps): JSX.Element | null {
  const all = placesOf(room, parts);
  const under = all.find((one) => one.name === tab.value)?.under;
  const some = all.filter((one) => one.under === under);
  if (some.length < 2) return null;
  return (
    <nav class="places" aria-label={deskWords.value.places}>
      {some.map(({ name, label, count }) => (
        <button key={name} type="button" aria-current={tab.value === name ? "true" : undefined} onClick={() => go(name)}>
          {label}
          {count > 0 && <b class="figures">{count}</b>}
        </button>
      ))}
    </nav>
  );
}
