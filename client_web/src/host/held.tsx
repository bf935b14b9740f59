import type { JSX } from "preact";
import { Badges, Face } from "../chat/messages";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { IconButton } from "../parts/bricks";
import { timeOfDay } from "../parts/time";
import { chat } from "../room/activities/chat";
import { act } from "./act";
import { openPerson } from "./people";

type Verdict = "chat.approve" | "chat.reject";

const settle = (room: Room, verdict: Verdict, message: string): void =>
  void act(room, verdict, { message }, () => void act(room, "chat.hold", { message }));

/** Decide on the message that has waited longest. */
export function settleFirst(room: Room, verdict: Verdict): void {
  const first = stateOf(room.client.snapshot, chat).held[0];
  if (first) settle(room, verdict, first.message);
}

/** What waits for staff, the oldest first. */
export function HeldQueue({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const { held } = stateOf(room.now.value, chat);
  if (held.length === 0) return null;
  return (
    <section class="held-queue" aria-label={t.held_queue}>
      <h3 class="note">{`${t.held_queue} · ${held.length}`}</h3>
      <ul>
        {held.map(({ message, by, at, text }) => (
          <li class="row tight" key={message}>
            <button type="button" class="whose" aria-label={t.person_open(by.name)} onClick={() => openPerson(by)}>
              <Face by={by} />
            </button>
            <p class="grow">
              <b>{by.name}</b> <Badges by={by} /> <time class="note figures">{timeOfDay(at)}</time>
              <br />
              {text}
            </p>
            <IconButton icon="close" label={t.reject} onClick={() => settle(room, "chat.reject", message)} />
            <IconButton class="good" icon="check" label={t.approve} onClick={() => settle(room, "chat.approve", message)} />
          </li>
        ))}
      </ul>
    </section>
  );
}
