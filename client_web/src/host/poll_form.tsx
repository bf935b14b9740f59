import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { words } from "../i18n/console_words";
import type { Room } from "../page";
import { Dialog } from "../parts/dialog";
import { IconButton } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { Line } from "../parts/line";
import { toast, toastFailure } from "../parts/toast";
import { Sign } from "../polls/bars";
import type { Fields, Position } from "../room/messages";
import { openPoll } from "./poll_acts";
import { VoteHint } from "./stream_desk";
import { Choices, Switch } from "../parts/controls";
import { Problem } from "../parts/problem";

const QUESTION_LENGTH = 300;
const OPTION_LENGTH = 100;
const OPTIONS = 20;
const DURATIONS = { none: null, s30: 30_000, m1: 60_000, m2: 120_000, m5: 300_000 } as const;

type Draft = Fields<"poll.create">;

/** The id of the poll that stands at this position in the log; its event may come before or after the answer. */
function createdAt(room: Room, create: () => Promise<Position>): Promise<string> {
  const seen = new Map<number, string>();
  return new Promise((resolve, reject) => {
    let wanted: number | null = null;
    const limit = setTimeout(() => settle(() => reject(new Error("no event"))), 10_000);
    const settle = (end: () => void) => {
      clearTimeout(limit);
      stop();
      end();
    };
    const look = () => {
      const poll = wanted === null ? undefined : seen.get(wanted);
      if (poll) settle(() => resolve(poll));
    };
    const stop = room.client.onEvent((event) => {
      if (event.type === "poll.created" && event.data) seen.set(event.seq, event.data.poll);
      look();
    });
    create().then(
      (position) => {
        wanted = position.seq;
        look();
      },
      (error: unknown) => settle(() => reject(error)),
    );
  });
}

export function PollForm({ room, onClose }: { room: Room; onClose: () => void }): JSX.Element {
  const t = words.value;
  const [question, setQuestion] = useState("");
  const [kind, setKind] = useState<Draft["kind"]>("single");
  const [options, setOptions] = useState(["", ""]);
  const [most, setMost] = useState(2);
  const [duration, setDuration] = useState<keyof typeof DURATIONS>("m1");
  const [hidden, setHidden] = useState(false);
  const [who, setWho] = useState<NonNullable<Draft["who"]>>("everyone");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  const written = options.map((option) => option.trim()).filter(Boolean);
  const draft = (): Draft | null => {
    if (!question.trim()) {
      setProblem(t.form_needs_question);
      return null;
    }
    if (kind !== "rating" && (written.length < 2 || new Set(written).size < written.length)) {
      setProblem(t.form_needs_options);
      return null;
    }
    return {
      question: question.trim(),
      kind,
      options: kind === "rating" ? [] : written,
      ...(kind === "multi" ? { max_choices: Math.min(most, written.length) } : {}),
      hidden,
      who,
      duration_ms: DURATIONS[duration],
    };
  };

  const save = async (opens: boolean) => {
    const fields = draft();
    if (!fields || busy) return;
    setBusy(true);
    try {
      const poll = await createdAt(room, () => room.client.send("poll.create", fields));
      onClose();
      if (opens) openPoll(room, { poll });
      else toast(t.done["poll.create"] ?? t.ok);
    } catch (error) {
      toastFailure(error);
      setBusy(false);
    }
  };

  const change = (place: number, text: string) => setOptions(options.map((one, other) => (other === place ? text : one)));

  return (
    <Dialog title={t.poll_new} onClose={onClose}>
      <form
        class="stack form"
        onSubmit={(event) => {
          event.preventDefault();
          void save(true);
        }}
      >
        <label class="field">
          <span>{t.form_question}</span>
          <Line value={question} most={QUESTION_LENGTH} placeholder={t.form_question_hint} onText={setQuestion} />
        </label>
        <Choices
          label={t.form_kind}
          value={kind}
          of={[
            ["single", t.poll_kinds.single],
            ["multi", t.poll_kinds.multi],
            ["rating", t.poll_kinds.rating],
          ]}
          onChoose={setKind}
        />
        {kind !== "rating" && (
          <fieldset class="field">
            <legend class="note">{t.form_options}</legend>
            {options.map((option, place) => (
              // The place is what an option is known by while it is being written.
              // oxlint-disable-next-line react/no-array-index-key
              <div class="row tight" key={place}>
                <Sign place={place} />
                <Line
                  value={option}
                  most={OPTION_LENGTH}
                  aria-label={t.form_option(place + 1)}
                  placeholder={t.form_option(place + 1)}
                  onText={(text) => change(place, text)}
                />
                <IconButton
                  icon="close"
                  label={t.form_option_drop(place + 1)}
                  disabled={options.length <= 2}
                  onClick={() => setOptions(options.filter((_, other) => other !== place))}
                />
              </div>
            ))}
            {options.length < OPTIONS && (
              <button type="button" class="button quiet" onClick={() => setOptions([...options, ""])}>
                <Icon name="plus" size={20} />
                {t.form_option_add}
              </button>
            )}
          </fieldset>
        )}
        {kind === "multi" && (
          <Choices
            label={t.form_max}
            value={Math.min(most, Math.max(2, written.length))}
            of={Array.from({ length: Math.max(1, Math.min(5, written.length - 1)) }, (_, place) => [place + 2, String(place + 2)] as const)}
            onChoose={setMost}
          />
        )}
        <Choices
          label={t.form_duration}
          value={duration}
          of={(Object.keys(DURATIONS) as (keyof typeof DURATIONS)[]).map((name) => [name, t.form_durations[name]] as const)}
          onChoose={setDuration}
        />
        <VoteHint room={room} />
        <Switch label={t.form_hidden} on={hidden} onSwitch={setHidden} />
        <label class="field">
          <span>{t.form_who}</span>
          <select class="input" value={who} onChange={(event) => setWho(event.currentTarget.value as typeof who)}>
            {(["everyone", "bound", "signed_up"] as const).map((one) => (
              <option key={one} value={one}>
                {t.poll_who[one]}
              </option>
            ))}
          </select>
        </label>
        <Problem text={problem} />
        <div class="row end sticky">
          <button type="button" class="button quiet" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="button" class="button" disabled={busy} onClick={() => void save(false)}>
            {t.form_save}
          </button>
          <button type="submit" class="button main" disabled={busy}>
            {t.form_open}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
