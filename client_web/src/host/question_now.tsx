import type { JSX } from "preact";
import { words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { ShopTag } from "../parts/shop_tag";
import { Icon } from "../parts/icons";
import { onScreen, questions } from "../room/activities/questions";
import { withKey } from "./key_hint";
import { answer, toggleShown } from "./question_acts";
import "./questions.css";

/** The question on the screen with what ends it. */
export function QuestionNow({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const shown = onScreen(stateOf(room.now.value, questions));
  if (!shown) return null;
  return (
    <div class="question-now">
      <p class="note row tight">
        <span class="tag live">{t.question_now}</span> {shown.by.name} <ShopTag by={shown.by} />
      </p>
      <p class="question">{shown.text}</p>
      <div class="row acts">
        <button type="button" class="button main" title={withKey(t.question_done, "d")} onClick={() => answer(room, shown)}>
          <Icon name="check" size={20} />
          {t.question_done}
        </button>
        <button type="button" class="button" title={withKey(t.question_unshow, "s")} onClick={() => toggleShown(room, shown)}>
          <Icon name="screen" size={20} />
          {t.question_unshow}
        </button>
      </div>
    </div>
  );
}
