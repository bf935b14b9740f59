import { type Room, stateOf } from "../page";
import { order } from "../room/activities/order";
import { type SceneName, stage } from "../room/activities/stage";
import type { Choice, WallPart } from "../views/view";

/** What the wall shows now; the console names it by the same rule. */
export interface OnWall {
  /** `auto` only for a part that no host can choose. */
  readonly scene: SceneName | "blank";
  /** What of it is shown, in a few words. */
  readonly name: string;
  /** Null where the wall chose by itself. */
  readonly choice: Choice | null;
  /** Nobody's for cover and blank, which the wall draws itself. */
  readonly part: WallPart | null;
}

/** What shows under a blank wall, or would. */
export function sceneOnWall(room: Room, parts: readonly WallPart[]): OnWall {
  const { scene, subject } = stateOf(room.now.value, stage);
  const choice = { subject };
  if (scene === "cover") return { scene, name: "", choice, part: null };
  for (const part of parts) {
    if (scene === "auto" || part.scene !== scene) continue;
    const name = part.named ? part.named(room, choice) : "";
    if (name !== null) return { scene, name, choice, part };
  }
  // By itself, also while there is nothing of what was chosen: a wall is never empty.
  const part = parts.find((one) => one.wants?.(room)) ?? parts.find((one) => !one.wants) ?? null;
  return { scene: part?.scene ?? "auto", name: part?.named?.(room, null) ?? "", choice: null, part };
}

/** Nothing of what people wrote, nor the way to write more. */
export const isBlank = (room: Room): boolean =>
  stateOf(room.now.value, order).panicked || stateOf(room.now.value, stage).blank;

export const onWall = (room: Room, parts: readonly WallPart[]): OnWall =>
  isBlank(room) ? { scene: "blank", name: "", choice: null, part: null } : sceneOnWall(room, parts);
