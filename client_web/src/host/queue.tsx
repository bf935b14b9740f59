import type { JSX } from "preact";
import { deskWords } from "../i18n/desk_words";
import { words } from "../i18n/console_words";
import type { Room } from "../page";
import { Empty } from "../parts/bricks";
import { Icon } from "../parts/icons";
import type { Snapshot } from "../room/client";
import type { ConsolePart, Waiting } from "../views/view";
import { go } from "./desk";
import { chatWaiting } from "./held";
import "./queue.css";

/** Rows in the page at once, those that have waited longest. */
const SHOWN = 60;

interface QueueProps {
  room: Room;
  parts: readonly ConsolePart[];
}

/** Whatever waits for staff at that moment, of every kind, the oldest first. */
export function waitingIn(room: Room, parts: readonly ConsolePart[], at: Snapshot): Waiting[] {
  const all = [...chatWaiting(room, at), ...parts.flatMap((part) => part.waiting?.(room, at) ?? [])];
  return all.sort((a, b) => a.at - b.at);
}

/** All that waits, in one place. */
export function Queue({ room, parts }: QueueProps): JSX.Element {
  const t = deskWords.value;
  const all = waitingIn(room, parts, room.now.value);
  return (
    <>
      <h2 class="panel-title">
        <span>
          {t.waiting} {all.length > 0 && <span class="figures">{all.length}</span>}
        </span>
        <small class="note row tight" aria-hidden="true">
          <kbd>a</kbd> {words.value.approve} <kbd>x</kbd> {words.value.reject}
        </small>
      </h2>
      <div class="scrolls queue">
        {all.length === 0 && <Empty drawing="door" title={t.waiting_none} hint={t.waiting_none_hint} />}
        <ul class="stack questions">{all.slice(0, SHOWN).map((one) => one.row())}</ul>
        {all.length > SHOWN && <p class="note">{t.waiting_more(all.length - SHOWN)}</p>}
      </div>
    </>
  );
}

/** On a phone: how much waits, and the way there. */
export function ToQueue({ room, parts }: QueueProps): JSX.Element | null {
  const count = waitingIn(room, parts, room.now.value).length;
  if (count === 0) return null;
  return (
    <button type="button" class="button wide to-queue" onClick={() => go("waiting")}>
      <Icon name="clock" size={20} />
      {deskWords.value.waiting_count(count)}
    </button>
  );
}
