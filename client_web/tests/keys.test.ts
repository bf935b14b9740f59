import { en as keysEn, zh as keysZh } from "../src/host/key_texts";
import { describe, expect, it, vi } from "vitest";
import { deskEn } from "../src/i18n/desk_en";
import { deskZh } from "../src/i18n/desk_zh";
import { stageEn } from "../src/i18n/stage_en";
import { stageZh } from "../src/i18n/stage_zh";
import { keysOf } from "../src/host/keys";
import type { Room } from "../src/page";
import { activities, consoleParts } from "../src/views";

vi.hoisted(() => {
  // What the words look at as they are loaded.
  vi.stubGlobal("location", { search: "?lang=zh-CN", pathname: "/host/r1", hash: "", origin: "http://here" });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal("document", { documentElement: {}, addEventListener: () => undefined });
});

function freshRoom(): Room {
  const snapshot = { activities: Object.fromEntries(activities.map((one) => [one.name, one.read(undefined)])) };
  return { client: { snapshot, clock: { now: () => 0 } }, now: { value: snapshot } } as unknown as Room;
}

describe("the console's keys", () => {
  it("are all listed, and nothing else is", async () => {
    const works = Object.keys(keysOf(freshRoom(), await consoleParts())).map((key) => (key === " " ? "space" : key));
    expect(works.sort()).toEqual(Object.keys({ ...keysZh, ...stageZh.keys }).sort());
    expect(works).toEqual(Object.keys({ ...keysEn, ...stageEn.keys }).sort());
  });

  it("belong to one deed each", async () => {
    const parts = await consoleParts();
    const room = freshRoom();
    const keys = [keysOf(room, []), ...parts.map((part) => part.keys?.(room) ?? {})].flatMap((each) => Object.keys(each));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("the console's words", () => {
  it("are the same in both languages", () => {
    expect(Object.keys(deskEn).sort()).toEqual(Object.keys(deskZh).sort());
    expect(JSON.stringify(deskEn)).not.toMatch(/\p{Script=Han}/u);
  });
});
