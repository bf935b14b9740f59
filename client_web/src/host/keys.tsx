import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { stageWords } from "../i18n/stage_words";
import { language, words } from "../i18n/console_words";
import type { Room } from "../page";
import { Dialog } from "../parts/dialog";
import { takeOffer } from "../parts/toast";
import type { ConsolePart } from "../views/view";
import { undoRemove } from "./deeds";
import { showingKeys } from "./desk";
import { en, zh } from "./key_texts";
import { askPanic, turn } from "./order";
import { corner } from "./places";
import { waitingIn } from "./queue";

/** What keys do; they work wherever nothing is being written. */
export function keysOf(room: Room, parts: readonly ConsolePart[]): Record<string, () => void> {
  const deeds: Record<string, () => void> = {
    z: () => takeOffer() || undoRemove(room),
    a: () => waitingIn(room, parts, room.client.snapshot)[0]?.approve(),
    x: () => waitingIn(room, parts, room.client.snapshot)[0]?.refuse(),
    m: () => turn(room, "muted"),
    c: () => turn(room, "chat_closed"),
    "!": () => askPanic(room),
    "/": () => document.querySelector<HTMLElement>(".composer textarea")?.focus(),
    "?": () => (showingKeys.value = true),
  };
  for (let place = 0; place < 5; place += 1) deeds[place + 1] = () => corner(room, parts, place);
  for (const part of parts) Object.assign(deeds, part.keys?.(room));
  return deeds;
}

/** Whether that key does something here. */
function press(room: Room, parts: readonly ConsolePart[], key: string): boolean {
  const deed = keysOf(room, parts)[key];
  deed?.();
  return deed !== undefined;
}

export function useKeys(room: Room, parts: readonly ConsolePart[]): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const at = event.target as HTMLElement;
      // A tap beside the fields of a window leaves the focus on the page under it.
      if (at.closest("input, textarea, select") || document.querySelector("dialog[open]")) return;
      // On a button the space bar presses that button.
      if (event.key === " " && at.closest("button, a")) return;
      if (press(room, parts, event.key.length === 1 ? event.key.toLowerCase() : event.key)) event.preventDefault();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [room, parts]);
}

export function KeyList({ onClose }: { onClose: () => void }): JSX.Element {
  const t = words.value;
  return (
    <Dialog title={t.keys} onClose={onClose}>
      <dl class="keys">
        {[language.value === "en" ? en : zh, stageWords.value.keys].flatMap((some) => Object.entries(some)).map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key === "space" ? t.key_space : key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
