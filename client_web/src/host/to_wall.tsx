import type { JSX } from "preact";
import { stageWords } from "../i18n/stage_words";
import { type Room, stateOf } from "../page";
import { IconButton } from "../parts/bricks";
import { type SceneName, stage } from "../room/activities/stage";
import { setScene } from "./stage_acts";

/** Put this one thing on the wall; pressed again, the wall goes by what is on. */
export function ToWall({ room, scene, subject }: { room: Room; scene: SceneName; subject: string }): JSX.Element {
  const set = stateOf(room.now.value, stage);
  const there = set.scene === scene && set.subject === subject;
  return (
    <IconButton
      icon="screen"
      label={stageWords.value.to_wall}
      pressed={there}
      onClick={() => (there ? setScene(room, "auto") : setScene(room, scene, subject))}
    />
  );
}
