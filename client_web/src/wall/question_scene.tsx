import type { JSX } from "preact";
import { figure, words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Icon } from "../parts/icons";
import { ShopTag } from "../parts/shop_tag";
import { onScreen, type Question, questions } from "../room/activities/questions";
import type { Choice } from "../views/view";
import { masked } from "./masked";

const SEEN: ReadonlySet<string> = new Set(["open", "answered"]);

/** The question that was chosen, else the one on the screen. */
export function questionOnWall(room: Room, choice: Choice | null): Question | null {
  const state = stateOf(room.now.value, questions);
  if (!choice?.subject) return onScreen(state);
  return state.questions.find((one) => one.question === choice.subject && SEEN.has(one.status)) ?? null;
}

/** The question that is being answered, to be read from the last row. */
export function QuestionScene({ room, choice }: { room: Room; choice: Choice | null }): JSX.Element | null {
  const t = words.value;
  const question = questionOnWall(room, choice);
  if (!question) return null;
  const length = Array.from(question.text).length;
  const size = length <= 24 ? "short" : length <= 90 ? "middle" : "long";
  return (
    <div class={`asked-scene ${size}`}>
      <header>
        <span class="sort">
          <Icon name="question" size={56} />
          {t.question_now}
        </span>
        <span class="name">
            {masked(question.by)} <ShopTag by={question.by} />
          </span>
      </header>
      <h2>{question.text}</h2>
      {question.answer?.text && <p class="reply">{question.answer.text}</p>}
      {question.votes > 0 && <p class="voters figures">{t.question_votes(figure(question.votes))}</p>}
    </div>
  );
}
