import { describe, expect, it, vi } from "vitest";
import { draftsFor, optionFor, targetOf } from "../src/host/entry_target";
import type { Room } from "../src/page";
import { entriesOf, hasEntries } from "../src/photos/entries";
import { photos } from "../src/room/activities/photos";
import type { Poll } from "../src/room/activities/polls";
import type { LoggedEvent } from "../src/room/messages";
import { columnsFor } from "../src/wall/columns";

vi.hoisted(() => {
  // What the words look at as they are loaded.
  vi.stubGlobal("location", { search: "?lang=zh-CN" });
  vi.stubGlobal("document", { documentElement: {}, addEventListener: () => undefined });
});

const poll = (name: string, change: Partial<Poll> = {}): Poll => ({
  poll: name,
  question: "?",
  kind: "single",
  options: ["1 号", "2 号"],
  photos: [],
  max_choices: 1,
  who: "everyone",
  hidden: false,
  status: "draft",
  duration_ms: null,
  closes_at: null,
  remaining_ms: null,
  opened_at: null,
  closed_at: null,
  result: null,
  ...change,
});
const by = { id: "u1", name: "王小明", role: "attendee", guest: false } as const;
const photo = (name: string, caption: string | null = null) =>
  ({ photo: name, at: 1, by, width: 4, height: 3, color: "#ffffff", caption }) as const;

function room(view: object, ...told: [LoggedEvent["type"], string][]): Room {
  const state = told.reduce(
    (before, [type, name]) =>
      photos.apply(before, { type, room: "r1", epoch: "e", after: 0, seq: 1, at: 1, by, data: { photo: name } } as LoggedEvent),
    photos.read(view as never),
  );
  return { now: { value: { activities: { photos: state } } }, session: { pass: { room: "r1", token: "t" } } } as unknown as Room;
}

describe("entries", () => {
  it("are called by what is written under them, with a masked author", () => {
    const here = room({ photos: [photo("a", "城堡"), photo("b")], count: 2 });
    const [first, second, third] = entriesOf(here, poll("p", { options: ["1 号", "2 号", "都不选"], photos: ["a", "b", null] }));
    expect(first).toMatchObject({ title: "城堡", author: "王*", gone: false });
    expect(second).toMatchObject({ title: "2 号", author: "王*" });
    expect(third).toBeNull();
    expect(hasEntries(poll("p", { photos: [null, "a"] }))).toBe(true);
    expect(hasEntries(poll("p"))).toBe(false);
  });

  it("lose their picture and keep their name when the photo goes", () => {
    const vote = poll("p", { photos: ["a", "old"] });
    const many = { photos: [photo("a", "城堡")], count: 200 };
    expect(entriesOf(room(many), vote).map((one) => one?.gone)).toEqual([false, false]);
    const hidden = room(many, ["photo.hidden", "a"], ["photo.deleted", "old"]);
    expect(entriesOf(hidden, vote)).toMatchObject([
      { gone: true, title: "1 号", author: "" },
      { gone: true, title: "2 号" },
    ]);
    expect(entriesOf(room({ photos: [], count: 0 }), vote).map((one) => one?.gone)).toEqual([true, true]);
  });

  it("have their name and author also where they are older than what is in the page", async () => {
    vi.stubGlobal("fetch", async () =>
      Response.json({ links: { older: {} }, photos: { older: photo("older", "旧城堡") }, good_ms: 3_600_000 }),
    );
    const here = room({ photos: [photo("a")], count: 200 });
    const vote = poll("p", { photos: ["older", "a"] });
    expect(entriesOf(here, vote)[0]).toMatchObject({ title: "1 号", author: "", gone: false });
    await vi.waitFor(() => expect(entriesOf(here, vote)[0]).toMatchObject({ title: "旧城堡", author: "王*", gone: false }));
    const gone = room({ photos: [photo("a")], count: 200 }, ["photo.deleted", "older"]);
    expect(entriesOf(gone, vote)[0]).toMatchObject({ title: "1 号", author: "", gone: true });
  });

  it("go to the draft that was chosen, else to the last with photos, else to a new one", () => {
    const all = [
      poll("plain"),
      poll("photos", { photos: ["a", null] }),
      poll("rating", { kind: "rating", options: [] }),
      poll("open", { status: "open", photos: ["a", null] }),
      poll("full", { options: Array.from({ length: 20 }, (_, place) => `${place}`) }),
    ];
    expect(draftsFor(all).map((one) => one.poll)).toEqual(["plain", "photos"]);
    expect(targetOf(all, null)?.poll).toBe("photos");
    expect(targetOf(all, "plain")?.poll).toBe("plain");
    expect(targetOf(all, "open")?.poll).toBe("photos");
    expect(targetOf(all, "")).toBeNull();
    expect(targetOf([poll("plain")], null)).toBeNull();
  });

  it("have names of their own", () => {
    const name = (number: number) => `${number} 号`;
    expect(optionFor(null, name)).toBe("1 号");
    expect(optionFor(poll("p"), name)).toBe("3 号");
    expect(optionFor(poll("p", { options: ["1 号", "3 号"] }), name)).toBe("4 号");
  });

  it("stand beside each other as large as they can", () => {
    expect([1, 3, 4, 5, 6, 8, 10, 12, 20].map(columnsFor)).toEqual([1, 3, 4, 3, 3, 4, 5, 4, 7]);
  });
});
