import { describe, expect, it } from "vitest";
import { announcements, type AnnouncementsState, siteOf } from "../src/room/activities/announcements";
import type { LoggedEvent } from "../src/room/messages";

let seq = 0;
function event(type: LoggedEvent["type"], data: object | null, at = 1_000) {
  seq += 1;
  return { type, room: "r1", epoch: "e", after: seq - 1, seq, at, by: null, data } as LoggedEvent;
}
const all = (...events: LoggedEvent[]) => events.reduce<AnnouncementsState>(announcements.apply, announcements.read(undefined));
const posted = event("announcement.posted", { announcement: "a1", text: "Six", link: null }, 1_000);

describe("announcements", () => {
  it("are one at a time, put otherwise, and withdrawn", () => {
    expect(all(posted).current).toEqual({ announcement: "a1", text: "Six", link: null, at: 1_000, edited: false });
    const edited = event("announcement.edited", { announcement: "a1", text: "Five", link: "https://a.b/", posted_at: 1_000 }, 2_000);
    expect(all(posted, edited).current).toEqual({ announcement: "a1", text: "Five", link: "https://a.b/", at: 1_000, edited: true });
    const next = event("announcement.posted", { announcement: "a2", text: "Seven", link: null }, 3_000);
    expect(all(posted, edited, next).current?.announcement).toBe("a2");
    expect(all(posted, event("announcement.withdrawn", { announcement: "a1" })).current).toBeNull();
  });

  it("are none once their words are gone", () => {
    expect(all(posted, event("announcement.edited", null)).current).toBeNull();
    expect(all(posted, event("announcement.posted", null)).current).toBeNull();
  });

  it("come whole with a view", () => {
    const current = { announcement: "a1", text: "Six", link: null, at: 5, edited: false };
    expect(announcements.read({ current })).toEqual({ current });
  });

  it("show of a link the site alone, and of what is none nothing", () => {
    expect(siteOf("https://shop.example:8443/a?b#c")).toBe("shop.example:8443");
    for (const bad of [null, "", "javascript:alert(1)", "data:text/html,x", "shop.example", "//x.y"]) expect(siteOf(bad)).toBeNull();
  });
});
