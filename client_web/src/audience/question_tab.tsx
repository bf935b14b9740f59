import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { figure, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { ShopTag } from "../parts/shop_tag";
import { Empty, IconButton } from "../parts/bricks";
import { Icon } from "../parts/icons";
import { QuestionOrder } from "../parts/question_order";
import { timeOfDay } from "../parts/time";
import { toast, toastFailure } from "../parts/toast";
import { type Order, type Own, ownQuestions, type Question, questions, sorted, withStatus } from "../room/activities/questions";
import { AskForm } from "./ask_form";
import { Upvote } from "./upvote";
import "./questions.css";

/** Rows in the page at once, of each list. */
const STEP = 25;
/** The most of one list, however often more are asked for: the page stays light. */
const MOST = 50;

/** What people ask: one's own first, then what is open, then what was answered. */
export function QuestionTab({ room }: { room: Room }): JSX.Element {
  const t = words.value;
  const snapshot = room.now.value;
  const state = stateOf(snapshot, questions);
  const [order, setOrder] = useState<Order>("votes");
  const [unfolded, setUnfolded] = useState(false);
  const own = ownQuestions(state, snapshot.mine.questions?.asked ?? []);
  const you = snapshot.you?.id;
  const open = sorted(withStatus(state, "open").filter((one) => one.by.id !== you), order);
  const answered = sorted(withStatus(state, "answered"), "time");
  return (
    <>
      <div class="kind-list asked-list" tabIndex={0} role="region" aria-label={t.questions}>
        {own.length + open.length + answered.length === 0 && (
          <Empty drawing="questions" title={t.questions_empty} hint={t.questions_empty_hint} />
        )}
        {own.length > 0 && (
          <section>
            <h2>{t.questions_mine}</h2>
            <Long>
              {own.map((one) => (
                <OwnRow key={one.question} room={room} own={one} />
              ))}
            </Long>
          </section>
        )}
        {open.length > 0 && (
          <section>
            <header class="row">
              <h2 class="grow">{own.length > 0 ? t.questions_others : t.questions_open}</h2>
              {open.length > 1 && <QuestionOrder order={order} onOrder={setOrder} />}
            </header>
            <Long>
              {open.map((one) => (
                <Row key={one.question} room={room} question={one} />
              ))}
            </Long>
          </section>
        )}
        {answered.length > 0 && (
          <details open={unfolded} onToggle={(event) => setUnfolded(event.currentTarget.open)}>
            <summary>
              {t.questions_answered} <span class="figures">{figure(answered.length)}</span>
            </summary>
            {unfolded && (
              <Long>
                {answered.map((one) => (
                  <Row key={one.question} room={room} question={one} />
                ))}
              </Long>
            )}
          </details>
        )}
      </div>
      <AskForm room={room} own={own} />
    </>
  );
}

/** The first of many, and more of them when they are asked for. */
function Long({ children }: { children: readonly JSX.Element[] }): JSX.Element {
  const [shown, setShown] = useState(STEP);
  return (
    <>
      <ul>{children.slice(0, shown)}</ul>
      {children.length > shown &&
        (shown < MOST ? (
          <button type="button" class="button quiet wide" onClick={() => setShown(shown + STEP)}>
            {words.value.questions_more(children.length - shown)}
          </button>
        ) : (
          <p class="note">{words.value.questions_more(children.length - shown)}</p>
        ))}
    </>
  );
}

function Row({ room, question }: { room: Room; question: Question }): JSX.Element {
  const t = words.value;
  const shown = stateOf(room.now.value, questions).shown === question.question;
  return (
    <li class={`asked ${shown ? "shown" : ""}`}>
      <div class="grow">
        <p class="note">
          {shown && <span class="tag live">{t.question_now}</span>} {question.by.name} <ShopTag by={question.by} /> · {timeOfDay(question.at)}
        </p>
        <p class="question">{question.text}</p>
        {question.answer && <AnswerLine answer={question.answer} />}
      </div>
      <Upvote room={room} question={question} />
    </li>
  );
}

function AnswerLine({ answer }: { answer: NonNullable<Question["answer"]> }): JSX.Element {
  const t = words.value;
  if (answer.text === null) {
    return (
      <p class="note answered">
        <Icon name="check" size={16} />
        {t.question_live(timeOfDay(answer.at))}
      </p>
    );
  }
  return (
    <p class="answer">
      <b>{t.question_answer}</b> {answer.text}
    </p>
  );
}

/** One's own, wherever it stands. */
export function OwnRow({ room, own }: { room: Room; own: Own }): JSX.Element {
  const t = words.value;
  const { question, text, standing, seen } = own;
  const answer = seen?.answer ?? null;
  const withdraw = () => {
    room.client
      .send("question.withdraw", { question })
      .then(() => toast(t.question_withdrawn))
      .catch(toastFailure);
  };
  const good = standing === "shown" || standing === "answered";
  return (
    <li class={`asked own ${standing}`}>
      <div class="grow">
        <p class="question">{text}</p>
        <p class="note">
          <span class={`tag ${good ? "good" : standing === "waiting" ? "warn" : ""}`}>{t.question_standing[standing]}</span>{" "}
          {standing === "open" && seen && t.question_votes(figure(seen.votes))}
          {standing === "merged" && seen && seen.text}
          {(standing === "waiting" || standing === "hidden") && t.question_standing_hint[standing]}
        </p>
        {answer && <AnswerLine answer={answer} />}
      </div>
      <IconButton icon="trash" label={t.question_withdraw(text)} onClick={withdraw} />
    </li>
  );
}
