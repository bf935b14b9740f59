import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Badges } from "../chat/messages";
import { figure, words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { IconButton } from "../parts/bricks";
import { Icon, type IconName } from "../parts/icons";
import { timeOfDay } from "../parts/time";
import { mergedInto, type Question, questions } from "../room/activities/questions";
import { wellFormed } from "../room/text";
import {
  answer,
  answering,
  approve,
  approveAndShow,
  hide,
  merge,
  merging,
  reopen,
  restore,
  toggleShown,
  unmerge,
} from "./question_acts";
import { go } from "./desk";
import { openPerson } from "./people";

const ANSWER = 1_000;

interface ItemProps {
  room: Room;
  question: Question;
}

/** A question, whose it is and how many want it, and what can be done about it now. */
export function QuestionItem({ room, question }: ItemProps): JSX.Element {
  const t = words.value;
  const state = stateOf(room.now.value, questions);
  const shown = state.shown === question.question;
  const parts = mergedInto(state, question);
  const writing = answering.value === question.question;
  return (
    <li class={`card item to-do ${question.status} ${shown ? "shown" : ""}`}>
      <div>
        <p class="note row tight">
          {shown && <span class="tag live">{t.question_now}</span>}
          <button type="button" class="asker" aria-label={t.person_open(question.by.name)} onClick={() => openPerson(question.by)}>
            {question.by.name}
          </button>
          <Badges by={question.by} />
          <time class="figures">{timeOfDay(question.at)}</time>
          {question.status !== "waiting" && (
            <span class="votes">
              <Icon name="up" size={16} />
              <b class="figures">{figure(question.votes)}</b>
              <span class="seen-by-readers">{t.question_votes(figure(question.votes))}</span>
            </span>
          )}
        </p>
        <p class="question">{question.text}</p>
        {question.answer && (
          <p class="answer-line">
            {question.answer.text ?? t.question_live(timeOfDay(question.answer.at))}
          </p>
        )}
        {parts.map((part) => (
          <p key={part.question} class="note part row tight">
            <Icon name="merge" size={16} />
            <span class="grow">{part.text}</span>
            {part.into === question.question && (
              <button type="button" class="button quiet" onClick={() => unmerge(room, part)}>
                {t.question_unmerge}
              </button>
            )}
          </p>
        ))}
      </div>
      {writing ? <AnswerForm room={room} question={question} /> : <Acts room={room} question={question} shown={shown} />}
    </li>
  );
}

function Act(props: { icon: IconName; label: string; main?: boolean; onClick: () => void }): JSX.Element {
  const { icon, label, main, onClick } = props;
  return (
    <button type="button" class={`button ${main ? "main" : ""}`} onClick={onClick}>
      <Icon name={icon} size={20} />
      {label}
    </button>
  );
}

function Acts({ room, question, shown }: ItemProps & { shown: boolean }): JSX.Element {
  const t = words.value;
  const looking = merging.value;
  if (looking !== null) return <MergeTarget room={room} question={question} looking={looking} />;
  const write = () => (answering.value = question.question);
  switch (question.status) {
    case "waiting":
      return (
        <div class="row acts">
          <Act icon="check" label={t.question_approve} main onClick={() => approve(room, question)} />
          <Act icon="screen" label={t.question_approve_show} onClick={() => approveAndShow(room, question)} />
          <IconButton
            icon="merge"
            label={t.question_merge}
            onClick={() => {
              merging.value = question.question;
              // The one that asks the same is most likely open.
              go("questions");
            }}
          />
          <IconButton icon="hidden" label={t.question_refuse} onClick={() => hide(room, question)} />
        </div>
      );
    case "hidden":
      return (
        <div class="row acts">
          <Act icon="undo" label={t.restore} onClick={() => restore(room, question)} />
        </div>
      );
    case "answered":
      return (
        <div class="row acts">
          <Act icon="screen" label={shown ? t.question_unshow : t.question_show} onClick={() => toggleShown(room, question)} />
          <Act icon="undo" label={t.question_reopen} onClick={() => reopen(room, question)} />
          <IconButton icon="chat" label={t.question_write} onClick={write} />
          <IconButton icon="hidden" label={t.question_hide} onClick={() => hide(room, question)} />
        </div>
      );
    case "open":
      return (
        <div class="row acts">
          <Act icon="screen" label={shown ? t.question_unshow : t.question_show} main={!shown} onClick={() => toggleShown(room, question)} />
          <Act icon="check" label={t.question_done} main={shown} onClick={() => answer(room, question)} />
          <IconButton icon="chat" label={t.question_write} onClick={write} />
          <IconButton icon="merge" label={t.question_merge} onClick={() => (merging.value = question.question)} />
          <IconButton icon="hidden" label={t.question_hide} onClick={() => hide(room, question)} />
        </div>
      );
  }
}

/** While another question looks for the one that asks the same. */
function MergeTarget({ room, question, looking }: ItemProps & { looking: string }): JSX.Element | null {
  const t = words.value;
  const other = stateOf(room.now.value, questions).questions.find((one) => one.question === looking);
  // What everyone sees goes into nothing that waits.
  const fits =
    other && other !== question && question.status !== "hidden" && (question.status !== "waiting" || other.status === "waiting");
  if (!fits) return null;
  return (
    <div class="row acts">
      <Act icon="merge" label={t.question_merge_here} main onClick={() => merge(room, looking, question)} />
    </div>
  );
}

function AnswerForm({ room, question }: ItemProps): JSX.Element {
  const t = words.value;
  const [text, setText] = useState(question.answer?.text ?? "");
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const said = wellFormed(text).trim();
  const send = () => {
    if (!said) return;
    answering.value = null;
    answer(room, question, said);
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label class="field">
        <span>{t.question_answer}</span>
        <textarea
          class="input"
          rows={3}
          maxLength={ANSWER}
          value={text}
          ref={field}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") answering.value = null;
            else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
          }}
        />
      </label>
      <div class="row end">
        <button type="button" class="button" onClick={() => (answering.value = null)}>
          {t.cancel}
        </button>
        <button type="submit" class="button main" disabled={!said}>
          {t.question_publish}
        </button>
      </div>
    </form>
  );
}
