import type { JSX } from "preact";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { IconButton } from "../parts/bricks";
import { timeOfDay } from "../parts/time";
import { toastFailure } from "../parts/toast";
import { chat } from "../room/activities/chat";
import type { Mine } from "../room/messages";
import type { MinePart } from "../views/view";

type Refused = NonNullable<Mine["chat"]>["refused"][number];

/** What staff brought back is in the talk again; news of that may be ahead of what one was told alone. */
function refusedOf(room: Room): Refused[] {
  const { mine } = room.now.value;
  const { messages } = stateOf(room.now.value, chat);
  return (mine.chat?.refused ?? []).filter(({ message }) => !messages.some((one) => one.message === message));
}

/** One's own messages that not everyone sees. */
export const chatMine: MinePart = {
  name: "chat",
  label: () => words.value.mine.chat,
  some: (room) => (room.now.value.mine.chat?.held.length ?? 0) + refusedOf(room).length > 0,
  verdicts: (room) => refusedOf(room).map((one) => one.message),
  List,
};

function List({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const held = room.now.value.mine.chat?.held ?? [];
  return (
    <ul>
      {refusedOf(room).map(({ message, at, text, seen }) => (
        <li key={message} class="mine-row">
          <div class="grow">
            <p class="text">{text}</p>
            <p class="note">
              <span class="tag">{seen ? t.mine.chat_deleted : t.mine.chat_refused}</span>{" "}
              <time class="figures">{timeOfDay(at)}</time>
            </p>
          </div>
        </li>
      ))}
      {held.map(({ message, at, text }) => (
        <li key={message} class="mine-row">
          <div class="grow">
            <p class="text">{text}</p>
            <p class="note">
              <span class="tag warn">{t.mine.chat_waits}</span> <time class="figures">{timeOfDay(at)}</time>
            </p>
          </div>
          <IconButton
            icon="trash"
            label={`${t.held_withdraw}: ${text}`}
            onClick={() => void room.client.send("chat.delete", { message }).catch(toastFailure)}
          />
        </li>
      ))}
    </ul>
  );
}
