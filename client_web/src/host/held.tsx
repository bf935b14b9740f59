import type { JSX } from "preact";
import { Badges } from "../chat/messages";
import { deskWords } from "../i18n/desk_words";
import { words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { Icon } from "../parts/icons";
import { timeOfDay } from "../parts/time";
import { chat, type ChatMessage } from "../room/activities/chat";
import type { Snapshot } from "../room/client";
import type { Waiting } from "../views/view";
import { act } from "./act";
import { openPerson } from "./people";

type Verdict = "chat.approve" | "chat.reject";

const settle = (room: Room, verdict: Verdict, message: string): void =>
  void act(room, verdict, { message }, () => void act(room, "chat.hold", { message }));

/** Messages that wait for staff. */
export const chatWaiting = (room: Room, at: Snapshot): Waiting[] =>
  stateOf(at, chat).held.map((message) => ({
    at: message.at,
    row: () => <HeldItem key={message.message} room={room} message={message} />,
    approve: () => settle(room, "chat.approve", message.message),
    refuse: () => settle(room, "chat.reject", message.message),
  }));

function HeldItem({ room, message: { message, by, at, text } }: { room: Room; message: ChatMessage }): JSX.Element {
  const t = words.value;
  return (
    <li class="card item to-do held">
      <div>
        <p class="note row tight">
          <Icon name="chat" size={16} />
          <span class="seen-by-readers">{deskWords.value.kinds.chat}</span>
          <button type="button" class="asker" aria-label={t.person_open(by.name)} onClick={() => openPerson(by)}>
            {by.name}
          </button>
          <Badges by={by} />
          <time class="figures">{timeOfDay(at)}</time>
        </p>
        <p class="said">{text}</p>
      </div>
      <div class="row acts">
        <button type="button" class="button main" onClick={() => settle(room, "chat.approve", message)}>
          <Icon name="check" size={20} />
          {t.approve}
        </button>
        <button type="button" class="button" onClick={() => settle(room, "chat.reject", message)}>
          <Icon name="close" size={20} />
          {t.reject}
        </button>
      </div>
    </li>
  );
}
