import type { JSX } from "preact";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { Icon } from "../parts/icons";
import { onScreen, questions, withStatus } from "../room/activities/questions";
import { tab } from "./desk";
import { answer, toggleShown } from "./question_acts";
import "./questions.css";

/** The question on the screen with what ends it, and how many wait for a look. */
export function QuestionNow({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const state = stateOf(room.now.value, questions);
  const shown = onScreen(state);
  const waiting = withStatus(state, "waiting").length;
  if (!shown && !waiting) return null;
  return (
    <div class="question-now">
      {shown && (
        <>
          <p class="note row tight">
            <span class="tag live">{t.question_now}</span> {shown.by.name}
          </p>
          <p class="question">{shown.text}</p>
          <div class="row acts">
            <button type="button" class="button main" onClick={() => answer(room, shown)}>
              <Icon name="check" size={20} />
              {t.question_done}
            </button>
            <button type="button" class="button" onClick={() => toggleShown(room, shown)}>
              <Icon name="screen" size={20} />
              {t.question_unshow}
            </button>
          </div>
        </>
      )}
      {waiting > 0 && (
        <button type="button" class="button wide to-questions" onClick={() => (tab.value = "questions")}>
          <Icon name="question" size={20} />
          {t.questions_to_approve(waiting)}
        </button>
      )}
    </div>
  );
}
