import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { barred } from "../chat/barred";
import { explain, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { useTick } from "../parts/time";
import { toast } from "../parts/toast";
import { lifecycle } from "../room/activities/lifecycle";
import { OPEN_EACH, type Own } from "../room/activities/questions";
import type { Snapshot } from "../room/client";
import { failureOf } from "../room/failure";
import { tab } from "../room/storage";
import { lengthOf, wellFormed } from "../room/text";

const MOST = 300;
/** From here on one is told how many characters are left. */
const TELL = 60;

/** Those of one's own that count against how many one may have. */
const open = (own: readonly Own[]): number =>
  own.filter(({ standing }) => standing === "waiting" || standing === "open" || standing === "shown").length;

const isLeaving = ({ sending }: Snapshot): boolean => sending.some((item) => item.type === "question.ask");

const oneLine = (text: string): string => wellFormed(text).split(/\s+/).join(" ").trim();

/** A question of one's own. What was written stays until the room has it. */
export function AskForm({ room, own }: { room: Room; own: readonly Own[] }): JSX.Element {
  const t = words.value;
  const snapshot = room.now.value;
  const { settings } = stateOf(snapshot, lifecycle);
  const kept = `showfloor.question.${room.session.pass.room}`;
  const [text, setText] = useState(() => tab.get<string>(kept) ?? "");
  const field = useRef<HTMLTextAreaElement>(null);

  const leaving = isLeaving(snapshot);
  const bar = barred(room, "elsewhere");
  useTick(bar?.counts === true);
  const closed = bar !== null;
  const full = open(own) >= OPEN_EACH;
  const left = MOST - lengthOf(text);
  const latest = own[0];

  useEffect(() => {
    if (text) tab.set(kept, text);
    else tab.drop(kept);
  }, [text]);

  // It is among one's own: also after a reload, where nobody waits for the answer any more.
  useEffect(() => {
    if (latest && latest.text === oneLine(text)) setText("");
  }, [latest?.question]);

  const ask = () => {
    const said = oneLine(field.current?.value ?? "");
    // As it is now, which may be newer than what was last drawn: a second tap asks nothing twice.
    if (!said || lengthOf(said) > MOST || closed || full || isLeaving(room.client.snapshot)) return;
    room.client
      .send("question.ask", { text: said })
      .then(() => {
        setText("");
        toast(settings.approve_questions ? t.question_sent_waits : t.question_sent);
      })
      .catch((error: unknown) => {
        const { code } = failureOf(error);
        toast(code === "conflict" ? t.questions_full(OPEN_EACH) : explain(code));
      });
  };

  const note = full ? t.questions_full(OPEN_EACH) : left < 0 ? t.too_long(-left) : left <= TELL ? t.questions_left(left) : "";
  return (
    <form
      class="ask"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <label class="grow">
        <span class="seen-by-readers">{t.question_ask_hint}</span>
        <textarea
          ref={field}
          class="input"
          rows={2}
          value={closed ? "" : text}
          disabled={closed}
          readOnly={leaving}
          placeholder={bar ? bar.why : t.question_ask_hint}
          enterkeyhint="send"
          aria-invalid={left < 0}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
            event.preventDefault();
            ask();
          }}
        />
        <span class={`note ${left < 0 ? "bad" : ""}`} aria-live="polite">
          {note}
        </span>
      </label>
      <button
        type="submit"
        class="button main"
        hidden={closed}
        disabled={closed || leaving || full || left < 0 || !text.trim()}
        onMouseDown={(event) => event.preventDefault()}
      >
        {leaving ? t.question_asking : t.question_ask}
      </button>
    </form>
  );
}
