import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Dialog } from "../parts/dialog";
import { pollOnNow, polls } from "../room/activities/polls";
import { drafting, showingKeys, tab } from "./desk";
import { undoRemove } from "./deeds";
import { closePoll, extendPoll, hasClock, nextStep, openPoll, toggleHidden, togglePause } from "./poll_acts";

/** What a key does; keys work wherever nothing is being written. */
function press(room: Room, key: string): boolean {
  const poll = pollOnNow(stateOf(room.client.snapshot, polls));
  const next = nextStep(room);
  const deeds: Record<string, () => void> = {
    "1": () => (tab.value = "chat"),
    "2": () => (tab.value = "polls"),
    n: () => (drafting.value = true),
    " ": () => {
      if (next.kind === "open") openPoll(room, next.poll);
      else if (next.kind === "close") closePoll(room, next.poll);
    },
    p: () => poll && hasClock(poll) && togglePause(room, poll),
    e: () => poll && hasClock(poll) && extendPoll(room, poll),
    h: () => poll && toggleHidden(room, poll),
    z: () => undoRemove(room),
    "/": () => document.querySelector<HTMLElement>(".composer textarea")?.focus(),
    "?": () => (showingKeys.value = true),
  };
  deeds[key]?.();
  return key in deeds;
}

export function useKeys(room: Room): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const at = event.target as HTMLElement;
      if (at.closest("input, textarea, select, dialog")) return;
      // On a button the space bar presses that button.
      if (event.key === " " && at.closest("button, a")) return;
      if (press(room, event.key.length === 1 ? event.key.toLowerCase() : event.key)) event.preventDefault();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [room]);
}

export function KeyList({ onClose }: { onClose: () => void }): JSX.Element {
  const t = words.value;
  return (
    <Dialog title={t.keys} onClose={onClose}>
      <dl class="keys">
        {Object.entries(t.key_list).map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button type="button" class="button" onClick={onClose}>
        {t.close}
      </button>
    </Dialog>
  );
}
