import { describe, expect, it, vi } from "vitest";
import type { Room } from "../src/page";
import { order } from "../src/room/activities/order";
import { countsDown, stage, type StageState } from "../src/room/activities/stage";
import type { LoggedEvent } from "../src/room/messages";
import type { Choice, WallPart } from "../src/views/view";
import { onWall, sceneOnWall } from "../src/wall/choice";

// Beside the state it holds what only a browser has.
vi.mock("../src/page", () => ({
  stateOf: (snapshot: { activities: Record<string, unknown> }, { name }: { name: string }) => snapshot.activities[name],
}));

const AUTO: StageState = { scene: "auto", subject: null, blank: false, countdown: null };

const event = (type: string, data: object | null = {}): LoggedEvent =>
  ({ type, room: "r1", epoch: "e", after: 0, seq: 5, at: 99, by: null, data }) as unknown as LoggedEvent;

describe("the stage", () => {
  it("goes by what is on until a scene is set", () => {
    expect(stage.read(undefined)).toEqual(AUTO);
    const set = stage.apply(AUTO, event("stage.changed", { scene: "poll", subject: "p1", blank: false }));
    expect(set).toEqual({ ...AUTO, scene: "poll", subject: "p1" });
    const blank = stage.apply(set, event("stage.blanked"));
    expect(blank).toEqual({ ...set, blank: true });
    expect(stage.apply(blank, event("stage.unblanked"))).toEqual(set);
    expect(stage.apply(set, event("chat.sent", null))).toBe(set);
  });

  it("lets go of what is gone", () => {
    const on = (scene: StageState["scene"]): StageState => ({ ...AUTO, scene, subject: "x" });
    expect(stage.apply(on("question"), event("question.hidden", { question: "x" }))).toEqual(AUTO);
    expect(stage.apply(on("poll"), event("poll.removed", { poll: "x" }))).toEqual(AUTO);
    expect(stage.apply(on("winner"), event("draw.removed", { draw: "x" }))).toEqual(AUTO);
    expect(stage.apply(on("photos"), event("photo.deleted", { photo: "x" }))).toEqual({ ...AUTO, scene: "photos" });
    expect(stage.apply(on("poll"), event("poll.removed", { poll: "y" }))).toEqual(on("poll"));
  });

  it("counts down, and goes on with what was there", () => {
    const countdown = { text: "Soon", duration_ms: 60_000, ends_at: 70_000 };
    const started = stage.apply({ ...AUTO, scene: "cover", blank: true }, event("countdown.started", countdown));
    expect(started).toEqual({ scene: "countdown", subject: null, blank: false, countdown });
    const longer = stage.apply(started, event("countdown.extended", { duration_ms: 120_000, ends_at: 130_000 }));
    expect(longer.countdown).toEqual({ text: "Soon", duration_ms: 120_000, ends_at: 130_000 });
    expect([10_000, 130_500].map((now) => countsDown({ ...countdown, ends_at: 130_000 }, now))).toEqual([120_000, 0]);
    expect(stage.apply(longer, event("countdown.stopped", { scene: "cover", subject: null }))).toEqual({ ...AUTO, scene: "cover" });
  });
});

describe("the wall", () => {
  const there = new Set<string>();
  let wanted: string[] = [];
  const part = (scene: WallPart["scene"], name: string): WallPart => ({
    ...(scene ? { scene } : {}),
    wants: () => wanted.includes(name),
    named: (_: Room, choice: Choice | null) => {
      if (choice === null) return name;
      return choice.subject === null || there.has(choice.subject) ? `${name} ${choice.subject ?? "latest"}` : null;
    },
    Scene: () => null,
  });
  const talk: WallPart = { scene: "chat", Scene: () => null };
  const parts = [part("winner", "draw"), part("winner", "gift"), part("poll", "poll"), talk];
  const room = (set: Partial<StageState>, panicked = false): Room =>
    ({ now: { value: { activities: { [stage.name]: { ...AUTO, ...set }, [order.name]: { ...order.read(undefined) as object, panicked } } } } }) as unknown as Room;

  it("shows what is on, else the talk", () => {
    wanted = [];
    expect(onWall(room({}), parts)).toMatchObject({ scene: "chat", choice: null, name: "" });
    wanted = ["poll", "gift"];
    expect(onWall(room({}), parts)).toMatchObject({ scene: "winner", choice: null, name: "gift" });
  });

  it("shows what was chosen, as long as it is there", () => {
    wanted = ["poll"];
    there.add("g1");
    expect(onWall(room({ scene: "winner", subject: "g1" }), parts)).toMatchObject({ scene: "winner", name: "draw g1" });
    expect(onWall(room({ scene: "poll" }), parts)).toMatchObject({ scene: "poll", choice: { subject: null } });
    expect(onWall(room({ scene: "cover" }), parts)).toMatchObject({ scene: "cover", part: null });
    expect(onWall(room({ scene: "chat" }), parts).part).toBe(talk);
    expect(onWall(room({ scene: "winner", subject: "gone" }), parts)).toMatchObject({ scene: "poll", choice: null });
    expect(onWall(room({ scene: "photos" }), parts)).toMatchObject({ scene: "poll", choice: null });
  });

  it("is blank when that is set, and in a panic whatever is set", () => {
    for (const blank of [room({ scene: "chat", blank: true }), room({ scene: "chat" }, true)]) {
      expect(onWall(blank, parts)).toMatchObject({ scene: "blank", part: null });
      expect(sceneOnWall(blank, parts)).toMatchObject({ scene: "chat" });
    }
  });
});

describe("the wall's styles", () => {
  const parts: Record<string, string> = import.meta.glob("../src/wall/*.tsx", { query: "?raw", import: "default", eager: true });

  it("are all in one sheet, so that none of them reaches the console", () => {
    const dressed = Object.keys(parts).filter((path) => /^import ".*\.css";/m.test(parts[path] ?? ""));
    expect(dressed.sort()).toEqual(["../src/wall/main.tsx", "../src/wall/pairing.tsx"]);
  });
});
