import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { stageWords } from "../i18n/stage_words";
import { type Room, stateOf } from "../page";
import { Icon, type IconName } from "../parts/icons";
import { useTick } from "../parts/time";
import { order } from "../room/activities/order";
import { type SceneName, stage } from "../room/activities/stage";
import { wallParts } from "../views";
import type { ConsolePart, WallPart } from "../views/view";
import { onWall, sceneOnWall } from "../wall/choice";
import { CountdownControls, CountdownForm, counting } from "./countdown_form";
import { go } from "./desk";
import { withKey } from "./key_hint";
import { Preview } from "./preview";
import { choose, hasSubject, toggleBlank } from "./stage_acts";
import "./stage.css";

const SCENES: readonly (readonly [SceneName, IconName, string])[] = [
  ["auto", "play", "0"],
  ["cover", "door", "f"],
  ["chat", "chat", "l"],
  ["question", "question", "k"],
  ["poll", "bars", "v"],
  ["photos", "photo", "j"],
  ["winner", "gift", "g"],
  ["countdown", "clock", "t"],
];

const parts = signal<readonly WallPart[] | null>(null);

/** All that the wall can draw, once it has come. */
function useParts(): readonly WallPart[] | null {
  useEffect(() => {
    // Where it does not come, the console runs the wall all the same, without seeing it.
    if (!parts.value) wallParts().then((some) => (parts.value = some), () => undefined);
  }, []);
  return parts.value;
}

const ask = (): void => {
  counting.value = true;
};

/** The wall in the console: what it shows, and what it should. */
export const stageDesk: ConsolePart = {
  Now: Named,
  panel: { name: "stage", icon: "screen", label: () => stageWords.value.tab, under: "stage", Panel: StagePanel },
  Over: ({ room }) => (counting.value ? <CountdownForm room={room} onClose={() => (counting.value = false)} /> : null),
  keys: (room) => ({
    ...Object.fromEntries(SCENES.map(([scene, , key]) => [key, () => choose(room, scene, ask)])),
    b: () => toggleBlank(room),
  }),
};

/** On a phone, where the wall's part is out of sight: what is on it, and the way there. */
function Named({ room }: { room: Room }): JSX.Element {
  return (
    <button type="button" class="to-stage" onClick={() => go("stage")}>
      <Icon name="screen" size={20} />
      <OnWallNow room={room} />
    </button>
  );
}

/** What is on the wall, in words; the preview is for the eyes. */
function OnWallNow({ room }: { room: Room }): JSX.Element {
  const t = stageWords.value;
  const known = useParts();
  useTick(known !== null, 2_000);
  const { scene, name, choice } = onWall(room, known ?? []);
  const set = choice !== null || scene === "blank";
  return (
    <span class="on-wall-now">
      <span class="note">{t.on_wall}</span> <b>{t.scenes[scene]}</b>
      {name && <span class="what">{name}</span>}
      {known && <span class={`tag ${set ? "warn" : ""}`}>{set ? t.fixed : t.chosen}</span>}
    </span>
  );
}

function StagePanel({ room }: { room: Room }): JSX.Element {
  const known = useParts();
  return (
    <div class="scrolls stage-desk">
      <p role="status">
        <OnWallNow room={room} />
      </p>
      {known ? <Preview room={room} parts={known} /> : <div class="preview" />}
      <Scenes room={room} known={known ?? []} />
      <CountdownControls room={room} />
    </div>
  );
}

function Scenes({ room, known }: { room: Room; known: readonly WallPart[] }): JSX.Element {
  const t = stageWords.value;
  const { scene: set, blank } = stateOf(room.now.value, stage);
  const { panicked } = stateOf(room.now.value, order);
  const shown = onWall(room, known).scene;
  const lacking = t.none as Partial<Record<SceneName, string>>;
  return (
    <>
      <div class="scene-buttons" role="group" aria-label={t.stage}>
        {SCENES.map(([scene, icon, key]) => {
          const able = hasSubject(room, scene);
          return (
            <button
              key={scene}
              type="button"
              class={scene === shown ? "seen" : ""}
              aria-pressed={!blank && set === scene}
              disabled={!able}
              title={able ? withKey(t.scenes[scene], key) : lacking[scene]}
              onClick={() => choose(room, scene, ask)}
            >
              <Icon name={icon} />
              {t.scenes[scene]}
            </button>
          );
        })}
        <button type="button" aria-pressed={blank} title={withKey(t.scenes.blank, "b")} onClick={() => toggleBlank(room)}>
          <Icon name="hidden" />
          {t.scenes.blank}
        </button>
      </div>
      <p class="note">
        {panicked
          ? t.panic_hint
          : blank
            ? t.blank_hint(t.scenes[sceneOnWall(room, known).scene])
            : set === "auto"
              ? t.auto_hint
              : t.fixed_hint}
      </p>
    </>
  );
}
