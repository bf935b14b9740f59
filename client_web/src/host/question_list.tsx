import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { figure, words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { Empty } from "../parts/bricks";
import { Switch } from "../parts/controls";
import { QuestionOrder } from "../parts/question_order";
import { lifecycle } from "../room/activities/lifecycle";
import { type Order, type Question, questions, sorted, withStatus } from "../room/activities/questions";
import { merging, setApproval } from "./question_acts";
import { QuestionItem } from "./question_item";
import "./questions.css";

/** Rows of each list in the page at once. */
const SHOWN = 80;

/** All questions but those that wait: what is open, what was answered, what was hidden. */
export function QuestionPanel({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const snapshot = room.now.value;
  const state = stateOf(snapshot, questions);
  const [order, setOrder] = useState<Order>("votes");
  const open = sorted(withStatus(state, "open"), order);
  const shown = open.filter((one) => one.question === state.shown);
  const answered = sorted(withStatus(state, "answered"), "time");
  const hidden = sorted(withStatus(state, "hidden"), "time");
  const looking = state.questions.find((one) => one.question === merging.value);
  return (
    <>
      <div class="panel-title">
        <h2>{t.questions}</h2>
        <QuestionOrder order={order} onOrder={setOrder} />
      </div>
      <div class="scrolls questions">
        {snapshot.you?.role === "host" && <Approval room={room} />}
        {looking && (
          <div class="card merging" role="status">
            <p class="grow">
              <b>{t.question_merge_into}</b>
              <br />
              {looking.text}
            </p>
            <button type="button" class="button" onClick={() => (merging.value = null)}>
              {t.cancel}
            </button>
          </div>
        )}
        {state.questions.length === 0 && (
          <Empty drawing="questions" title={t.questions_none} hint={t.questions_none_hint} />
        )}
        <Group room={room} title={t.questions_open} of={[...shown, ...open.filter((one) => !shown.includes(one))]} />
        <Folded room={room} title={t.questions_answered} of={answered} />
        <Folded room={room} title={t.questions_hidden} of={hidden} />
      </div>
    </>
  );
}

function Approval({ room }: { room: Room }): JSX.Element {
  const first = stateOf(room.now.value, lifecycle).settings.approve_questions;
  return <Switch label={words.value.questions_approve_first} on={first} onSwitch={() => setApproval(room, !first)} />;
}

interface GroupProps {
  room: Room;
  title: string;
  of: readonly Question[];
}

function Rows({ room, of, children }: { room: Room; of: readonly Question[]; children?: ComponentChildren }): JSX.Element {
  return (
    <>
      <ul class="stack">
        {of.slice(0, SHOWN).map((question) => (
          <QuestionItem key={question.question} room={room} question={question} />
        ))}
      </ul>
      {of.length > SHOWN && <p class="note">{words.value.questions_more(of.length - SHOWN)}</p>}
      {children}
    </>
  );
}

function Group({ room, title, of }: GroupProps): JSX.Element | null {
  if (!of.length) return null;
  return (
    <section class="group">
      <h3 class="note">
        {title} <span class="figures">{figure(of.length)}</span>
      </h3>
      <Rows room={room} of={of} />
    </section>
  );
}

function Folded({ room, title, of }: GroupProps): JSX.Element | null {
  const [open, setOpen] = useState(false);
  if (!of.length) return null;
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {title} <span class="figures">{figure(of.length)}</span>
      </summary>
      {open && <Rows room={room} of={of} />}
    </details>
  );
}
