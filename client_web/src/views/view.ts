import type { JSX } from "preact";
import type { Room } from "../page";
import type { IconName } from "../parts/icons";
import type { SceneName } from "../room/activities/stage";
import type { Activity } from "../room/activity";
import type { Snapshot } from "../room/client";

/** Something of an activity on a page; null while there is nothing to show. */
export type Part = (props: { room: Room }) => JSX.Element | null;

/** What hosts have set a scene to: one thing, or with null the latest of its kind. */
export interface Choice {
  readonly subject: string | null;
}

/** An activity on the wall. `choice` is null where the wall goes by what is on, as no host has chosen. */
export interface WallPart {
  /** Whether it wants the wall now. Without it, it has the wall when nobody else wants it. */
  wants?: (room: Room) => boolean;
  /** The scene by which hosts choose it; without one only the wall itself does. */
  scene?: SceneName;
  /** What it would show, in a few words; null if that is not there. */
  named?: (room: Room, choice: Choice | null) => string | null;
  Scene: (props: { room: Room; choice: Choice | null }) => JSX.Element | null;
}

/** An activity among the tabs of the audience's page. */
export interface TabPart {
  name: string;
  icon: IconName;
  label: () => string;
  /** How many there are to look at; nothing is said of none. */
  count?: (room: Room) => number;
  /** The seq of the newest thing in it by others: whoever looks at another tab is told that there is something new. */
  newest: (room: Room) => number;
  /** It is in the page only while it is chosen: nothing is begun in it. */
  brief?: boolean;
  Panel: Part;
}

/** What of an activity is one person's own, shown to that person under "mine". */
export interface MinePart {
  name: string;
  label: () => string;
  /** Whether there is anything. */
  some: (room: Room) => boolean;
  /** What others have decided about it, such as that a message was refused: what comes new is news. */
  verdicts?: (room: Room) => readonly string[];
  /** How many of it they have yet to do something about, such as prizes to collect. */
  due?: (room: Room) => number;
  List: Part;
}

/** The tab at the bottom of a phone: what people send in, what a host runs, the wall, the rest. */
export type Under = "queue" | "run" | "stage" | "more";

/** Something that staff should look at before others see it. */
export interface Waiting {
  /** Since when: what has waited longest comes first. */
  at: number;
  /** A list item. */
  row: () => JSX.Element;
  approve: () => void;
  refuse: () => void;
}

/** An activity in the console. */
export interface ConsolePart {
  /** What of it is on now. */
  Now?: Part;
  /** What a host most likely wants next: one large button, in the thumb's reach on a phone. */
  Next?: Part;
  /** All of it: on a phone it stands `under` a tab (`run` if nothing is said), on a desk in the middle column. */
  panel: { name: string; icon: IconName; label: () => string; count?: (room: Room) => number; under?: Under; Panel: Part };
  /** What of it waits for staff, to be shown in the one queue. */
  waiting?: (room: Room, at: Snapshot) => Waiting[];
  /** What lies over the console when it is asked for, such as a form. */
  Over?: Part;
  /** What its keys do; the words for them stand in `host/key_texts.ts`. */
  keys?: (room: Room) => Record<string, () => void>;
}

/**
 * An activity as it is shown. The audience's phone has the poorest network, so its card is there from the
 * start; wall and console fetch what only they need.
 */
export interface View {
  activity: Activity;
  /** What the host says now, above all that is on. */
  Head?: Part;
  Card?: Part;
  tab?: TabPart;
  mine?: () => Promise<MinePart>;
  /** What stands below the tabs, whichever is chosen. */
  Foot?: Part;
  wall?: () => Promise<WallPart>;
  /** What the wall shows beside whatever scene is on. */
  over?: () => Promise<Part>;
  console?: () => Promise<ConsolePart>;
}
