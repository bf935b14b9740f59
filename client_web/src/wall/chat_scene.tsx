import type { JSX } from "preact";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { ShopTag } from "../parts/shop_tag";
import { Drawing } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { Badges, tone } from "../chat/messages";
import { chat, type ChatMessage } from "../room/activities/chat";
import { initial } from "../chat/initial";
import { masked } from "./masked";

const SHOWN = 12;

export function ChatScene({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const { messages, pinned } = stateOf(room.now.value, chat);
  if (!messages.length && !pinned) {
    return (
      <div class="cover">
        <Drawing of="chat" scale={3} />
        <p>{t.wall_chat_empty}</p>
      </div>
    );
  }
  return (
    <div class="talk">
      {pinned && (
        <div class="on-top">
          <Icon name="pin" size={56} />
          <p>
            <b>{masked(pinned.by)}</b>
            {pinned.text}
          </p>
        </div>
      )}
      <ol>
        {messages.slice(-SHOWN).map((message) => (
          <Line key={message.message} message={message} />
        ))}
      </ol>
    </div>
  );
}

function Line({ message }: { message: ChatMessage }): JSX.Element {
  const { by } = message;
  return (
    <li class={by.role}>
      <span class={`face ${tone(by.id)}`} aria-hidden="true">
        {/* Of the audience no more than the mask leaves. */}
        {initial(masked(by))}
      </span>
      <p>
        <span class="name">{masked(by)}</span> {by.role !== "attendee" && <Badges by={{ ...by, guest: false }} />}
        {by.role === "attendee" && <ShopTag by={by} />}{" "}
        {message.text}
      </p>
    </li>
  );
}
