import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { words } from "../i18n/words";
import type { Room } from "../page";
import { Waiting } from "../parts/bricks";
import { toastFailure } from "../parts/toast";
import type { MinePart, TabPart } from "../views/view";

interface Mine {
  parts: readonly MinePart[];
  Panel: (props: { room: Room; parts: readonly MinePart[] }) => JSX.Element;
}

/** It is fetched once the page itself is there: a phone in a crowd has more urgent things to load. */
const LATER = 1_500;
/** Before it is fetched again, where the network or the server was away. */
const AGAIN = 5_000;

/** What was decided about this person's things, as far as this page knows; `before` it was looked at first. */
interface Decided {
  all: Set<string>;
  before: number;
}

const known = new WeakMap<Room, Decided>();

function decided(room: Room, parts: readonly MinePart[]): number {
  const verdicts = parts.flatMap((part) => (part.verdicts?.(room) ?? []).map((verdict) => `${part.name} ${verdict}`));
  const kept = known.get(room) ?? { all: new Set(verdicts), before: verdicts.length };
  known.set(room, kept);
  for (const verdict of verdicts) kept.all.add(verdict);
  return kept.all.size - kept.before;
}

/** The tab of what is one's own. */
export function mineTab(fetch: () => Promise<Mine>): TabPart {
  const mine = signal<Mine | null>(null);
  let asked = false;
  let wanted = false;
  const ask = () => {
    if (mine.value || asked) return;
    asked = true;
    fetch().then(
      (found) => (mine.value = found),
      (error: unknown) => {
        // Who has not asked for it need not hear that it is not here yet.
        if (wanted) toastFailure(error);
        setTimeout(() => {
          asked = false;
          ask();
        }, AGAIN);
      },
    );
  };
  let waits = false;
  const soon = () => {
    if (!waits) setTimeout(ask, LATER);
    waits = true;
  };
  return {
    name: "mine",
    icon: "person",
    label: () => words.value.mine.tab,
    count: (room) => (mine.value?.parts ?? []).reduce((sum, part) => sum + (part.due?.(room) ?? 0), 0),
    newest: (room) => {
      soon();
      return mine.value ? decided(room, mine.value.parts) : 0;
    },
    brief: true,
    Panel: ({ room }) => {
      wanted = true;
      ask();
      return mine.value ? <mine.value.Panel room={room} parts={mine.value.parts} /> : <Waiting label={words.value.loading} />;
    },
  };
}
