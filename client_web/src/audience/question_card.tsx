import type { JSX } from "preact";
import { words } from "../i18n/words";
import { type Room, stateOf } from "../page";
import { ShopTag } from "../parts/shop_tag";
import { onScreen, questions } from "../room/activities/questions";
import { Upvote } from "./upvote";

/** The question on the screen: it is being answered. */
export function QuestionCard({ room }: { room: Room }): JSX.Element | null {
  const t = words.value;
  const question = onScreen(stateOf(room.now.value, questions));
  if (!question) return null;
  return (
    <section class="card on asked" aria-label={t.question_now}>
      <div class="grow">
        <p class="note">
          <span class="tag live">{t.question_now}</span> {question.by.name} <ShopTag by={question.by} />
        </p>
        <p class="question">{question.text}</p>
      </div>
      <Upvote room={room} question={question} />
    </section>
  );
}
