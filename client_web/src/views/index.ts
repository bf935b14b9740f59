import type { Activity } from "../room/activity";
import { lifecycle } from "../room/activities/lifecycle";
import { filter } from "../room/activities/words";
import { order } from "../room/activities/order";
import { mineTab } from "../audience/mine_tab";
import { chatView } from "./chat";
import { drawsView } from "./draws";
import { firstsView } from "./firsts";
import { peopleView } from "./people";
import { photosView } from "./photos";
import { pollsView } from "./polls";
import { questionsView } from "./questions";
import type { ConsolePart, TabPart, View, WallPart } from "./view";

/** What a room can do, as this client knows it, in the order in which it stands on a page. A new activity is a line here. */
export const views: readonly View[] = [{ activity: lifecycle }, peopleView, { activity: order }, { activity: filter }, chatView, photosView, pollsView, questionsView, firstsView, drawsView];

export const activities: readonly Activity[] = views.map((view) => view.activity);

/** One's own comes last. */
export const tabParts: readonly TabPart[] = [
  ...views.flatMap((view) => view.tab ?? []),
  mineTab(views.flatMap((view) => view.mine ?? [])),
];

/** The last has the first say: what is rarer and shorter goes over what is there all the time. */
export const wallParts = (): Promise<WallPart[]> => Promise.all([...views].reverse().flatMap((view) => view.wall?.() ?? []));

export const consoleParts = (): Promise<ConsolePart[]> => Promise.all(views.flatMap((view) => view.console?.() ?? []));
