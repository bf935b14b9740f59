import { words } from "../i18n/console_words";
import { type Room, stateOf } from "../page";
import { onScreen, questions, sorted, withStatus } from "../room/activities/questions";
import type { ConsolePart } from "../views/view";
import { answer, approve, hide, toggleShown } from "./question_acts";
import { QuestionItem } from "./question_item";
import { QuestionPanel } from "./question_list";
import { QuestionNow } from "./question_now";

/** The most wanted question goes to the screen next. */
function keys(room: Room): Record<string, () => void> {
  const state = stateOf(room.client.snapshot, questions);
  const shown = onScreen(state);
  const next = sorted(withStatus(state, "open"), "votes")[0];
  return {
    s: () => {
      const one = shown ?? next;
      if (one) toggleShown(room, one);
    },
    d: () => shown && answer(room, shown),
  };
}

/** Questions in the console. */
export const questionDesk: ConsolePart = {
  Now: QuestionNow,
  panel: {
    name: "questions",
    icon: "question",
    label: () => words.value.questions,
    count: (room) => withStatus(stateOf(room.now.value, questions), "open").length,
    under: "queue",
    Panel: QuestionPanel,
  },
  waiting: (room, at) =>
    withStatus(stateOf(at, questions), "waiting").map((question) => ({
      at: question.at,
      row: () => <QuestionItem key={question.question} room={room} question={question} />,
      approve: () => approve(room, question),
      refuse: () => hide(room, question),
    })),
  keys,
};
