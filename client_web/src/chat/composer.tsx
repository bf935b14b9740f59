import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Icon } from "../parts/icons";
import { useTick } from "../parts/time";
import { toast, toastFailure } from "../parts/toast";
import { chat } from "../room/activities/chat";
import { lifecycle } from "../room/activities/lifecycle";
import type { RoomClient } from "../room/client";
import { tab } from "../room/storage";
import { lengthOf, wellFormed } from "../room/text";
import { barred } from "./barred";

/** Not worth keeping anybody from writing. */
const SHORT = 2_000;

/** How long until this person may send again, in ms: told by the server, or known from slow mode. */
export function waitBeforeSend(client: RoomClient, staff: boolean): number {
  const { snapshot } = client;
  const until = client.outgoing.heldUntil("chat") - Date.now();
  // A moment's wait needs no countdown: the message waits in line and says so itself.
  const told = until > SHORT ? until : 0;
  const { settings, slowSince } = stateOf(snapshot, lifecycle);
  const { slow_mode_ms } = settings;
  if (staff || slow_mode_ms === 0) return Math.max(0, told);
  const own = stateOf(snapshot, chat).messages.filter((one) => one.by.id === snapshot.you?.id);
  const held = snapshot.mine.chat?.held ?? [];
  const last = Math.max(own[own.length - 1]?.at ?? 0, held[held.length - 1]?.at ?? 0);
  if (last < slowSince) return Math.max(0, told);
  return Math.max(0, told, last + slow_mode_ms - client.clock.now());
}

interface ComposerProps {
  room: Room;
  staff: boolean;
  placeholder: string;
}

export function Composer({ room, staff, placeholder }: ComposerProps): JSX.Element {
  const t = words.value;
  const snapshot = room.now.value;
  const { settings } = stateOf(snapshot, lifecycle);
  const kept = `showfloor.draft.${room.session.pass.room}`;
  const [text, setText] = useState(() => tab.get<string>(kept) ?? "");
  const field = useRef<HTMLTextAreaElement>(null);

  const wait = waitBeforeSend(room.client, staff);
  const bar = staff ? null : barred(room, "chat");
  useTick(wait > 0 || bar?.counts === true);
  const seconds = Math.ceil(wait / 1000);
  const over = lengthOf(text) - settings.text_length;
  const closed = bar !== null;

  useEffect(() => {
    if (text) tab.set(kept, text);
    else tab.drop(kept);
  }, [text]);

  const slow = useRef(settings.slow_mode_ms);
  useEffect(() => {
    if (slow.current !== settings.slow_mode_ms) room.client.outgoing.free("chat");
    slow.current = settings.slow_mode_ms;
  }, [settings.slow_mode_ms]);

  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight + 2, 132)}px`;
  }, [text]);

  const send = () => {
    // What stands in the field, which may be newer than what was last drawn.
    const said = wellFormed(field.current?.value ?? "").trim();
    if (!said || lengthOf(said) > settings.text_length || closed) return;
    if (wait > 0) {
      toast(t.send_wait(seconds));
      return;
    }
    setText("");
    room.client.send("chat.send", { text: said }, { shown: true }).catch((error: unknown) => {
      // The message itself shows that it failed; only one that never got in line has no place to show it.
      if ((error as { code?: string }).code === "full") {
        setText(said);
        toastFailure(error);
      }
    });
    field.current?.focus();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label class="grow">
        <span class="seen-by-readers">{placeholder}</span>
        <textarea
          ref={field}
          class="input"
          rows={1}
          value={closed ? "" : text}
          disabled={closed}
          placeholder={bar ? bar.why : placeholder}
          enterkeyhint="send"
          aria-invalid={over > 0}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            // While a Chinese word is being composed, Enter chooses it.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
            event.preventDefault();
            send();
          }}
        />
        {over > 0 && <span class="note bad">{t.too_long(over)}</span>}
      </label>
      {/* Nothing to send any more: the line that says so has all the room. */}
      <button
        type="submit"
        // The keyboard stays, and nothing moves from under the thumb.
        onMouseDown={(event) => event.preventDefault()}
        class="button main"
        hidden={closed}
        disabled={closed || over > 0 || !text.trim() || seconds > 0}
        aria-label={seconds > 0 ? t.send_wait(seconds) : t.send}
      >
        {seconds > 0 ? (
          <span class="figures">{t.send_in(seconds)}</span>
        ) : (
          <>
            <Icon name="send" size={20} />
            <span>{t.send}</span>
          </>
        )}
      </button>
    </form>
  );
}
