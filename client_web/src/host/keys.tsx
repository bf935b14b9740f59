import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { words } from "../i18n/words";
import type { Room } from "../page";
import { Dialog } from "../parts/dialog";
import type { ConsolePart } from "../views/view";
import { showingKeys, tab } from "./desk";
import { undoRemove } from "./deeds";
import { settleFirst } from "./held";
import { askPanic, turn } from "./order";

/** What a key does; keys work wherever nothing is being written. */
function press(room: Room, parts: readonly ConsolePart[], key: string): boolean {
  const deeds: Record<string, () => void> = {
    "1": () => (tab.value = "chat"),
    z: () => undoRemove(room),
    a: () => settleFirst(room, "chat.approve"),
    x: () => settleFirst(room, "chat.reject"),
    m: () => turn(room, "muted"),
    c: () => turn(room, "chat_closed"),
    "!": () => askPanic(room),
    "/": () => document.querySelector<HTMLElement>(".composer textarea")?.focus(),
    "?": () => (showingKeys.value = true),
  };
  for (const [place, part] of parts.entries()) {
    deeds[place + 2] = () => (tab.value = part.panel.name);
    Object.assign(deeds, part.keys?.(room));
  }
  deeds[key]?.();
  return key in deeds;
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
        {Object.entries(t.key_list).map(([key, what]) => (
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
