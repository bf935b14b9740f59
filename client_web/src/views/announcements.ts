import { AnnouncementCard } from "../audience/announcement_card";
import { announcements } from "../room/activities/announcements";
import type { View } from "./view";

/** What the host announces. In the console it stands with the run-sheet. */
export const announcementsView: View = {
  activity: announcements,
  Head: AnnouncementCard,
  over: async () => (await import("../wall/lines")).AnnouncementLine,
};
