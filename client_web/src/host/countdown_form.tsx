import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { stageWords } from "../i18n/stage_words";
import { type Room, stateOf } from "../page";
import { clockFace } from "../parts/clock_face";
import { Choices } from "../parts/controls";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Problem } from "../parts/problem";
import { dayAndTime, isFar, useTick } from "../parts/time";
import { countsDown, stage } from "../room/activities/stage";
import { extendCountdown, MINUTE, startCountdown, stopCountdown } from "./stage_acts";

/** The form is open. */
export const counting = signal(false);

const MINUTES = [1, 3, 5, 10, 15, 30] as const;
/** Instead of so many minutes: to a time, also of another day. */
const UNTIL = 0;
/** What the server takes. */
const LATEST = 14 * 24 * 60 * MINUTE;
/** As many as the server takes of a title. */
const LONGEST = 120;

/** How long, and for what. */
export function CountdownForm({ room, onClose }: { room: Room; onClose: () => void }): JSX.Element {
  const t = stageWords.value;
  const [minutes, setMinutes] = useState<number>(5);
  const [when, setWhen] = useState("");
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const start = async (event: Event) => {
    event.preventDefault();
    const lasts = minutes === UNTIL ? new Date(when).getTime() - room.client.clock.now() : minutes * MINUTE;
    // Not a number where nothing was chosen.
    if (!(lasts >= 1_000 && lasts <= LATEST)) setProblem(t.countdown_when_bad);
    else if (await startCountdown(room, Math.round(lasts), text.trim())) onClose();
  };
  return (
    <Dialog title={t.countdown_title} onClose={onClose}>
      <form class="form stack" onSubmit={(event) => void start(event)}>
        <Choices
          label={t.countdown_for}
          value={minutes}
          of={[...MINUTES.map((count) => [count, t.countdown_minutes(count)] as const), [UNTIL, t.countdown_until] as const]}
          onChoose={setMinutes}
        />
        {minutes === UNTIL && (
          <label class="field">
            <span>{t.countdown_when}</span>
            <input type="datetime-local" class="input" value={when} onInput={(event) => setWhen(event.currentTarget.value)} />
          </label>
        )}
        <Problem text={problem} />
        <label class="field">
          <span>{t.countdown_text}</span>
          <input
            type="text"
            class="input"
            value={text}
            maxLength={LONGEST}
            placeholder={t.countdown_text_hint}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button main wide">
          <Icon name="clock" size={20} />
          {t.countdown_start}
        </button>
      </form>
    </Dialog>
  );
}

/** What can be done about the one that runs. */
export function CountdownControls({ room }: { room: Room }): JSX.Element | null {
  const t = stageWords.value;
  const { countdown } = stateOf(room.now.value, stage);
  useTick(countdown !== null, 500);
  if (!countdown) return null;
  const now = room.client.clock.now();
  const left = countsDown(countdown, now);
  const face = isFar(left) ? t.countdown_to(dayAndTime(countdown.ends_at, now)) : clockFace(left);
  return (
    <div class="counting">
      <p>
        <span class="note">{countdown.text ?? t.countdown_left}</span> <b class="figures">{left ? face : t.countdown_over}</b>
      </p>
      <div class="row acts">
        {left > 0 ? (
          <button type="button" class="button" onClick={() => extendCountdown(room)}>
            <Icon name="clock" size={20} />
            {t.countdown_more}
          </button>
        ) : (
          <button type="button" class="button" onClick={() => (counting.value = true)}>
            <Icon name="undo" size={20} />
            {t.countdown_again}
          </button>
        )}
        <button type="button" class="button" onClick={() => stopCountdown(room)}>
          <Icon name="stop" size={20} />
          {t.countdown_stop}
        </button>
      </div>
    </div>
  );
}
