import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { runWords } from "../i18n/run_words";
import { words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { IconButton } from "../parts/bricks";
import { Choices } from "../parts/controls";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icons";
import { Line } from "../parts/line";
import { Problem } from "../parts/problem";
import { timeOfDay } from "../parts/time";
import { announcements } from "../room/activities/announcements";
import { cues, type Does, nextCue, type Prepared } from "../room/activities/cues";
import { CUE_ICONS } from "../views/cue_icons";
import { act } from "./act";
import { withKey } from "./key_hint";
import { call, callNext, drop, say, withdraw, withdrawAnnouncement } from "./run_acts";

const MOST = 100;
const DOES: readonly Does[] = ["none", "photo", "question", "vote", "first", "chat"];

/** What people are called to do now, what is announced, and the next call. */
export function RunNow({ room }: { room: Room }): JSX.Element | null {
  const t = runWords.value;
  const state = stateOf(room.now.value, cues);
  const { current } = stateOf(room.now.value, announcements);
  const next = nextCue(state);
  if (!state.on && !current && !next) return null;
  return (
    <div class="run-now">
      {current && (
        <div class="row tight">
          <Icon name="horn" size={20} />
          <p class="grow one-line">{current.text}</p>
          <IconButton icon="close" label={t.announcement_withdraw} onClick={() => withdrawAnnouncement(room, current)} />
        </div>
      )}
      {state.on && (
        <div class="row tight">
          <span class="tag live">{t.on}</span>
          <p class="grow one-line">
            <b>{state.on.text}</b>
          </p>
          <IconButton icon="close" label={t.withdraw} onClick={() => withdraw(room)} />
        </div>
      )}
      {next && (
        <button type="button" class="button wide next-cue" title={withKey(t.next(next.text), ".")} onClick={() => callNext(room)}>
          <Icon name={CUE_ICONS[next.does]} size={20} />
          <span class="one-line">{t.next(next.text)}</span>
        </button>
      )}
    </div>
  );
}

interface SheetProps {
  room: Room;
  onNew: () => void;
  onEdit: (one: Prepared) => void;
}

/** All that is prepared, in its order. */
export function RunSheet({ room, onNew, onEdit }: SheetProps): JSX.Element {
  const t = runWords.value;
  const state = stateOf(room.now.value, cues);
  const next = nextCue(state)?.cue;
  return (
    <>
      <div class="panel-title">
        <h2>{t.sheet}</h2>
        <button type="button" class="button" onClick={onNew}>
          <Icon name="plus" size={20} />
          {t.cue_new}
        </button>
      </div>
      <div class="scrolls">
        {state.sheet.length === 0 && <p class="note">{t.sheet_hint}</p>}
        <ol class="stack run-sheet">
          {state.sheet.map((one, place) => (
            <Item
              key={one.cue}
              room={room}
              one={one}
              place={place}
              last={state.sheet.length - 1}
              on={state.on?.cue === one.cue}
              next={one.cue === next}
              onEdit={() => onEdit(one)}
            />
          ))}
        </ol>
      </div>
    </>
  );
}

interface ItemProps {
  room: Room;
  one: Prepared;
  place: number;
  last: number;
  on: boolean;
  next: boolean;
  onEdit: () => void;
}

function Item({ room, one, place, last, on, next, onEdit }: ItemProps): JSX.Element {
  const t = runWords.value;
  const move = (to: number) => void act(room, "cue.move", { cue: one.cue, place: to });
  return (
    <li class={`card item ${on ? "live" : ""} ${one.called_at === null ? "" : "called"}`}>
      <div class="row tight">
        <span class="place figures">{place + 1}</span>
        <div class="grow">
          <p class="question">{one.text}</p>
          <p class="note row tight">
            <Icon name={CUE_ICONS[one.does]} size={16} />
            <span class="figures">
              {[t.does[one.does], one.called_at === null ? "" : t.called(timeOfDay(one.called_at))].filter(Boolean).join(" · ")}
            </span>
          </p>
        </div>
        {on ? (
          <button type="button" class="button" onClick={() => withdraw(room)}>
            {t.withdraw}
          </button>
        ) : (
          <button type="button" class={`button ${next ? "main" : ""}`} aria-label={t.call_of(one.text)} onClick={() => call(room, one)}>
            {t.call}
          </button>
        )}
      </div>
      <div class="row tight tools">
        <button type="button" class="button quiet" aria-label={t.edit_of(one.text)} onClick={onEdit}>
          {t.edit}
        </button>
        <IconButton icon="up" label={t.up(one.text)} disabled={place === 0} onClick={() => move(place - 1)} />
        <IconButton icon="down" label={t.down(one.text)} disabled={place === last} onClick={() => move(place + 1)} />
        <span class="grow" />
        <IconButton icon="trash" label={t.drop(one.text)} onClick={() => drop(room, one)} />
      </div>
    </li>
  );
}

/** A new call, for now or for later; or one that is put otherwise. */
export function CueForm({ room, cue, onClose }: { room: Room; cue: Prepared | null; onClose: () => void }): JSX.Element {
  const t = runWords.value;
  const [text, setText] = useState(cue?.text ?? "");
  const [does, setDoes] = useState<Does>(cue?.does ?? "none");
  const [problem, setProblem] = useState("");
  const said = text.trim();
  const finish = (done: Promise<boolean>) => void done.then((well) => well && onClose());
  const keep = () => {
    if (!said) setProblem(t.needs_text);
    else if (cue) finish(act(room, "cue.change", { cue: cue.cue, text: said, does }));
    else finish(act(room, "cue.prepare", { text: said, does }));
  };
  const choose = (one: Does) => {
    // Nothing written yet, or only what was suggested: the button brings its words along.
    if (!said || Object.values(t.suggested).includes(text)) setText(t.suggested[one]);
    setDoes(one);
  };
  return (
    <Dialog title={cue ? t.cue_edit : t.cue_new} onClose={onClose}>
      <form
        class="stack form"
        onSubmit={(event) => {
          event.preventDefault();
          keep();
        }}
      >
        <label class="field">
          <span>{t.cue_text}</span>
          <Line value={text} most={MOST} placeholder={t.cue_text_hint} onText={setText} />
        </label>
        <div class="cue-does">
          <Choices label={t.button} value={does} of={DOES.map((one) => [one, t.does[one]] as const)} onChoose={choose} />
        </div>
        <Problem text={problem} />
        <div class="row end sticky">
          {!cue && (
            <button type="button" class="button" onClick={() => (said ? finish(say(room, said, does)) : setProblem(t.needs_text))}>
              {t.call_now}
            </button>
          )}
          <button type="submit" class="button main">
            {cue ? t.save : t.prepare}
          </button>
        </div>
        <p class="note">{words.value.lively.cue_note}</p>
      </form>
    </Dialog>
  );
}
