import type { JSX } from "preact";
import { deskWords } from "../i18n/desk_words";
import { words } from "../i18n/console_words";
import type { Room } from "../page";
import { Icon, type IconName } from "../parts/icons";
import type { ConsolePart, Under } from "../views/view";
import { go, lastOf, tab } from "./desk";
import { waitingIn } from "./queue";

type Corner = "now" | Under;

/** A part of the console, and the tab at the bottom of a phone under which it stands. */
export interface Place {
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

/** The two columns of a desk in which one part is in front; between them stands the wall. */
const COLUMNS: Readonly<Record<"people" | "show", readonly Corner[]>> = { people: ["queue"], show: ["run", "more"] };

/** What stands on a desk whatever is in front. */
const ALWAYS: readonly string[] = ["waiting", "stage", "now"];

export function placesOf(room: Room, parts: readonly ConsolePart[]): Place[] {
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

const homeOf = (all: readonly Place[], under: Corner): string =>
  lastOf(all.filter((one) => one.under === under).map((one) => one.name)) ?? "now";

/** Those that take turns in a column of a desk. */
export const inColumn = (all: readonly Place[], corners: readonly Corner[]): Place[] =>
  all.filter((one) => corners.includes(one.under) && !ALWAYS.includes(one.name));

/** The parts that are in sight: on a phone one, on a desk what stands there always and what is in front. */
export function inSight(all: readonly Place[], desk: boolean): readonly string[] {
  if (!desk) return [tab.value];
  return [...ALWAYS, ...Object.values(COLUMNS).flatMap((corners) => lastOf(inColumn(all, corners).map((one) => one.name)) ?? [])];
}

/** To the tab at that place, as the keys 1 to 5 do. */
export function corner(room: Room, parts: readonly ConsolePart[], place: number): void {
  const all = placesOf(room, parts);
  const under = CORNERS[place]?.[0];
  if (under && all.some((one) => one.under === under)) go(homeOf(all, under));
}

/** The tabs at the bottom of a phone. */
export function Tabs({ all }: { all: readonly Place[] }): JSX.Element {
  const { tabs } = deskWords.value;
  const here = all.find((one) => one.name === tab.value)?.under;
  const waiting = all.find((one) => one.name === "waiting")?.count ?? 0;
  return (
    <nav class="tabs">
      {CORNERS.filter(([under]) => all.some((one) => one.under === under)).map(([under, icon]) => (
        <button
          key={under}
          type="button"
          aria-current={here === under ? "page" : undefined}
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
export function Beside({ all }: { all: readonly Place[] }): JSX.Element | null {
  const under = all.find((one) => one.name === tab.value)?.under;
  return <Places label={deskWords.value.places} some={all.filter((one) => one.under === under)} chosen={tab.value} />;
}

/** On a desk, what takes turns in a column. */
export function Turns({ all, of }: { all: readonly Place[]; of: keyof typeof COLUMNS }): JSX.Element | null {
  const some = inColumn(all, COLUMNS[of]);
  return <Places label={deskWords.value.columns[of]} some={some} chosen={lastOf(some.map((one) => one.name))} />;
}

interface PlacesProps {
  label: string;
  some: readonly Place[];
  chosen: string | undefined;
}

function Places({ label, some, chosen }: PlacesProps): JSX.Element | null {
  if (some.length < 2) return null;
  return (
    <nav class="places" aria-label={label}>
      {some.map(({ name, label: called, count }) => (
        <button key={name} type="button" aria-current={chosen === name ? "true" : undefined} onClick={() => go(name)}>
          {called}
          {count > 0 && <b class={`figures ${name === "waiting" ? "due" : ""}`}>{count}</b>}
        </button>
      ))}
    </nav>
  );
}
