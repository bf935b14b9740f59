import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { language, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Empty } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { useTick } from "../parts/time";
import { toastFailure } from "../parts/toast";
import { chat, type ChatMessage } from "../room/activities/chat";
import type { Snapshot } from "../room/client";
import type { Sending } from "../room/outgoing";
import { type Deeds, Held, Pending, Row } from "./messages";

/** Rows in the document at once, whatever was loaded; with those of the other tabs a page has 400 at most. */
const SHOWN = 250;
const STEP = 100;
const NEAR = 80;
const TOGETHER = 120_000;

/** Own messages whose event has not come by yet; once it is there, the row says all. */
export function stillPending(snapshot: Snapshot, messages: readonly ChatMessage[]): readonly Sending[] {
  const you = snapshot.you?.id;
  const held = snapshot.mine.chat?.held ?? [];
  return snapshot.sending.filter(
    (item) =>
      item.type === "chat.send" &&
      !held.some((one) => one.seq > item.since && one.text === String(item.fields["text"]).trim()) &&
      !messages.some(
        (one) => one.seq > item.since && one.by.id === you && one.text === String(item.fields["text"]).trim(),
      ),
  );
}

/** The part of the messages that is in the document: the newest, or from `top` on. */
function visible(messages: readonly ChatMessage[], top: number | null): readonly ChatMessage[] {
  if (top === null) return messages.slice(-SHOWN);
  const from = Math.max(0, messages.findIndex((one) => one.seq >= top));
  return messages.slice(from, from + SHOWN);
}

/** The first row in sight, and how far below the upper edge it begins. */
interface Place {
  seq: number;
  below: number;
}

function placeIn(element: HTMLElement): Place | null {
  const rows = element.querySelectorAll<HTMLElement>("[data-seq]");
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && row.offsetTop + row.offsetHeight > element.scrollTop) high = middle;
    else low = middle + 1;
  }
  const row = rows[low];
  return row ? { seq: Number(row.dataset["seq"]), below: row.offsetTop - element.scrollTop } : null;
}

interface ListProps {
  room: Room;
  deeds: Deeds | null;
  /** Deeds for one's own messages, where others are not ours to touch. */
  ownDeeds?: Deeds | null;
}

export function ChatList({ room, deeds, ownDeeds = null }: ListProps): JSX.Element {
  const t = words.value;
  const snapshot = room.now.value;
  const { messages, pinned } = stateOf(snapshot, chat);
  const you = snapshot.you?.id;
  const pending = stillPending(snapshot, messages);
  useTick(pending.some((item) => item.waitUntil !== undefined), 500);

  const box = useRef<HTMLDivElement>(null);
  const reading = useRef<Place | null>(null);
  const atEnd = useRef(true);
  const [top, setTop] = useState<number | null>(null);
  const [unread, setUnread] = useState(0);
  const [loading, setLoading] = useState<"idle" | "busy" | "done">("idle");
  const rows = visible(messages, top);
  const newest = messages[messages.length - 1];

  const toEnd = () => {
    atEnd.current = true;
    setTop(null);
    setUnread(0);
    const element = box.current;
    if (element) element.scrollTop = element.scrollHeight;
  };

  const shift = (by: number) => {
    const all = stateOf(room.client.snapshot, chat).messages;
    const first = all.findIndex((one) => one.seq === rows[0]?.seq);
    const from = Math.max(0, first + by);
    setTop(from + SHOWN >= all.length ? null : (all[from]?.seq ?? null));
  };

  const loadOlder = async () => {
    const first = messages[0];
    if (!first || loading !== "idle") return;
    if (rows[0] !== first) {
      shift(-STEP);
      return;
    }
    setLoading("busy");
    try {
      const before = messages.length;
      let seq = first.seq;
      let more = true;
      let found = 0;
      // A page of history may be all votes; a few are read until there is something to see.
      for (let page = 0; page < 5 && more && found < 20; page += 1) {
        const answer = await room.client.history(seq);
        room.client.update(chat, (state) => chat.extend(state, answer.events));
        seq = answer.events[0]?.seq ?? 0;
        more = answer.more && seq > 0;
        found = stateOf(room.client.snapshot, chat).messages.length - before;
      }
        const all = stateOf(room.client.snapshot, chat).messages;
      if (all.length > SHOWN) setTop(all[Math.max(0, found - STEP)]?.seq ?? null);
      setLoading(more ? "idle" : "done");
    } catch (error) {
      toastFailure(error);
      setLoading("idle");
    }
  };

  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    reading.current = placeIn(element);
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    atEnd.current = top === null && below < NEAR;
    if (atEnd.current && unread) setUnread(0);
    if (top !== null && below < NEAR) shift(STEP);
    else if (element.scrollTop < NEAR && messages.length >= STEP) void loadOlder();
    if (atEnd.current && stateOf(snapshot, chat).older) room.client.update(chat, chat.newest);
  };

  useEffect(
    () =>
      room.client.onEvent((event) => {
        if (event.type !== "chat.sent" || event.data === null) return;
        if (event.by?.id !== room.client.snapshot.you?.id && !atEnd.current) setUnread((count) => count + 1);
      }),
    [room],
  );

  // Whoever writes wants to see it, wherever they were reading.
  const newestPending = pending[pending.length - 1]?.id;
  useEffect(() => {
    if (newestPending) toEnd();
  }, [newestPending]);

  // Whatever came in above, below or around: what is being read stays where it is.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const held = reading.current;
    const row = !atEnd.current && held && element.querySelector<HTMLElement>(`[data-seq="${held.seq}"]`);
    if (atEnd.current) element.scrollTop = element.scrollHeight;
    else if (row) element.scrollTop = row.offsetTop - held.below;
    reading.current = placeIn(element);
  });

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    // A keyboard that slides in, or a card that opens, must not hide the newest.
    const watch = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  return (
    <div class="chat">
      <div class="scroll" ref={box} onScroll={onScroll} tabIndex={0} role="region" aria-label={t.chat}>
        {messages.length >= STEP && (
          <div class="older">
            {loading === "done" ? (
              <span class="note">{t.older_none}</span>
            ) : (
              <button type="button" class="button quiet" disabled={loading === "busy"} onClick={() => void loadOlder()}>
                {loading === "busy" ? t.older_loading : t.older}
              </button>
            )}
          </div>
        )}
        {messages.length === 0 && pending.length === 0 && !snapshot.mine.chat?.held.length && (
          <Empty drawing="chat" title={t.chat_empty} hint={t.chat_empty_hint} />
        )}
        <ol class="messages">
          {rows.map((message, place) => {
            const previous = rows[place - 1];
            const own = message.by.id === you;
            return (
              <Row
                key={message.message}
                message={message}
                own={own}
                joined={previous?.by.id === message.by.id && message.at - previous.at < TOGETHER}
                pinned={pinned?.message === message.message}
                deeds={deeds ?? (own ? ownDeeds : null)}
                language={language.value}
              />
            );
          })}
          {top === null &&
            snapshot.mine.chat?.held.map((one) => (
              <Held
                key={one.message}
                text={one.text}
                onWithdraw={() => void room.client.send("chat.delete", { message: one.message }).catch(toastFailure)}
              />
            ))}
          {top === null &&
            pending.map((item) => (
              <Pending
                key={item.id}
                item={item}
                live={snapshot.phase === "live"}
                onRetry={() => room.client.outgoing.retry(item.id)}
                onDiscard={() => room.client.outgoing.discard(item.id)}
              />
            ))}
        </ol>
      </div>
      {(unread > 0 || top !== null) && (
        <button type="button" class="button unread" onClick={toEnd}>
          <Icon name="down" size={20} />
          {unread > 0 ? t.new_messages(unread) : t.to_newest}
        </button>
      )}
      <Announcer message={newest && newest.by.id !== you ? newest : undefined} />
    </div>
  );
}

/** Reads new messages out, the newest once a second at most; nothing of what was there before. */
function Announcer({ message }: { message: ChatMessage | undefined }): JSX.Element {
  const [text, setText] = useState("");
  const latest = useRef(message);
  const told = useRef(message?.seq ?? 0);
  latest.current = message;
  useEffect(() => {
    const timer = setInterval(() => {
      const now = latest.current;
      if (!now || now.seq <= told.current) return;
      told.current = now.seq;
      setText(`${now.by.name}: ${now.text}`);
    }, 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p class="seen-by-readers" aria-live="polite">
      {text}
    </p>
  );
}
