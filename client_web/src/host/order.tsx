import type { JSX } from "preact";
import { words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { confirmFirst } from "../parts/dialog";
import { Switch } from "../parts/controls";
import { Hold } from "../parts/hold";
import { order } from "../room/activities/order";
import { act } from "./act";
import { withKey } from "./key_hint";

const TURNS = {
  muted: ["room.mute", "room.unmute"],
  chat_closed: ["chat.close", "chat.open"],
} as const;

/** Turn one of the two switches, whichever way it stands; not during a panic, which goes over both. */
export function turn(room: Room, which: keyof typeof TURNS): void {
  const state = stateOf(room.client.snapshot, order);
  if (state.panicked) return;
  const [on, off] = TURNS[which];
  const [now, back] = state[which] ? [off, on] : [on, off];
  void act(room, now, {}, () => void act(room, back, {}));
}

const calm = (room: Room): void => void act(room, "room.calm", {});
const panic = (room: Room): void => void act(room, "room.panic", {}, () => calm(room));

/** For keys, and for whoever cannot hold a button down. */
export function askPanic(room: Room): void {
  const t = words.value;
  if (stateOf(room.client.snapshot, order).panicked) return;
  confirmFirst(t.panic, t.panic_sure, t.panic, () => panic(room));
}

export function OrderSwitches({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const { muted, chat_closed, panicked } = stateOf(room.now.value, order);
  if (panicked) return <p class="note">{t.panicked_hint}</p>;
  return (
    <>
      <Switch label={t.mute_all} title={withKey(t.mute_all, "m")} on={muted} onSwitch={() => turn(room, "muted")} />
      <p class="note">{t.mute_all_hint}</p>
      <Switch label={t.close_chat} title={withKey(t.close_chat, "c")} on={chat_closed} onSwitch={() => turn(room, "chat_closed")} />
      <p class="note">{t.close_chat_hint}</p>
    </>
  );
}

/** All quiet at once; held down, so that no slip of the thumb does it. */
export function Panic({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  if (stateOf(room.now.value, order).panicked) {
    return (
      <button type="button" class="button main wide" onClick={() => calm(room)}>
        {t.calm}
      </button>
    );
  }
  return (
    <>
      <Hold label={t.panic} title={withKey(t.panic, "!")} hint={t.panic_hold} onHeld={() => panic(room)} onTap={() => askPanic(room)} />
      <p class="note">{t.panic_hint}</p>
    </>
  );
}

/** What keeps people from writing just now, wherever the host is in the console, and the one tap back. */
export function Quiet({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const { muted, chat_closed, panicked } = stateOf(room.now.value, order);
  if (panicked) {
    return (
      <div class="banner away quiet-now" role="status">
        {t.panicked}
        <button type="button" onClick={() => calm(room)}>
          {t.calm}
        </button>
      </div>
    );
  }
  if (!muted && !chat_closed) return null;
  return (
    <div class="banner missed quiet-now" role="status">
      {muted ? t.muted_now : t.chat_closed_now}
      <button type="button" onClick={() => turn(room, muted ? "muted" : "chat_closed")}>
        {muted ? t.unmute_all : t.reopen_chat}
      </button>
    </div>
  );
}
