import type { Activity } from "../room/activity";
import { filter } from "../room/activities/words";
import { order } from "../room/activities/order";
import { mineTab } from "../audience/mine_tab";
import { announcementsView } from "./announcements";
import { arrivalsView } from "./arrivals";
import { chatView } from "./chat";
import { cuesView } from "./cues";
import { drawsView } from "./draws";
import { firstsView } from "./firsts";
import { lifecycleView } from "./lifecycle";
import { peopleView } from "./people";
import { photosView } from "./photos";
import { pollsView } from "./polls";
import { questionsView } from "./questions";
import { reactionsView } from "./reactions";
import { stageView } from "./stage";
import { streamView } from "./stream";
import type { ConsolePart, Part, TabPart, View, WallPart } from "./view";

/** What a room can do, as this client knows it, in the order in which it stands on a page. A new activity is a line here. */
export const views: readonly View[] = [lifecycleView, peopleView, arrivalsView, { activity: order }, { activity: filter }, chatView, stageView, photosView, pollsView, questionsView, firstsView, drawsView, announcementsView, cuesView, reactionsView, streamView];

export const activities: readonly Activity[] = views.map((view) => view.activity);

/** What stands first on a page, whatever has the first say on the wall. */
const FIRST = ["stage", "polls", "course", "chat", "questions", "photos"];

const byPlace = <Each>(name: (part: Each) => string) => {
  const place = (part: Each) => (FIRST.includes(name(part)) ? FIRST.indexOf(name(part)) : FIRST.length);
  return (a: Each, b: Each) => place(a) - place(b);
};

/** One's own comes last. */
export const tabParts: readonly TabPart[] = [
  ...views.flatMap((view) => view.tab ?? []).sort(byPlace((tab) => tab.name)),
  mineTab(async () => {
    const { MinePanel } = await import("../audience/mine_parts");
    return { parts: await Promise.all(views.flatMap((view) => view.mine?.() ?? [])), Panel: MinePanel };
  }),
];

/** The last has the first say: what is rarer and shorter goes over what is there all the time. */
export const wallParts = (): Promise<WallPart[]> => Promise.all([...views].reverse().flatMap((view) => view.wall?.() ?? []));

export const overParts = (): Promise<{ name: string; Each: Part }[]> =>
  Promise.all(views.flatMap(({ activity: { name }, over }) => (over ? [over().then((Each) => ({ name, Each }))] : [])));

export const consoleParts = async (): Promise<ConsolePart[]> => {
  const parts = await Promise.all(views.flatMap((view) => view.console?.() ?? []));
  return parts.sort(byPlace((part) => part.panel.name));
};
