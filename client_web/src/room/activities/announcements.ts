import type { Activity } from "../activity";
import type { AnnouncementView } from "../messages";

export type Announcement = Readonly<AnnouncementView>;

export interface AnnouncementsState {
  readonly current: Announcement | null;
}

const NONE: AnnouncementsState = { current: null };

/** What the host announces: one thing at a time. */
export const announcements: Activity<AnnouncementsState> = {
  name: "announcements",

  read: (view) => ({ current: (view as AnnouncementsState | undefined)?.current ?? null }),

  apply(state, event) {
    switch (event.type) {
      case "announcement.posted": {
        if (!event.data) return NONE;
        const { announcement, text, link } = event.data;
        return { current: { announcement, text, link, at: event.at, edited: false } };
      }
      case "announcement.edited": {
        if (!event.data) return NONE;
        const { announcement, text, link, posted_at: at } = event.data;
        return { current: { announcement, text, link, at, edited: true } };
      }
      case "announcement.withdrawn":
        return NONE;
      default:
        return state;
    }
  },
};

/** The site that a link leads to, as it is shown; null for what is no web address. */
export function siteOf(link: string | null): string | null {
  if (!link) return null;
  try {
    const { protocol, host } = new URL(link);
    return protocol === "https:" || protocol === "http:" ? host : null;
  } catch {
    return null;
  }
}
